/** What the SQLite master has acknowledged survives the sudden death of its process. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { jobId } from "../support/factories.ts";
import { CLUSTER, ensureCluster } from "./scene.ts";
import { startProgram, temporaryFile } from "./temporary_file.ts";

Deno.test("jobs.insert loses nothing it has answered when its process is killed under load", async () => {
  await using file = await temporaryFile();
  {
    await using master = await file.open();
    await ensureCluster(master);
  }
  const acknowledged: number[] = [];

  for (const round of [1, 2, 3]) {
    await using writer = startProgram("write_jobs", file.path, String(round * 1_000_000));
    for (let line = await writer.nextLine(); line !== null; line = await writer.nextLine()) {
      acknowledged.push(Number(line));
      if (acknowledged.length === round * 700) writer.kill();
    }
    ok(await writer.ended !== 0);
  }

  ok(acknowledged.length >= 2_100);
  await using master = await file.open();
  for (const number of acknowledged) {
    ok(await master.queries.find({ ...CLUSTER, jobId: jobId(number) }), `job ${number} is lost`);
  }
  using database = new DatabaseSync(file.path);
  const check = database.prepare("PRAGMA integrity_check").all().map((row) => ({ ...row }));
  equal(check, [{ integrity_check: "ok" }]);
});

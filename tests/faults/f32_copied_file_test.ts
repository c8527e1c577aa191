/** SQLite files that are copied, from under a writer that works and from one that was killed. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { jobId } from "../support/factories.ts";
import { CLUSTER, ensureCluster } from "../storage/scene.ts";
import { startProgram, temporaryFile } from "../storage/temporary_file.ts";

/** Everything the database says of itself, and the jobs of these numbers it does not have. */
function checked(path: string, numbers: readonly number[]) {
  using database = new DatabaseSync(path);
  const [check] = database.prepare("PRAGMA integrity_check").all();
  const stored = new Set(database.prepare("SELECT id FROM jm_jobs").all().map(({ id }) => id));
  return {
    integrity: check!.integrity_check,
    missing: numbers.filter((number) => !stored.has(jobId(number))),
  };
}

Deno.test("F32: a copy holds what was answered before it, made under load or from what a killed writer left", async () => {
  await using file = await temporaryFile();
  await using copy = await temporaryFile();
  {
    await using master = await file.open();
    await ensureCluster(master);
  }
  const answered: number[] = [];
  await using writer = startProgram("write_jobs", file.path, "1000");
  const read = async (count: number) => {
    while (answered.length < count) answered.push(Number(await writer.nextLine()));
  };

  await read(1_000);
  const before = answered.slice();
  const live = `${copy.directory}/live.db`;
  {
    using database = new DatabaseSync(file.path, { timeout: 20_000 });
    database.exec(`VACUUM INTO '${live}'`);
  }
  await read(before.length + 1_000);
  writer.kill();
  for (let line = await writer.nextLine(); line !== null; line = await writer.nextLine()) {
    answered.push(Number(line));
  }
  await writer.ended;
  const log = await Deno.stat(`${file.path}-wal`);
  ok(log.size > 0, "the killed writer left a log");
  for (const end of ["", "-wal"]) await Deno.copyFile(`${file.path}${end}`, `${copy.path}${end}`);

  const sound = { integrity: "ok", missing: [] };
  equal(checked(live, before), sound);
  equal(checked(copy.path, answered), sound);
  equal(checked(file.path, answered), sound);
  await using master = await copy.open();
  ok(await master.queries.find({ ...CLUSTER, jobId: jobId(answered.at(-1)!) }));
});

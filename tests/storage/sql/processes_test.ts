/** A process survives whatever becomes of its connections. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { captureProgram } from "./programs.ts";
import { openScene, serverTest } from "./scene.ts";

serverTest("100 connections cut in the middle of a transaction end no process", async (kind) => {
  await using scene = await openScene(kind);

  const { code, stdout, stderr } = await captureProgram("cut_often", kind, scene.database.url);

  equal({ code, stderr }, { code: 0, stderr: "" });
  const rounds = Number(stdout);
  ok(rounds > 0);
  equal((await scene.stored()).length, rounds * 2);
});

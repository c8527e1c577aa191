/** Looking at a job until it is where somebody waits for it to be. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { untilSaved } from "../../actors/job_looks.ts";
import type { JobStatus } from "../../core/job.ts";
import { aJob } from "../support/factories.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";

Deno.test("untilSaved answers the job as soon as the master has it", async () => {
  const clock = new FakeClock();
  let status: JobStatus = "SavePending";
  const found = untilSaved(clock, () => Promise.resolve(aJob({ status })));
  await clock.advance(1_000);
  status = "Queued";
  await clock.advance(250);

  equal((await found).status, "Queued");
});

Deno.test("untilSaved gives up after ten seconds", async () => {
  const clock = new FakeClock();
  let answered: JobStatus | null = null;
  const find = () => Promise.resolve(aJob({ status: "SavePending" }));
  void untilSaved(clock, find).then(({ status }) => answered = status);
  await clock.advance(9_999);
  await settled();
  equal(answered, null);

  await clock.advance(251);
  await settled();
  equal(answered, "SavePending");
});

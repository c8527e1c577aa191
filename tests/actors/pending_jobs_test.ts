/** Jobs that only an agent connection has: known to the node that accepted them, until the master knows more. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { PendingJobs } from "../../actors/pending_jobs.ts";
import type { Job } from "../../core/job.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aJob } from "../support/factories.ts";

function submitted(...jobs: readonly Job[]) {
  return jobs.map((job) => ({ created: true, job, acceptance: "acknowledged" as const }));
}

function pending(id: string): Job {
  return aJob({ id, status: "SavePending" });
}

Deno.test("PendingJobs answers what was accepted until the master has it, and then no more", () => {
  const jobs = new PendingJobs(new FakeClock());
  const stored = aJob({ id: "a", status: "Succeeded" });
  jobs.note(submitted(pending("a"), aJob({ id: "b", status: "HeldOnMaster" })));

  equal(jobs.either("a", null), pending("a"));
  equal(jobs.either("b", null), null);
  equal(jobs.either("a", stored), stored);
  equal(jobs.either("a", null), null); // removed meanwhile
});

Deno.test("PendingJobs forgets after ten minutes, and the oldest of more than 10,000", async () => {
  const clock = new FakeClock();
  const jobs = new PendingJobs(clock);
  jobs.note(submitted(pending("old")));
  await clock.advance(599_999);
  equal(jobs.either("old", null)?.id, "old");
  await clock.advance(1);
  equal(jobs.either("old", null), null);

  jobs.note(submitted(...Array.from({ length: 10_001 }, (_, i) => pending(`j-${i}`))));
  equal([jobs.either("j-0", null), jobs.either("j-1", null)?.id], [null, "j-1"]);
});

/**
 * Waiting for a job to end.
 */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";

const noop = defineJob({ id: "noop" }, () => "ran");

Deno.test("jobs.wait rejects with job_failed and the reason when the job failed", async () => {
  const hopeless = defineJob({ id: "hopeless", maxRetries: 0 }, () => {
    throw new Error("out of paper");
  });
  await using cluster = await openTestCluster({ jobs: [hopeless] });
  const { id } = await cluster.jm.schedule.now(hopeless);

  await rejects(
    cluster.jm.jobs.wait(id, { timeout: "60s" }),
    (error: Error & { code: string; cause: { message: string } }) => {
      strictEqual(error.code, "job_failed");
      match(error.message, /1 attempt.*out of paper/);
      strictEqual(error.cause.message, "out of paper");
      return true;
    },
  );
});

Deno.test("jobs.wait rejects with job_cancelled when the job is cancelled meanwhile", async () => {
  await using cluster = await openTestCluster({ jobs: [noop], workers: [] });
  const { jm } = cluster;
  const { id } = await jm.schedule.after(noop, undefined, "1h");

  const waiting = rejects(jm.jobs.wait(id, { timeout: "60s" }), { code: "job_cancelled" });
  await jm.jobs.cancel(id);

  await waiting;
});

Deno.test("jobs.wait rejects with wait_timeout when the time is over, and the job goes on", async () => {
  const gate = Promise.withResolvers<string>();
  const slow = defineJob({ id: "slow" }, () => gate.promise);
  await using cluster = await openTestCluster({ jobs: [slow] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(slow);

  await rejects(
    jm.jobs.wait(id, { timeout: "50ms" }),
    (error: Error & { code: string; retryable: boolean }) => {
      deepStrictEqual([error.code, error.retryable], ["wait_timeout", true]);
      return true;
    },
  );
  gate.resolve("done");

  strictEqual((await jm.jobs.wait(id, { timeout: "60s" })).result, "done");
});

Deno.test("jobs.wait ends with its signal", async () => {
  await using cluster = await openTestCluster({ jobs: [noop], workers: [] });
  const { id } = await cluster.jm.schedule.after(noop, undefined, "1h");
  const controller = new AbortController();

  const waiting = rejects(cluster.jm.jobs.wait(id, { signal: controller.signal }), /enough/);
  controller.abort(new Error("enough"));

  await waiting;
});

Deno.test("jobs.wait answers at once for a job that has ended, and refuses one nobody knows", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(noop);
  await jm.jobs.wait(id, { timeout: "60s" });

  strictEqual((await jm.jobs.wait(id, { timeout: 0 })).result, "ran");
  await rejects(jm.jobs.wait("019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"), { code: "job_not_found" });
});

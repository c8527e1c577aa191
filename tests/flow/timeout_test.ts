/**
 * Timeouts: an attempt that takes too long ends, whatever its handler does.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { defineJob, type Execution, type JobContext } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const QUICKLY = { base: "10ms", factor: 1, jitter: "none" } as const;

function outcomes(executions: readonly Execution[]): readonly unknown[] {
  return executions.map(({ outcome }) => outcome);
}

/** Ends when the signal is aborted, with its reason. */
function untilAborted({ signal }: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("a handler that heeds its signal is told that its time is over", async () => {
  const reasons: { readonly code?: string; readonly retryable?: boolean }[] = [];
  const slow = defineJob(
    { id: "slow", timeout: "200ms", maxRetries: 1, retry: QUICKLY },
    (job) =>
      untilAborted(job).catch((reason) => {
        reasons.push(reason);
        throw reason;
      }),
  );
  await using cluster = await openTestCluster({ jobs: [slow] });

  const { id } = await cluster.jm.schedule.now(slow);
  const job = await cluster.untilJob(id, "Failed");

  strictEqual(job.attempts, 2);
  strictEqual(job.error?.code, "timed_out");
  match(job.error?.message ?? "", /200 ms/);
  deepStrictEqual(outcomes(await cluster.jm.jobs.executions(id)), ["timed_out", "timed_out"]);
  deepStrictEqual(reasons.map(({ code, retryable }) => [code, retryable]), [
    ["timed_out", true],
    ["timed_out", true],
  ]);
});

Deno.test("a handler that ends well after its time is over has timed out all the same", async () => {
  const late = defineJob(
    { id: "late", timeout: "100ms", maxRetries: 0 },
    (job) => untilAborted(job).catch(() => "too late"),
  );
  await using cluster = await openTestCluster({ jobs: [late] });

  const { id } = await cluster.jm.schedule.now(late);
  const job = await cluster.untilJob(id, "Failed");

  deepStrictEqual([job.error?.code, job.result], ["timed_out", null]);
});

Deno.test("a handler that ignores its signal loses its slot, and what it does later changes nothing", async () => {
  const gate = Promise.withResolvers<string>();
  let aborted = false;
  const deaf = defineJob({ id: "deaf", timeout: "100ms", maxRetries: 0 }, (job) => {
    job.signal.addEventListener("abort", () => aborted = true, { once: true });
    return gate.promise;
  });
  const next = defineJob({ id: "next" }, () => "ran");
  await using cluster = await openTestCluster({
    jobs: [deaf, next],
    workers: [{ parallelism: 0.1 }],
  });
  const { jm } = cluster;

  const stuck = await jm.schedule.now(deaf);
  const waiting = await jm.schedule.now(next);
  const failed = await cluster.untilJob(stuck.id, "Failed");
  const ran = await jm.jobs.wait(waiting.id, { timeout: "60s" });
  gate.resolve("at last");
  await jm.jobs.wait((await jm.schedule.now(next)).id, { timeout: "10s" });

  ok(aborted);
  strictEqual(failed.error?.code, "timed_out");
  strictEqual(ran.result, "ran");
  deepStrictEqual(await jm.jobs.get(stuck.id), failed);
  deepStrictEqual(outcomes(await jm.jobs.executions(stuck.id)), ["timed_out"]);
});

Deno.test("a late end of an abandoned attempt does not end the attempt after it", async () => {
  const ends: PromiseWithResolvers<string>[] = [];
  const deaf = defineJob({ id: "deaf", timeout: "1s", maxRetries: 1, retry: QUICKLY }, () => {
    ends.push(Promise.withResolvers<string>());
    return ends.at(-1)!.promise;
  });
  await using cluster = await openTestCluster({ jobs: [deaf] });
  const { jm } = cluster;

  const { id } = await jm.schedule.now(deaf);
  await eventually("the second attempt", () => ends.length === 2);
  ends[0]!.resolve("first");
  await cluster.untilJob(id, "Processing");
  ends[1]!.resolve("second");
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  strictEqual(job.result, "second");
  deepStrictEqual(outcomes(await jm.jobs.executions(id)), ["timed_out", "succeeded"]);
});

Deno.test("a job without a timeout of its own has the cluster's, and the cluster's can change", async () => {
  const slow = defineJob({ id: "slow", maxRetries: 0 }, untilAborted);
  await using cluster = await openTestCluster({
    jobs: [slow],
    settings: { defaultTimeout: "150ms" },
  });

  const { id, timeoutMs } = await cluster.jm.schedule.now(slow);
  await cluster.untilJob(id, "Failed");
  await cluster.jm.changeSettings({ defaultTimeout: "3m" });
  const changed = await eventually("the new timeout", async () => {
    const job = await cluster.jm.schedule.after(slow, undefined, "1h");
    return job.timeoutMs !== 150 && job;
  });

  strictEqual(timeoutMs, 150);
  strictEqual(changed.timeoutMs, 180_000);
});

Deno.test("a timeout longer than a timer can hold does not fire at once", async () => {
  const patient = defineJob({ id: "patient", timeout: "60d" }, (job) => job.signal.aborted);
  await using cluster = await openTestCluster({ jobs: [patient] });

  const { id } = await cluster.jm.schedule.now(patient);
  const job = await cluster.jm.jobs.wait(id, { timeout: "60s" });

  strictEqual(job.result, false);
});

/**
 * Handlers on threads of their own.
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { deaf, exits, greet, heedful, leaky, throwsText } from "./fixtures/hostile_jobs.ts";

const ISOLATED = {
  jobs: new URL("./fixtures/hostile_jobs.ts", import.meta.url),
  isolation: "thread",
} as const;

/** What the node says when a thread of handlers ends. */
const HOST_ENDED = /handler_host-\d+ crashed/;

Deno.test("a handler on a thread runs, logs, reports progress and answers as everywhere", async () => {
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;

  const jobs = await jm.schedule.many(
    greet,
    Array.from({ length: 20 }, (_, n) => ({ name: `${n}` })),
  );

  for (const { id, data } of jobs) {
    const job = await jm.jobs.wait(id, { timeout: "60s" });
    const { name } = data as { name: string };
    deepStrictEqual(job.result, { greeting: `hello ${name}`, pid: Deno.pid, attempt: 1 });
    deepStrictEqual(job.progress, { percent: 50, note: "half way" });
    strictEqual((await jm.jobs.logs(id)).length, 1);
  }
});

Deno.test("a late end of an abandoned attempt on a thread does not end the attempt after it", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const { path } = folder;

  const { id } = await jm.schedule.now(deaf, { folder: path });
  await eventually("the second attempt", () => Deno.stat(`${path}/2.started`));
  await Deno.writeTextFile(`${path}/1.go`, "");
  await eventually("the end of the first", () => Deno.stat(`${path}/1.over`));
  const meanwhile = await jm.schedule.now(greet, { name: "Ada" });
  await jm.jobs.wait(meanwhile.id, { timeout: "60s" });
  await Deno.writeTextFile(`${path}/2.go`, "");
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  strictEqual(job.result, "attempt 2");
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["timed_out", "succeeded"]);
});

Deno.test("a running handler on a thread is cancelled through its signal", async () => {
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const { id } = await jm.schedule.now(heedful);
  await eventually("its thread to have started", async () => {
    return (await jm.jobs.get(id)).progress?.note === "listening"; // it is Processing before that
  });

  await jm.jobs.cancel(id);
  await cluster.untilJob(id, "Cancelled");

  const logs = await jm.jobs.logs(id);
  deepStrictEqual(logs.map(({ message }) => message), ["aborted: job_cancelled"]);
});

Deno.test("a job that ends its thread is Failed after its last attempt, bystanders lose at most one", async () => {
  await using cluster = await openTestCluster({ ...ISOLATED, expectedErrors: HOST_ENDED });
  const { jm } = cluster;

  const { id } = await jm.schedule.now(exits, undefined, { maxRetries: 0 });
  const names = Array.from({ length: 10 }, (_, n) => ({ name: `${n}` }));
  const bystanders = await jm.schedule.many(greet, names);
  const job = await cluster.untilJob(id, "Failed");

  deepStrictEqual([job.attempts, job.error?.code], [1, "crashed"]);
  match(job.error?.message ?? "", /exited with code 3/);
  for (const { id } of bystanders) {
    const { attempts } = await jm.jobs.wait(id, { timeout: "60s" });
    strictEqual(attempts <= 2, true, `${attempts} attempts`);
  }
});

Deno.test("a handler that fails beside its promise ends its attempt with a reason", async () => {
  await using cluster = await openTestCluster({ ...ISOLATED, expectedErrors: HOST_ENDED });
  const { jm } = cluster;

  const broken = await jm.schedule.now(leaky);
  const { error } = await cluster.untilJob(broken.id, "Failed");
  const text = await jm.schedule.now(throwsText);
  const thrown = await cluster.untilJob(text.id, "Failed");

  strictEqual(error?.code, "crashed");
  match(error?.message ?? "", /nobody waits for this/);
  deepStrictEqual([thrown.error?.code, thrown.error?.message], ["handler_error", "just text"]);
});

/**
 * Handlers in processes of their own: whatever one does, the node and the other jobs go on.
 */

import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openTestCluster } from "../support/cluster.ts";
import { isAlive } from "../support/processes.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { eventually } from "../support/eventually.ts";
import {
  exits,
  greet,
  heedful,
  killed,
  leaky,
  spin,
  throwsText,
  untilFile,
} from "./fixtures/hostile_jobs.ts";

const ISOLATED = {
  jobs: new URL("./fixtures/hostile_jobs.ts", import.meta.url),
  isolation: "process",
} as const;

/** What the node says when a process of a handler ends. */
const HOST_ENDED = /handler_host-\d+ crashed/;

Deno.test("a handler in a process runs, logs, reports progress and answers as everywhere", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const path = `${folder.path}/go`;

  const { id } = await jm.schedule.now(untilFile, { path });
  await eventually(
    "progress while it runs",
    async () => (await jm.jobs.get(id)).progress?.note === "waiting",
  );
  await eventually(
    "a log line while it runs",
    async () => (await jm.jobs.logs(id))[0]?.message === "waiting",
  );
  const running = await cluster.untilJob(id, "Processing");
  await Deno.writeTextFile(path, "");
  const waited = (await jm.jobs.wait(id, { timeout: "60s" })).result as { pid: number };
  const polite = await jm.schedule.now(greet, { name: "Ada" });
  const greeted = await jm.jobs.wait(polite.id, { timeout: "60s" });

  ok(running.startedAtMs !== null);
  notStrictEqual(waited.pid, Deno.pid);
  deepStrictEqual(greeted.result, { greeting: "hello Ada", pid: waited.pid, attempt: 1 });
  deepStrictEqual(greeted.progress, { percent: 50, note: "half way" });
  deepStrictEqual((await jm.jobs.logs(polite.id)).map(({ message, fields }) => [message, fields]), [
    ["greeting", '{"name":"Ada"}'],
  ]);
  await jm.stop();
  await eventually("the process to be gone", () => !isAlive(waited.pid));
});

Deno.test("a handler that never yields is killed at its timeout while others go on", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ ...ISOLATED, expectedErrors: HOST_ENDED });
  const { jm } = cluster;
  const file = `${folder.path}/pids`;

  const stuck = await jm.schedule.now(spin, { file }, { timeout: "4s" }); // its process starts within
  const others = await jm.schedule.many(greet, [{ name: "a" }, { name: "b" }, { name: "c" }]);
  for (const { id } of others) {
    strictEqual((await jm.jobs.wait(id, { timeout: "60s" })).attempts, 1);
  }
  const job = await cluster.untilJob(stuck.id, "Failed");
  const pid = Number(await Deno.readTextFile(file));

  deepStrictEqual([job.attempts, job.error?.code], [1, "timed_out"]);
  const executions = await jm.jobs.executions(stuck.id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["timed_out"]);
  await eventually("its process to be gone", () => !isAlive(pid));
});

Deno.test("a handler that never yields does not survive a forced stop", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const file = `${folder.path}/pids`;
  const { id } = await jm.schedule.now(spin, { file }, { timeout: "10m" });
  const pid = await eventually("it to start", async () => Number(await Deno.readTextFile(file)));

  await jm.stop({ graceful: false });
  const watching = await cluster.join({ workers: [] });

  const { status, attempts } = await watching.jobs.get(id);
  deepStrictEqual([status, attempts], ["HeldOnMaster", 0]);
  await eventually("the process to be gone", () => !isAlive(pid));
});

Deno.test("a job that ends its process is Failed after its last attempt, and harms no other", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ ...ISOLATED, expectedErrors: HOST_ENDED });
  const { jm } = cluster;
  const path = `${folder.path}/go`;
  const bystander = await jm.schedule.now(untilFile, { path });
  await cluster.untilJob(bystander.id, "Processing");

  const { id } = await jm.schedule.now(exits);
  const job = await cluster.untilJob(id, "Failed");
  await Deno.writeTextFile(path, "");
  const harmless = await jm.jobs.wait(bystander.id, { timeout: "60s" });

  deepStrictEqual([job.attempts, job.crashes, job.error?.code], [3, 3, "crashed"]);
  match(job.error?.message ?? "", /exited with code 3/);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["crashed", "crashed", "crashed"]);
  strictEqual(harmless.attempts, 1);
});

Deno.test("every way a handler can break its process ends its attempt with a reason", async () => {
  await using cluster = await openTestCluster({ ...ISOLATED, expectedErrors: HOST_ENDED });
  const { jm } = cluster;

  const jobs = [
    await jm.schedule.now(killed),
    await jm.schedule.now(leaky),
    await jm.schedule.now(throwsText),
  ];
  const errors = await Promise.all(
    jobs.map(async ({ id }) => (await cluster.untilJob(id, "Failed")).error),
  );

  deepStrictEqual(errors.map((error) => error?.code), ["crashed", "crashed", "handler_error"]);
  match(errors[0]?.message ?? "", /SIGKILL/);
  match(errors[1]?.message ?? "", /nobody waits for this/);
  strictEqual(errors[2]?.message, "just text");
});

Deno.test("a running handler in a process is cancelled through its signal", async () => {
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const { id } = await jm.schedule.now(heedful);
  await eventually("its process to have started", async () => {
    return (await jm.jobs.get(id)).progress?.note === "listening"; // it is Processing before that
  });

  strictEqual(await jm.jobs.cancel(id), "requested");
  await cluster.untilJob(id, "Cancelled");

  const logs = await jm.jobs.logs(id);
  deepStrictEqual(logs.map(({ message }) => message), ["aborted: job_cancelled"]);
});

Deno.test("a handler in a process fails with invalid_payload when the stored payload no longer fits", async () => {
  await using cluster = await openTestCluster(ISOLATED);
  const { jm } = cluster;
  const at = Temporal.Now.instant().add({ hours: 1 });
  const { id } = await jm.schedule.at(greet, { name: "Ada" }, at, { maxRetries: 0 });
  await cluster.sql(
    "UPDATE jm_jobs SET definition_id = 'greet-strict', data = '5' WHERE id = ?",
    id,
  );

  await jm.jobs.runNow(id);

  strictEqual((await cluster.untilJob(id, "Failed")).error?.code, "invalid_payload");
});

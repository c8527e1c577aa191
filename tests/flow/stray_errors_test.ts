/**
 * Handlers that run inside the application's process and fail where nobody can catch it.
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type StandardSchema } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const UNCAUGHT = /Uncaught in this process/;

Deno.test("a promise and a timer that a handler leaves behind end neither the process nor its result", async () => {
  const careless = defineJob({ id: "careless" }, () => {
    void Promise.reject(new Error("forgotten promise"));
    setTimeout(() => {
      throw new Error("forgotten timer");
    }, 20);
    return "done";
  });
  await using cluster = await openTestCluster({ jobs: [careless], expectedErrors: UNCAUGHT });
  const said = (text: string) =>
    cluster.lines.some(({ level, message }) => level === "error" && message.includes(text));

  const { id } = await cluster.jm.schedule.now(careless);
  const job = await cluster.jm.jobs.wait(id, { timeout: "60s" });

  await eventually("the promise to be reported", () => said("forgotten promise"));
  await eventually("the timer to be reported", () => said("forgotten timer"));
  deepStrictEqual([job.result, job.attempts], ["done", 1]);
});

Deno.test("a handler that settles twice has its first word", async () => {
  const hasty = defineJob({ id: "hasty" }, () =>
    new Promise((resolve, reject) => {
      resolve("first");
      reject(new Error("second"));
    }));
  await using cluster = await openTestCluster({ jobs: [hasty] });

  const { id } = await cluster.jm.schedule.now(hasty);

  strictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).result, "first");
});

Deno.test("a schema that throws fails the call or the attempt, not the node", async () => {
  let broken = true;
  const schema: StandardSchema<unknown, unknown> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate(value) {
        if (broken) throw new TypeError("schema is broken");
        return { value };
      },
    },
  };
  const checked = defineJob(
    { id: "checked", input: schema, maxRetries: 2, retry: { base: "10ms" } },
    () => "ran",
  );
  const plain = defineJob({ id: "plain" }, () => "ran");
  await using cluster = await openTestCluster({ jobs: [checked, plain] });
  const { jm } = cluster;

  const [refused, accepted] = await Promise.allSettled([
    jm.schedule.now(checked, 1),
    jm.schedule.now(plain),
  ]);
  broken = false;
  const { id } = await jm.schedule.after(checked, 1, "300ms");
  broken = true;
  const failed = await cluster.untilJob(id, "Failed");

  strictEqual(refused.status, "rejected");
  deepStrictEqual((refused as PromiseRejectedResult).reason.code, "invalid_payload");
  strictEqual(accepted.status, "fulfilled");
  deepStrictEqual([failed.error?.code, failed.attempts], ["invalid_payload", 3]); // it may have recovered
  strictEqual(failed.error?.message.includes("schema is broken"), true);
  await rejects(jm.schedule.now(checked, 1), /schema is broken/);
  strictEqual((await jm.client.health()).actors.every(({ restarts }) => restarts === 0), true);
});

Deno.test("a payload or a tag whose getter throws fails the call, not the node", async () => {
  const plain = defineJob({ id: "plain" }, () => "ran");
  await using cluster = await openTestCluster({ jobs: [plain] });
  const { jm } = cluster;
  const trap = {
    get value() {
      throw new Error("trapped");
    },
  };
  const nothing = {
    toJSON() {
      // deno-lint-ignore no-throw-literal -- applications do such things
      throw null;
    },
  };

  await rejects(jm.schedule.now(plain, trap), { code: "invalid_payload", message: /trapped/ });
  await rejects(jm.schedule.now(plain, nothing), { code: "invalid_payload" });
  const metadata = trap as unknown as Record<string, string>;
  await rejects(jm.schedule.now(plain, null, { metadata }), { code: "invalid_payload" });

  strictEqual((await jm.client.health()).actors.every(({ restarts }) => restarts === 0), true);
});

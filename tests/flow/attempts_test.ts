/**
 * Attempts: what is kept of each, and when there is another.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { defineJob, type Execution } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const QUICKLY = { base: "10ms", factor: 1, jitter: "none" } as const;

function outcomes(executions: readonly Execution[]): readonly unknown[] {
  return executions.map(({ attempt, outcome }) => [attempt, outcome]);
}

Deno.test("a job is tried again until an attempt succeeds, and every attempt is kept", async () => {
  const flaky = defineJob({ id: "flaky", maxRetries: 5, retry: QUICKLY }, (job) => {
    job.log.info(`attempt ${job.attempt}`, { failures: job.failures });
    if (job.attempt < 3) throw new RangeError("away", { cause: new TypeError("refused") });
    return job.failures;
  });
  await using cluster = await openTestCluster({ jobs: [flaky] });
  const { jm } = cluster;

  const { id } = await jm.schedule.now(flaky);
  const job = await jm.jobs.wait(id, { timeout: "60s" });
  const executions = await jm.jobs.executions(id);
  const logs = await jm.jobs.logs(id);

  deepStrictEqual([job.attempts, job.result, job.error], [3, 2, null]);
  deepStrictEqual(outcomes(executions), [[1, "failed"], [2, "failed"], [3, "succeeded"]]);
  const { error } = executions[0]!;
  deepStrictEqual([error?.code, error?.name, error?.message], [
    "handler_error",
    "RangeError",
    "away",
  ]);
  deepStrictEqual([error?.cause?.name, error?.cause?.message], ["TypeError", "refused"]);
  match(error?.stack ?? "", /attempts_test/);
  strictEqual(executions[2]?.error, null);
  for (const { startedAtMs, finishedAtMs, workerId } of executions) {
    ok(startedAtMs <= finishedAtMs! && workerId === job.workerId);
  }
  deepStrictEqual(logs.map(({ attempt, message }) => [attempt, message]), [
    [1, "attempt 1"],
    [2, "attempt 2"],
    [3, "attempt 3"],
  ]);
  deepStrictEqual(logs.map(({ level, fields }) => [level, fields]), [
    ["Info", '{"failures":0}'],
    ["Info", '{"failures":1}'],
    ["Info", '{"failures":2}'],
  ]);
});

Deno.test("a job that always fails ends Failed after maxRetries + 1 attempts", async () => {
  let runs = 0;
  const hopeless = defineJob({ id: "hopeless", maxRetries: 2, retry: QUICKLY }, () => {
    throw new Error(`no ${++runs}`);
  });
  await using cluster = await openTestCluster({ jobs: [hopeless] });

  const { id } = await cluster.jm.schedule.now(hopeless);
  const job = await cluster.untilJob(id, "Failed");

  strictEqual(runs, 3);
  deepStrictEqual([job.attempts, job.error?.message], [3, "no 3"]);
  deepStrictEqual(outcomes(await cluster.jm.jobs.executions(id)), [
    [1, "failed"],
    [2, "failed"],
    [3, "failed"],
  ]);
});

Deno.test("a job with maxRetries 0 fails at once", async () => {
  const hopeless = defineJob({ id: "hopeless", maxRetries: 0 }, () => {
    throw new Error("no");
  });
  await using cluster = await openTestCluster({ jobs: [hopeless] });

  const { id } = await cluster.jm.schedule.now(hopeless);

  strictEqual((await cluster.untilJob(id, "Failed")).attempts, 1);
});

Deno.test("a failed job waits as long as its own policy says, then as long as the cluster's", async () => {
  const fail = () => {
    throw new Error("no");
  };
  const own = defineJob({
    id: "own",
    retry: { base: "1h", factor: 3, max: "2h", jitter: "none" },
  }, fail);
  const plain = defineJob({ id: "plain" }, fail);
  await using cluster = await openTestCluster({
    jobs: [own, plain],
    settings: { retry: { base: "30m", jitter: "none" }, defaultMaxRetries: 3 },
  });
  const delayAfterFailure = async (id: string, attempt: number) => {
    const { scheduledAtMs } = await eventually(`failure ${attempt}`, async () => {
      const job = await cluster.jm.jobs.get(id);
      return job.attempts === attempt && job.status === "HeldOnMaster" && job;
    });
    const execution = (await cluster.jm.jobs.executions(id)).at(-1)!;
    return Math.round((scheduledAtMs - execution.finishedAtMs!) / 60_000);
  };

  const first = await cluster.jm.schedule.now(own);
  const second = await cluster.jm.schedule.now(plain);

  deepStrictEqual(await delayAfterFailure(first.id, 1), 60);
  await cluster.jm.jobs.runNow(first.id);
  deepStrictEqual(await delayAfterFailure(first.id, 2), 120); // three times, but not above the longest wait
  deepStrictEqual(await delayAfterFailure(second.id, 1), 30);
});

const THROWN: Readonly<Record<string, [unknown, { name: string; message: string | RegExp }]>> = {
  "a string": ["oops", { name: "Thrown", message: "oops" }],
  "null": [null, { name: "Thrown", message: "Nothing was thrown" }],
  "undefined": [undefined, { name: "Thrown", message: "Nothing was thrown" }],
  "a symbol": [Symbol("s"), { name: "Thrown", message: "Symbol(s)" }],
  "a frozen object": [Object.freeze({ a: 1 }), { name: "Error", message: "No message" }],
  "an error that is its own cause": [ownCause(), { name: "Error", message: "round" }],
  "an object whose getters throw": [throwingGetters(), { name: "Error", message: "No message" }],
  "a proxy that throws": [throwingProxy(), { name: "Error", message: "No message" }],
  "a text of 5 MB": [new Error("x".repeat(5_000_000)), { name: "Error", message: /^x{3999}…$/ }],
  "a text with NUL and lone surrogates": [
    new Error("a\0b\ud800c"),
    { name: "Error", message: "a\ufffdb\ufffdc" },
  ],
};

function ownCause(): Error {
  const error = new Error("round");
  error.cause = error;
  return error;
}

function throwingGetters(): object {
  const trap = () => {
    throw new Error("trapped");
  };
  return Object.defineProperties({}, {
    name: { get: trap },
    message: { get: trap },
    code: { get: trap },
    cause: { get: trap },
    stack: { get: trap },
  });
}

function throwingProxy(): object {
  const trap = () => {
    throw new Error("trapped");
  };
  return new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap });
}

Deno.test("whatever a handler throws becomes a bounded record, and the slot comes back", async () => {
  const thrower = defineJob<string>({ id: "thrower", maxRetries: 0 }, (job) => {
    throw THROWN[job.data]![0];
  });
  await using cluster = await openTestCluster({ jobs: [thrower], workers: [{ parallelism: 0.1 }] });

  const jobs = await cluster.jm.schedule.many(thrower, Object.keys(THROWN));

  for (const { id, data } of jobs) {
    const { error } = await cluster.untilJob(id, "Failed");
    const expected = THROWN[data as string]![1];
    strictEqual(error?.code, "handler_error", `code of ${data}`);
    strictEqual(error?.name, expected.name, `name of ${data}`);
    if (typeof expected.message === "string") strictEqual(error?.message, expected.message);
    else match(error?.message ?? "", expected.message);
    ok(JSON.stringify(error).length < 120_000, `size of ${data}`);
  }
});

const RETURNED: Readonly<Record<string, unknown>> = {
  "a function": () => {},
  "a BigInt": 1n,
  "a cycle": ownCauseObject(),
  "NaN": NaN,
  "a lone surrogate": "\udfff",
  "what throws when it is encoded": { toJSON: () => ownCauseObject() },
};

function ownCauseObject(): unknown {
  const round: Record<string, unknown> = {};
  round.round = round;
  return round;
}

Deno.test("a handler that returns what JSON cannot hold fails with a reason", async () => {
  const giver = defineJob<string>({ id: "giver", maxRetries: 0 }, (job) => RETURNED[job.data]);
  await using cluster = await openTestCluster({ jobs: [giver] });

  const jobs = await cluster.jm.schedule.many(giver, Object.keys(RETURNED));

  for (const { id, data } of jobs) {
    const { error, result } = await cluster.untilJob(id, "Failed");
    deepStrictEqual([error?.code, result], ["invalid_payload", null], String(data));
    match(error?.message ?? "", /result/);
  }
});

Deno.test("a handler that returns nothing succeeds with null, one that returns 2 MB fails", async () => {
  const giver = defineJob<number>(
    { id: "giver", maxRetries: 0 },
    (job) => job.data === 0 ? undefined : "x".repeat(job.data),
  );
  await using cluster = await openTestCluster({ jobs: [giver] });

  const nothing = await cluster.jm.schedule.now(giver, 0);
  const much = await cluster.jm.schedule.now(giver, 2_000_000);

  strictEqual((await cluster.jm.jobs.wait(nothing.id, { timeout: "60s" })).result, null);
  strictEqual((await cluster.untilJob(much.id, "Failed")).error?.code, "payload_too_large");
});

Deno.test("a handler that floods log and progress is bounded, told so, and not slowed for ever", async () => {
  const flood = defineJob({ id: "flood", timeout: "20s" }, (job) => {
    for (let i = 0; i < 100_000; i++) {
      job.log.info(`line ${i}`, { i });
      job.progress((i / 100_000) * 100, `line ${i}`);
    }
    return "done";
  });
  await using cluster = await openTestCluster({ jobs: [flood] });
  const { jm } = cluster;

  const { id } = await jm.schedule.now(flood);
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  strictEqual(job.result, "done");
  strictEqual(job.progress?.note, "line 99999");
  const filter = { subjectType: "Job", subjectId: id } as const;
  strictEqual(await jm.client.countLogs(filter), 1_000);
  const { items } = await jm.client.listLogs({ filter, cursor: null, limit: 1 });
  deepStrictEqual([items[0]?.level, /rest is dropped/.test(items[0]?.message ?? "")], [
    "Warning",
    true,
  ]);
});

Deno.test("log lines of many attempts that end together are all kept", async () => {
  const talk = defineJob({ id: "talk" }, (job) => {
    for (let i = 0; i < 900; i++) job.log.debug(`line ${i}`);
  });
  await using cluster = await openTestCluster({ jobs: [talk], workers: [{ parallelism: 10 }] });
  const { jm } = cluster;

  const jobs = await jm.schedule.many(talk, Array.from({ length: 20 }, () => null));
  await Promise.all(jobs.map(({ id }) => jm.jobs.wait(id, { timeout: "60s" })));

  strictEqual(await jm.client.countLogs({ subjectType: "Job" }), 20 * 900);
});

Deno.test("odd log fields and odd progress neither break the handler nor the log", async () => {
  const odd = defineJob({ id: "odd", maxRetries: 0 }, (job) => {
    const round: Record<string, unknown> = {};
    round.round = round;
    job.log.warn("fields", { big: 1n, error: new Error("inside") });
    job.log.error("cycle", { round });
    job.log.info(undefined as unknown as string);
    job.log.debug("x".repeat(10_000));
    let refused = 0;
    for (const percent of [-1, 101, NaN, "5" as unknown as number]) {
      try {
        job.progress(percent);
      } catch {
        refused++;
      }
    }
    return refused;
  });
  await using cluster = await openTestCluster({ jobs: [odd] });

  const { id } = await cluster.jm.schedule.now(odd);
  const job = await cluster.jm.jobs.wait(id, { timeout: "60s" });
  const logs = await cluster.jm.jobs.logs(id);

  strictEqual(job.result, 4);
  strictEqual(job.progress, null);
  deepStrictEqual(logs.map(({ level }) => level), ["Warning", "Error", "Info", "Debug"]);
  match(logs[0]!.fields!, /"big":"1n".*"inside"/);
  match(logs[1]!.fields!, /unreadable/);
  strictEqual(logs[3]!.message.length, 4_000);
});

/**
 * One run of one handler: what the handler sees, and how every way to end is told.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { type AbortCode, MAX_RESULT_BYTES } from "../../actors/handler_run.ts";
import { defineJob, type JobContext } from "../../core/definition.ts";
import { JobMasterError } from "../../core/errors.ts";
import { HOSTILE } from "../core/support/hostile.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import { endingOf, runOf } from "./support/handler_scene.ts";

/** A handler that waits until the test lets it go on. */
function paused(end: (job: JobContext) => unknown = () => null) {
  const started = Promise.withResolvers<JobContext>();
  const gate = Promise.withResolvers<void>();
  const handler = async (job: JobContext) => {
    started.resolve(job);
    await gate.promise;
    return end(job);
  };
  return { handler, started: started.promise, goOn: () => gate.resolve() };
}

/** How a handler ends that is aborted while it runs and then does `end`. */
async function abortedWith(code: AbortCode, end: (job: JobContext) => unknown) {
  const { handler, started, goOn } = paused(end);
  const run = runOf(handler);
  const ending = run.start();
  await started;
  run.abort(code);
  goOn();
  return await ending;
}

const fails = (): never => {
  throw new Error("stopped half way");
};

Deno.test("HandlerRun shows the handler its job", async () => {
  let seen: JobContext | undefined;
  await endingOf((job) => void (seen = job), {
    attempt: 2,
    job: {
      data: '{"to":"Ada"}',
      metadata: { team: "a" },
      lane: "mail",
      priority: "High",
      scheduledAtMs: AT_MS + 5,
      originalScheduledAtMs: AT_MS,
    },
  });
  const { signal, log, progress, ...fields } = seen!;
  deepStrictEqual(fields, {
    id: jobId(1),
    clusterId: "c-1",
    definitionId: "mail.send",
    data: { to: "Ada" },
    metadata: { team: "a" },
    priority: "High",
    lane: "mail",
    attempt: 2,
    failures: 1,
    maxRetries: 3,
    timeoutMs: 5_000,
    scheduledAtMs: AT_MS + 5,
    originalScheduledAtMs: AT_MS,
    createdAtMs: AT_MS - 1_000,
    triggerSource: "Once",
    scheduleId: null,
    occurrenceAtMs: null,
    fencingToken: "3.2",
  });
  strictEqual(signal.aborted, false);
  deepStrictEqual(Object.keys(log), ["debug", "info", "warn", "error"]);
  strictEqual(typeof progress, "function");
});

Deno.test("HandlerRun succeeds with what the handler returns, at once or later", async () => {
  const cases: readonly [unknown, string][] = [
    [{ sent: 1 }, '{"sent":1}'],
    [undefined, "null"],
    [null, "null"],
    ["", '""'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ];
  for (const [returned, result] of cases) {
    for (const handler of [() => returned, () => Promise.resolve(returned)]) {
      deepStrictEqual(await endingOf(handler), { outcome: "succeeded", result, error: null });
    }
  }
});

Deno.test("HandlerRun hands over what the schema makes of the payload", async () => {
  const input = z.object({ n: z.number().default(7) });
  const definition = defineJob({ id: "mail.send", input }, ({ data }) => data.n);
  const { result } = await endingOf(() => null, { definition, job: { data: "{}" } });
  strictEqual(result, "7");
});

Deno.test("HandlerRun fails for good without calling the handler when the payload does not fit", async () => {
  let calls = 0;
  const input = z.object({ n: z.number() });
  const definition = defineJob({ id: "mail.send", input }, () => calls++);
  const { outcome, final, error } = await endingOf(() => null, {
    definition,
    job: { data: '{"n":"7"}' },
  });
  deepStrictEqual([outcome, final, error?.code, calls], ["failed", true, "invalid_payload", 0]);
  match(error?.message ?? "", /^Cannot take data: data\.n: Invalid input/);
});

Deno.test("HandlerRun leaves a retry open when the schema itself throws: it may have looked something up", async () => {
  const validate = () => Promise.reject(new Error("the directory is away"));
  const input = { "~standard": { version: 1 as const, vendor: "test", validate } };
  const definition = defineJob({ id: "mail.send", input }, () => null);
  const { outcome, final, error } = await endingOf(() => null, { definition });
  deepStrictEqual([outcome, final, error?.code], ["failed", false, "invalid_payload"]);
});

Deno.test("HandlerRun fails with what the handler throws, at once or later", async () => {
  const error = new RangeError("no seat", { cause: new TypeError("refused") });
  const thrower = () => {
    throw error;
  };
  for (const handler of [thrower, () => Promise.reject(error)]) {
    const ending = await endingOf(handler);
    deepStrictEqual(ending, {
      outcome: "failed",
      final: false,
      result: null,
      error: {
        code: "handler_error",
        name: "RangeError",
        message: "no seat",
        stack: error.stack,
        cause: {
          code: "handler_error",
          name: "TypeError",
          message: "refused",
          stack: (error.cause as Error).stack,
          cause: null,
        },
      },
    });
  }
});

Deno.test("HandlerRun keeps the code of the engine's own errors", async () => {
  const busy = new JobMasterError("master_busy", "Cannot reach the master");
  strictEqual((await endingOf(() => Promise.reject(busy))).error?.code, "master_busy");
});

Deno.test("HandlerRun ends whatever the handler throws, and never throws itself", async () => {
  for (const [what, thrown] of Object.entries(HOSTILE)) {
    const { outcome, error } = await endingOf(() => {
      throw thrown;
    });
    deepStrictEqual([outcome, error?.code], ["failed", "handler_error"], what);
    ok(error!.message !== "", what);
  }
});

Deno.test("HandlerRun fails with a hint when the result is no JSON", async () => {
  const cases: readonly [unknown, string][] = [
    [{ size: 10n }, "Cannot take result.size: a bigint is not a JSON value"],
    [Number.NaN, "Cannot take result: NaN is not a JSON number"],
    [() => 1, "Cannot take result: a function is not a JSON value"],
    [[new Map()], "Cannot take result[0]: a Map is not a JSON value"],
    ["\uD800", "Cannot take result: its text has a lone surrogate"],
  ];
  for (const [returned, message] of cases) {
    const { outcome, error } = await endingOf(() => returned);
    deepStrictEqual([outcome, error?.code, error?.message], ["failed", "invalid_payload", message]);
  }
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  match((await endingOf(() => cyclic)).error?.message ?? "", /is nested deeper than 64 levels$/);
});

Deno.test("HandlerRun takes a result of 1 MiB and refuses one byte more", async () => {
  const text = (bytes: number) => "x".repeat(bytes - 2);
  strictEqual((await endingOf(() => text(MAX_RESULT_BYTES))).outcome, "succeeded");
  const { error } = await endingOf(() => text(MAX_RESULT_BYTES + 1));
  deepStrictEqual([error?.code, error?.message], [
    "payload_too_large",
    "Cannot take result: its JSON has 1048577 bytes and the limit is 1048576",
  ]);
});

Deno.test("HandlerRun gives the job back for a while when this node lacks the definition", async () => {
  const run = runOf(() => null, { definition: null });
  deepStrictEqual(await run.start(), {
    outcome: "interrupted",
    result: null,
    error: null,
    delayMs: 30_000,
  });
  deepStrictEqual(run.takeLogs().map(({ level, message }) => [level, message]), [
    ["Warning", 'This node has no definition "mail.send"; the job is put back'],
  ]);
});

const TIMED_OUT = {
  outcome: "timed_out",
  result: null,
  error: {
    code: "timed_out",
    name: "JobMasterError",
    message: "The attempt took longer than its timeout of 5000 ms",
    stack: null,
    cause: null,
  },
};

Deno.test("HandlerRun is timed out after the deadline, whether the handler throws or returns late", async () => {
  deepStrictEqual(await abortedWith("timed_out", fails), TIMED_OUT);
  deepStrictEqual(await abortedWith("timed_out", () => "late"), TIMED_OUT);
});

Deno.test("HandlerRun is cancelled when the handler gives up, and succeeds when it finishes", async () => {
  deepStrictEqual(await abortedWith("job_cancelled", fails), {
    outcome: "cancelled",
    result: null,
    error: null,
  });
  deepStrictEqual(await abortedWith("job_cancelled", () => 1), {
    outcome: "succeeded",
    result: "1",
    error: null,
  });
});

Deno.test("HandlerRun is interrupted on stop and lost lease, and succeeds when it finishes", async () => {
  for (const code of ["interrupted", "lease_lost"] as const) {
    deepStrictEqual(await abortedWith(code, fails), {
      outcome: "interrupted",
      result: null,
      error: null,
    });
    strictEqual((await abortedWith(code, () => 1)).outcome, "succeeded");
  }
});

Deno.test("HandlerRun aborts the handler's signal with an error that says why", async () => {
  const reasons: readonly [AbortCode, string, boolean][] = [
    ["timed_out", `Job "${jobId(1)}" ran longer than its timeout of 5000 ms`, true],
    ["job_cancelled", `Job "${jobId(1)}" was cancelled`, false],
    ["interrupted", `Job "${jobId(1)}" was interrupted: its node is stopping`, true],
    ["lease_lost", `Job "${jobId(1)}" was interrupted: its worker lost its lease`, true],
  ];
  for (const [code, message, retryable] of reasons) {
    let reason: unknown;
    await abortedWith(code, ({ signal }) => reason = signal.reason);
    ok(reason instanceof JobMasterError);
    deepStrictEqual([reason.code, reason.message, reason.retryable], [code, message, retryable]);
  }
});

Deno.test("HandlerRun aborts a signal that the handler holds already", async () => {
  const waiting = Promise.withResolvers<void>();
  const run = runOf(({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      waiting.resolve();
    })
  );
  const ending = run.start();
  await waiting.promise;
  run.abort("job_cancelled");

  strictEqual((await ending).outcome, "cancelled");
});

Deno.test("HandlerRun shows an aborted signal when it was aborted before it was looked at", async () => {
  const run = runOf(({ signal }) => signal.throwIfAborted());
  run.abort("interrupted");

  strictEqual((await run.start()).outcome, "interrupted");
});

Deno.test("HandlerRun keeps the first reason when it is aborted again", async () => {
  const { handler, started, goOn } = paused(fails);
  const run = runOf(handler);
  const ending = run.start();
  const { signal } = await started;
  run.abort("timed_out");
  run.abort("job_cancelled");
  goOn();

  strictEqual((await ending).outcome, "timed_out");
  strictEqual((signal.reason as JobMasterError).code, "timed_out");
});

/**
 * Runs the handlers of one bucket: run slots, deadlines, aborts, and the ending of every attempt.
 *
 * Whatever happens to a handler, its attempt ends exactly once and its slot comes back. Under process isolation
 * a handler that ignores its abort is killed with its process; elsewhere it is abandoned after a grace.
 *
 * @module
 */

import { uuidGenerator } from "../core/ids.ts";
import { failure } from "../core/failure.ts";
import type { Ending } from "../core/settlement.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import { type Attempt, Attempts } from "./attempts.ts";
import { type AbortCode, HandlerRun, timedOut } from "./handler_run.ts";
import type {
  EndedAttempt,
  ExecutorArgs,
  ExecutorContext,
  ExecutorMessage,
} from "./executor_protocol.ts";
import { type HandlerMap, resolveHandlers } from "./handlers.ts";
import type { HostSaid } from "./handler_host.ts";
import { HostPool } from "./host_pool.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import type { Of } from "./runtime/protocol.ts";
import type { TellRef } from "./runtime/ref.ts";

interface ExecutorState {
  readonly args: ExecutorArgs;
  readonly handlers: HandlerMap;
  readonly agent: TellRef<
    | Of<BucketAgentMessage, "ended">
    | Of<BucketAgentMessage, "running">
    | Of<BucketAgentMessage, "starting">
  >;
  readonly attempts: Attempts;
  readonly pool: HostPool | null;
  readonly newId: () => string;
  trustedUntilMono: number;
  ended: EndedAttempt[];
  flushing: boolean;
  ticking: boolean;
}

const TICK_MS = 250;

/** Declares the executor. One per bucket agent, its child. */
export const executor: Actor<ExecutorMessage, ExecutorArgs> = defineActor<
  ExecutorMessage,
  ExecutorState,
  ExecutorArgs
>({
  name: "executor",
  module: import.meta.url,
  mailbox: { capacity: 8_192, overflow: "reject" },

  async start(context, args) {
    const inline = args.isolation === "inline";
    return {
      args,
      handlers: inline ? await resolveHandlers(args.handlers) : new Map(),
      agent: context.ref<BucketAgentMessage>(args.bucketAgent),
      attempts: new Attempts(args.runSlots),
      pool: inline ? null : new HostPool(context, args),
      newId: uuidGenerator(context.clock, context.random),
      trustedUntilMono: -Infinity,
      ended: [],
      flushing: false,
      ticking: false,
    };
  },

  handlers: {
    trust(context, { untilMono }, state) {
      state.trustedUntilMono = untilMono;
      fillSlots(context, state);
    },

    run(context, { runs }, state) {
      for (const run of runs) state.attempts.enqueue(run);
      fillSlots(context, state);
    },

    begin(context, { jobId }, state) {
      const attempt = state.attempts.find(jobId);
      if (attempt === undefined || attempt.handle !== null) return;
      if (isTrusted(context, state)) begin(context, state, attempt);
      else finish(context, state, { attempt, ending: abortedEarly("lease_lost") });
    },

    recall(context, _message, state) {
      endWaiting(context, state, { jobIds: null, code: "interrupted" });
    },

    abort(context, { jobIds, code }, state) {
      endWaiting(context, state, { jobIds, code });
      for (const attempt of state.attempts.select(jobIds)) abort(context, state, { attempt, code });
    },

    tick(context, _message, state) {
      state.ticking = false;
      report(context, state);
    },

    deadline(context, { jobId, attempt: number }, state) {
      const attempt = state.attempts.find(jobId);
      if (attempt?.run.attempt === number) abort(context, state, { attempt, code: "timed_out" });
    },

    async overdue(context, { jobId, attempt: number }, state) {
      const attempt = state.attempts.find(jobId);
      if (attempt?.run.attempt !== number) return;
      finish(context, state, { attempt, ending: forcedEnding(attempt) });
      await state.pool?.kill(attempt.run);
    },

    host_ended(context, { hostKey, ending, ...said }, state) {
      state.pool?.release(hostKey, said.jobId);
      const attempt = hear(state, said);
      if (attempt !== undefined) finish(context, state, { attempt, ending });
    },

    host_said(_context, said, state) {
      hear(state, said);
    },
  },

  stop(_context, { pool, attempts }) {
    pool?.close();
    for (const { timer } of attempts.select(null)) timer?.[Symbol.dispose]();
  },

  childExited(context, exit, state) {
    const lost = state.pool?.hostExited(exit.key) ?? [];
    for (const [jobId, number] of lost) {
      const attempt = state.attempts.find(jobId);
      if (attempt?.run.attempt !== number) continue; // ended before: its grace was over
      finish(context, state, { attempt, ending: crashed(exit.error) });
    }
  },
});

/** Takes up what an attempt said; answers the attempt unless it ended before, when its grace was over. */
function hear({ attempts }: ExecutorState, said: HostSaid): Attempt | undefined {
  const attempt = attempts.find(said.jobId);
  if (attempt?.run.attempt !== said.attempt) return undefined;
  attempt.progress = said.progress ?? attempt.progress;
  attempt.logs.push(...said.logs);
  return attempt;
}

/** Between the last look at the lease and now the process may have been paused. */
function isTrusted(context: ExecutorContext, { trustedUntilMono }: ExecutorState): boolean {
  return context.clock.monotonic() < trustedUntilMono;
}

function fillSlots(context: ExecutorContext, state: ExecutorState): void {
  if (!isTrusted(context, state)) return; // what waits is aborted soon, or begins when trust is renewed
  for (let run = state.attempts.next(); run !== undefined; run = state.attempts.next()) {
    const attempt = state.attempts.open(run, context.clock.now());
    if (run.job.crashes === 0) begin(context, state, attempt);
    else state.agent.tell({ type: "starting", jobId: run.job.id, attempt: run.attempt });
  }
  if (state.attempts.running > 0 && !state.ticking) {
    state.ticking = true;
    context.sendAfter(TICK_MS, { type: "tick" });
  }
}

function begin(context: ExecutorContext, state: ExecutorState, attempt: Attempt): void {
  const { run } = attempt;
  attempt.startedAtMs = context.clock.now();
  attempt.timer = context.clock.schedule(
    run.job.timeoutMs,
    () => void context.self.tell({ type: "deadline", jobId: run.job.id, attempt: run.attempt }),
  );
  if (state.pool === null) beginInline(context, state, attempt);
  else {attempt.handle = state.pool.run(run, (ending) =>
      finish(context, state, { attempt, ending }));}
}

function beginInline(context: ExecutorContext, state: ExecutorState, attempt: Attempt): void {
  const handlerRun = new HandlerRun({
    run: attempt.run,
    definition: state.handlers.get(attempt.run.job.definitionId),
    clock: context.clock,
    newId: state.newId,
    host: state.args.host,
  });
  attempt.handle = handlerRun;
  void handlerRun.start().then((ending) => finish(context, state, { attempt, ending })); // never rejects
}

function endWaiting(
  context: ExecutorContext,
  state: ExecutorState,
  { jobIds, code }: { readonly jobIds: readonly string[] | null; readonly code: AbortCode },
): void {
  const startedAtMs = context.clock.now();
  for (const run of state.attempts.takeWaiting(jobIds)) {
    end(context, state, { run, startedAtMs, ending: abortedEarly(code) });
  }
}

function abort(
  context: ExecutorContext,
  state: ExecutorState,
  { attempt, code }: { readonly attempt: Attempt; readonly code: AbortCode },
): void {
  if (attempt.abortCode !== null) return;
  attempt.abortCode = code;
  if (attempt.handle === null) { // its start is still being put on record
    finish(context, state, { attempt, ending: abortedEarly(code) });
    return;
  }
  attempt.handle.abort(code);
  attempt.timer?.[Symbol.dispose]();
  const { run } = attempt;
  attempt.timer = context.clock.schedule(
    state.args.graceMs,
    () => void context.self.tell({ type: "overdue", jobId: run.job.id, attempt: run.attempt }),
  );
}

function abortedEarly(code: AbortCode): Ending {
  const outcome = code === "job_cancelled" ? "cancelled" : "interrupted";
  return { outcome, result: null, error: null };
}

function forcedEnding(attempt: Attempt): Ending {
  switch (attempt.abortCode) {
    case "timed_out":
      return timedOut(attempt.run.job);
    case "job_cancelled":
      return { outcome: "cancelled", result: null, error: null };
    default:
      return { outcome: "interrupted", result: null, error: null };
  }
}

function crashed(error: unknown): Ending {
  const why = error instanceof Error ? `: ${error.message}` : "";
  return {
    outcome: "crashed",
    result: null,
    error: failure("crashed", `The process that ran the attempt ended${why}`),
  };
}

function finish(
  context: ExecutorContext,
  state: ExecutorState,
  { attempt, ending }: { readonly attempt: Attempt; readonly ending: Ending },
): void {
  if (!state.attempts.close(attempt)) return; // ended before: its grace was over
  attempt.timer?.[Symbol.dispose]();
  const { run, startedAtMs, handle } = attempt;
  const fresh = handle?.takeLogs() ?? [];
  end(context, state, {
    run,
    startedAtMs,
    ending,
    progress: handle?.progress ?? attempt.progress,
    logs: attempt.logs.length === 0 ? fresh : [...attempt.logs, ...fresh],
  });
  fillSlots(context, state);
}

function end(
  context: ExecutorContext,
  state: ExecutorState,
  ended:
    & Pick<EndedAttempt, "run" | "startedAtMs" | "ending">
    & Partial<Pick<EndedAttempt, "progress" | "logs">>,
): void {
  state.ended.push({ progress: null, logs: [], ...ended, finishedAtMs: context.clock.now() });
  if (state.flushing) return;
  state.flushing = true;
  context.clock.immediate(() => flush(context, state));
}

function flush(context: ExecutorContext, state: ExecutorState): void {
  const admission = state.agent.tell({ type: "ended", attempts: state.ended });
  if (admission === "mailbox_full" && !context.signal.aborted) {
    context.clock.schedule(10, () => flush(context, state)); // an ending must not be lost
    return;
  }
  state.ended = [];
  state.flushing = false;
}

function report(context: ExecutorContext, state: ExecutorState): void {
  const fresh = state.attempts.takeNews(context.clock.now() - TICK_MS / 2);
  if (fresh.length > 0) state.agent.tell({ type: "running", attempts: fresh });
  fillSlots(context, state);
}

/**
 * Runs handlers for an executor in another thread or process, where they can block or be killed.
 *
 * @module
 */

import { uuidGenerator } from "../core/ids.ts";
import type { Progress } from "../core/job.ts";
import type { LogEntry } from "../core/log.ts";
import type { Ending } from "../core/settlement.ts";
import { type AbortCode, HandlerRun, type JobRun } from "./handler_run.ts";
import { type HandlerMap, type HandlerSource, resolveHandlers } from "./handlers.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import type { TellRef } from "./runtime/ref.ts";

/** What a handler host can be told. */
export type HandlerHostMessage =
  /** Runs an attempt. */
  | Tell<"run", { run: JobRun }>
  /** Aborts the signal of a running attempt. */
  | Tell<"abort", { jobId: string; code: AbortCode }>
  /** Reports what running handlers have said since the last time. */
  | Tell<"report">;

/** What a handler host tells its executor. */
export type HostReport =
  /** An attempt ended. */
  | Tell<"host_ended", HostSaid & { hostKey: string; ending: Ending }>
  /** An attempt that still runs said something. */
  | Tell<"host_said", HostSaid>;

/** What an attempt has said since the last report. */
export interface HostSaid {
  /** The job. */
  readonly jobId: string;
  /** The attempt: an abandoned one may still speak while the next one runs elsewhere. */
  readonly attempt: number;
  /** What it last said about how far it is. */
  readonly progress: Progress | null;
  /** What it wrote. */
  readonly logs: readonly LogEntry[];
}

/** What a handler host needs to start. */
export interface HandlerHostArgs {
  /** Its own key, for reports. */
  readonly hostKey: string;
  /** Where its handlers are. */
  readonly handlers: HandlerSource;
  /** Address of its executor. */
  readonly executor: string;
  /** Name of the machine. */
  readonly host: string;
}

interface State {
  readonly args: HandlerHostArgs;
  readonly handlers: HandlerMap;
  readonly executor: TellRef<HostReport>;
  readonly running: Map<string, HandlerRun>;
  readonly newId: () => string;
}

type Context = ActorContext<HandlerHostMessage>;

const REPORT_EVERY_MS = 200;

/** Declares the handler host. Spawned by an executor, never restarted: a new one takes its place. */
export const handlerHost: Actor<HandlerHostMessage, HandlerHostArgs> = defineActor<
  HandlerHostMessage,
  State,
  HandlerHostArgs
>({
  name: "handler_host",
  module: import.meta.url,
  mailbox: { capacity: 4_096, overflow: "reject" },

  async start(context, args) {
    context.sendInterval(REPORT_EVERY_MS, { type: "report" });
    return {
      args,
      handlers: await resolveHandlers(args.handlers),
      executor: context.ref<HostReport>(args.executor),
      running: new Map(),
      newId: uuidGenerator(context.clock, context.random),
    };
  },

  handlers: {
    run(context, { run }, state) {
      const handlerRun = new HandlerRun({
        run,
        definition: state.handlers.get(run.job.definitionId),
        clock: context.clock,
        newId: state.newId,
        host: state.args.host,
      });
      state.running.set(run.job.id, handlerRun);
      void handlerRun.start().then((ending) => { // never rejects
        state.running.delete(run.job.id);
        const { hostKey } = state.args;
        say(context, state, { type: "host_ended", hostKey, ending, ...said(handlerRun) });
      });
    },

    abort(_context, { jobId, code }, { running }) {
      running.get(jobId)?.abort(code);
    },

    report(context, _message, state) {
      for (const run of state.running.values()) {
        const news = said(run);
        if (news.logs.length === 0 && news.progress === null) continue;
        say(context, state, { type: "host_said", ...news });
      }
    },
  },
});

function said(handlerRun: HandlerRun): HostSaid {
  const { run: { job, attempt }, progress } = handlerRun;
  return { jobId: job.id, attempt, progress, logs: handlerRun.takeLogs() };
}

/** Repeats until the executor has room: an ending must not be lost. */
function say(context: Context, state: State, report: HostReport): void {
  if (state.executor.tell(report) !== "mailbox_full" || context.signal.aborted) return;
  context.clock.schedule(10, () => say(context, state, report));
}

/**
 * One run of one handler: builds what the handler sees, calls it, and tells how it ended. Never throws.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import type { AnyJobDefinition, JobContext, JobLog } from "../core/definition.ts";
import { encodeError, type ErrorCode, JobMasterError } from "../core/errors.ts";
import { cut, failure, failureOf } from "../core/failure.ts";
import type { Job, Progress } from "../core/job.ts";
import {
  type LogEntry,
  type LogLevel,
  MAX_LOG_MESSAGE,
  MAX_LOGS_PER_ATTEMPT,
} from "../core/log.ts";
import { encodePayload } from "../core/payload.ts";
import { encodeLogFields, textOf } from "./log_fields.ts";
import { checkPayload } from "./payload_check.ts";
import type { Ending } from "../core/settlement.ts";

/** A granted attempt. Plain data. */
export interface JobRun {
  /** The job, as it was granted. */
  readonly job: Job;
  /** The granted attempt. */
  readonly attempt: number;
  /** The bucket's epoch it was granted under. */
  readonly epoch: number;
}

/** Why a run is aborted. */
export type AbortCode = Extract<
  ErrorCode,
  "timed_out" | "job_cancelled" | "interrupted" | "lease_lost"
>;

/** What a run is made from. */
export interface HandlerRunOptions {
  /** The attempt. */
  readonly run: JobRun;
  /** Its definition; `undefined` when this node lacks it. */
  readonly definition: AnyJobDefinition | undefined;
  /** Times log entries. */
  readonly clock: Clock;
  /** Makes ids of log entries. */
  readonly newId: () => string;
  /** Name of the machine, for log entries. */
  readonly host: string;
}

/** Largest result, as UTF-8 bytes of its JSON. */
export const MAX_RESULT_BYTES = 1_048_576;

/** How long a job whose definition is unknown here is left alone, in milliseconds. */
const UNKNOWN_DEFINITION_DELAY_MS = 30_000;

/** One run of one handler. */
export class HandlerRun {
  readonly #options: HandlerRunOptions;
  #controller: AbortController | undefined;
  #abortCode: AbortCode | undefined;
  #progress: Progress | null = null;
  #logs: LogEntry[] = [];
  #logCount = 0;
  #payloadFits = false;

  /** Makes a run that has not started. */
  constructor(options: HandlerRunOptions) {
    this.#options = options;
  }

  /** Runs the handler to its end. */
  async start(): Promise<Ending> {
    const { definition, run: { job } } = this.#options;
    if (definition === undefined) return this.#unknownDefinition();
    try {
      const data = await checkPayload(definition.input, JSON.parse(job.data));
      this.#payloadFits = true;
      const returned = await definition.handler(this.#context(data));
      if (this.#abortCode === "timed_out") return timedOut(job);
      const result = encodePayload(returned, { what: "result", maxBytes: MAX_RESULT_BYTES });
      return { outcome: "succeeded", result, error: null };
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  /** Aborts the handler's signal. The run ends when the handler does. */
  abort(code: AbortCode): void {
    if (this.#abortCode !== undefined) return;
    this.#abortCode = code;
    this.#controller?.abort(abortError(code, this.#options.run.job));
  }

  /** The attempt. */
  get run(): JobRun {
    return this.#options.run;
  }

  /** What the handler last said about how far it is. */
  get progress(): Progress | null {
    return this.#progress;
  }

  /** Takes the log entries written since the last call. */
  takeLogs(): readonly LogEntry[] {
    const taken = this.#logs;
    if (taken.length > 0) this.#logs = [];
    return taken;
  }

  #failed(thrown: unknown): Ending {
    const { job } = this.#options.run;
    switch (this.#abortCode) {
      case "timed_out":
        return timedOut(job);
      case "job_cancelled":
        return { outcome: "cancelled", result: null, error: null };
      case "interrupted":
      case "lease_lost":
        return { outcome: "interrupted", result: null, error: null };
      case undefined: {
        const { code, retryable } = encodeError(thrown); // user code may throw what throws when it is looked at
        return {
          outcome: "failed",
          final: !this.#payloadFits && !retryable, // the same schema would refuse it again
          result: null,
          error: failureOf(thrown, code === "internal" ? "handler_error" : code),
        };
      }
    }
  }

  #unknownDefinition(): Ending {
    const { definitionId } = this.#options.run.job;
    this.#log("Warning", `This node has no definition "${definitionId}"; the job is put back`);
    return {
      outcome: "interrupted",
      result: null,
      error: null,
      delayMs: UNKNOWN_DEFINITION_DELAY_MS,
    };
  }

  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortCode !== undefined) {
        this.#controller.abort(abortError(this.#abortCode, this.#options.run.job));
      }
    }
    return this.#controller.signal;
  }

  #context(data: unknown): JobContext {
    const { run: { job, attempt, epoch } } = this.#options;
    const signal = () => this.#signal();
    return {
      id: job.id,
      clusterId: job.clusterId,
      definitionId: job.definitionId,
      data,
      metadata: job.metadata,
      priority: job.priority,
      lane: job.lane,
      attempt,
      failures: attempt - 1 - attemptsBefore(job),
      maxRetries: job.maxRetries,
      timeoutMs: job.timeoutMs,
      scheduledAtMs: job.scheduledAtMs,
      originalScheduledAtMs: job.originalScheduledAtMs,
      createdAtMs: job.createdAtMs,
      triggerSource: job.triggerSource,
      scheduleId: job.scheduleId,
      occurrenceAtMs: job.occurrenceAtMs,
      fencingToken: `${epoch}.${attempt}`,
      get signal() {
        return signal(); // made when first asked for: most handlers never do
      },
      log: this.#jobLog(),
      progress: (percent, note) => this.#setProgress(percent, note),
    };
  }

  #setProgress(percent: number, note: string | undefined): void {
    if (typeof percent !== "number" || !(percent >= 0 && percent <= 100)) {
      throw new JobMasterError(
        "invalid_request",
        `Cannot set progress ${percent}: it must be a number from 0 to 100`,
      );
    }
    this.#progress = { percent, note: note === undefined ? null : cut(textOf(note), 500) };
  }

  #jobLog(): JobLog {
    const write =
      (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
        this.#log(level, message, fields);
    return {
      debug: write("Debug"),
      info: write("Info"),
      warn: write("Warning"),
      error: write("Error"),
    };
  }

  #log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#logCount++;
    if (this.#logCount > MAX_LOGS_PER_ATTEMPT) return;
    const last = this.#logCount === MAX_LOGS_PER_ATTEMPT;
    const { run, clock, newId, host } = this.#options;
    this.#logs.push({
      id: newId(),
      level: last ? "Warning" : level,
      message: last
        ? `This attempt wrote ${MAX_LOGS_PER_ATTEMPT} log lines; the rest is dropped`
        : cut(textOf(message), MAX_LOG_MESSAGE),
      subjectType: "Job",
      subjectId: run.job.id,
      attempt: run.attempt,
      fields: last || fields === undefined ? null : encodeLogFields(fields),
      host,
      writtenAtMs: clock.now(),
    });
  }
}

/** Attempts of earlier rounds: an explicit retry starts a new round. */
function attemptsBefore({ lastAttempt, maxRetries }: Job): number {
  return lastAttempt - maxRetries - 1;
}

/** The ending of a run that outlived its timeout. */
export function timedOut(job: Job): Ending {
  return {
    outcome: "timed_out",
    result: null,
    error: failure("timed_out", `The attempt took longer than its timeout of ${job.timeoutMs} ms`),
  };
}

function abortError(code: AbortCode, job: Job): JobMasterError {
  const texts: Readonly<Record<AbortCode, string>> = {
    timed_out: `Job "${job.id}" ran longer than its timeout of ${job.timeoutMs} ms`,
    job_cancelled: `Job "${job.id}" was cancelled`,
    interrupted: `Job "${job.id}" was interrupted: its node is stopping`,
    lease_lost: `Job "${job.id}" was interrupted: its worker lost its lease`,
  };
  return new JobMasterError(code, texts[code], { retryable: code !== "job_cancelled" });
}

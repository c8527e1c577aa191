/**
 * The attempts an executor holds: waiting in order, running in slots.
 *
 * @module
 */

import type { Progress } from "../core/job.ts";
import type { LogEntry } from "../core/log.ts";
import type { RunningAttempt } from "./executor_protocol.ts";
import type { AbortCode, JobRun } from "./handler_run.ts";

/** What can be asked of a running handler, wherever it runs. */
export interface RunHandle {
  /** Aborts its signal. */
  abort(code: AbortCode): void;
  /** Takes what it wrote since the last call. */
  takeLogs(): readonly LogEntry[];
  /** What it last said. */
  readonly progress: Progress | null;
}

/** An attempt in a run slot. */
export interface Attempt {
  /** The granted attempt. */
  readonly run: JobRun;
  /** When its handler started, in epoch milliseconds. */
  startedAtMs: number;
  /** Its handler; `null` while its start is being put on record. */
  handle: RunHandle | null;
  /** Why it was aborted. */
  abortCode: AbortCode | null;
  /** Its deadline, or the end of its grace. */
  timer: Disposable | null;
  /** What its handler last said. */
  progress: Progress | null;
  /** What it wrote and nobody has taken yet. */
  readonly logs: LogEntry[];
  /** What the last report said. */
  reported: Progress | "started" | null;
}

/** The attempts of one executor. */
export class Attempts {
  readonly #slots: number;
  readonly #running = new Map<string, Attempt>();
  #waiting: JobRun[] = [];

  /** Makes room for `slots` running attempts. */
  constructor(slots: number) {
    this.#slots = slots;
  }

  /** How many run. */
  get running(): number {
    return this.#running.size;
  }

  /** Adds an attempt behind the waiting ones. */
  enqueue(run: JobRun): void {
    this.#waiting.push(run);
  }

  /** Takes the next waiting attempt if a slot is free. */
  next(): JobRun | undefined {
    return this.#running.size < this.#slots ? this.#waiting.shift() : undefined;
  }

  /** Puts an attempt into a slot. */
  open(run: JobRun, startedAtMs: number): Attempt {
    const attempt: Attempt = {
      run,
      startedAtMs,
      handle: null,
      abortCode: null,
      timer: null,
      progress: null,
      logs: [],
      reported: null,
    };
    this.#running.set(run.job.id, attempt);
    return attempt;
  }

  /** Frees the slot of an attempt; `false` when it is not in one any more. */
  close(attempt: Attempt): boolean {
    if (this.#running.get(attempt.run.job.id) !== attempt) return false;
    return this.#running.delete(attempt.run.job.id);
  }

  /** The running attempt of a job. */
  find(jobId: string): Attempt | undefined {
    return this.#running.get(jobId);
  }

  /** The running attempts of these jobs; all of them for `null`. */
  select(jobIds: readonly string[] | null): readonly Attempt[] {
    if (jobIds === null) return [...this.#running.values()];
    return jobIds.flatMap((id) => this.#running.get(id) ?? []);
  }

  /** Takes the waiting attempts of these jobs out; all of them for `null`. */
  takeWaiting(jobIds: readonly string[] | null): readonly JobRun[] {
    if (jobIds === null) return this.#waiting.splice(0);
    const taken = this.#waiting.filter(({ job }) => jobIds.includes(job.id));
    if (taken.length > 0) this.#waiting = this.#waiting.filter((run) => !taken.includes(run));
    return taken;
  }

  /** What is new about attempts that started at or before `startedBeforeMs`. */
  takeNews(startedBeforeMs: number): readonly RunningAttempt[] {
    const news: RunningAttempt[] = [];
    for (const attempt of this.#running.values()) {
      const { run, startedAtMs, handle } = attempt;
      if (handle === null || startedAtMs > startedBeforeMs) continue;
      const progress = handle.progress ?? attempt.progress;
      const logs = [...attempt.logs.splice(0), ...handle.takeLogs()];
      const said = progress ?? "started";
      if (attempt.reported === said && logs.length === 0) continue;
      attempt.reported = said;
      news.push({ jobId: run.job.id, attempt: run.attempt, startedAtMs, progress, logs });
    }
    return news;
  }
}

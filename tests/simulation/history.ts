/**
 * What was seen from outside during a simulation: what callers asked for and were told, what handlers did, what nodes
 * reported, and every promise that was seen broken.
 *
 * @module
 */

import type { JobRequest } from "../../core/request.ts";
import type { Timeline } from "./timeline.ts";

/** A job somebody asked for. */
export interface AskedJob {
  /** What its payload is known by. */
  readonly key: string;
  /** Its id, as soon as the caller knows it. */
  id: string | null;
  /** What was asked for. */
  readonly request: JobRequest;
  /** What its handler does. */
  readonly deed: Deed;
  /** Whether its unique key may belong to another job. */
  readonly isShared: boolean;
  /** What the caller was told: nothing yet, or for ever; that it was accepted; that it was not. */
  answer: "none" | "durable" | "acknowledged" | "refused";
  /** Commands that were sent about it. */
  readonly commands: { readonly type: string; outcome: string }[];
}

/** The payload of a job: what it is known by, and what its handler does. */
export type Task = Deed & { readonly key: string };

/** What a handler does. */
export type Deed =
  /** Returns at once, or after a while; gives up when told to. */
  | { readonly kind: "work"; readonly ms: number }
  /** Returns after a while, whatever it is told. */
  | { readonly kind: "stubborn"; readonly ms: number }
  /** Fails so many times. */
  | { readonly kind: "flaky"; readonly failures: number }
  /** Kills its process so many times. */
  | { readonly kind: "poison"; readonly kills: number };

/** A handler that was called. */
export interface Run {
  /** For which job. */
  readonly jobId: string;
  /** What the payload of the job is known by. */
  readonly key: string;
  /** Which attempt. */
  readonly attempt: number;
  /** Its fencing token. */
  readonly token: string;
  /** In which process. */
  readonly process: string;
  /** When. */
  readonly startedMs: number;
  /** When it ended, unless it never did. */
  endedMs: number | null;
  /** Whether it was told to stop. */
  readonly isAborted: () => boolean;
  /** Whether its process still runs. */
  readonly isGoingOn: () => boolean;
  /** What it returned, if it did. */
  result: string | null;
}

/** What was seen. */
export class History {
  /** By key. */
  readonly jobs = new Map<string, AskedJob>();
  readonly runs: Run[] = [];
  readonly runsOf = new Map<string, Run[]>();
  readonly violations: string[] = [];
  readonly lines: string[] = [];
  readonly #timeline: Timeline;
  #isCalm = false;

  /** Nothing yet. */
  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A promise was seen broken. */
  violated(what: string): void {
    if (this.violations.length < 20) this.violations.push(`${this.#at()} ${what}`);
  }

  /** From now on nothing is in the way of the nodes any more. */
  becameCalm(): void {
    this.#isCalm = true;
  }

  /** A node reports trouble, for which there is a reason unless all is calm. */
  troubled(what: string): void {
    if (this.#isCalm) this.violated(`though all was calm: ${what}`);
  }

  /** Something to know when a run is looked at. */
  note(what: string): void {
    this.#timeline.digest.addText(what);
    this.lines.push(`${this.#at()} ${what}`);
  }

  /** What somebody asked for and was told that the job is this one. */
  askedAs(jobId: string): readonly AskedJob[] {
    return [...this.jobs.values()].filter(({ id }) => id === jobId);
  }

  /** A handler was called. */
  began(run: Run): void {
    this.runs.push(run);
    const runs = this.runsOf.get(run.jobId);
    if (runs === undefined) this.runsOf.set(run.jobId, [run]);
    else runs.push(run);
    this.note(`${run.process} runs ${run.jobId} ${run.token}`);
  }

  #at(): string {
    return `${this.#timeline.nowMs.toFixed(0).padStart(7)} ms`;
  }
}

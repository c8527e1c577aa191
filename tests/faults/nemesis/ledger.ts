/**
 * What was recorded, put together: jobs that were asked for, runs, processes, troubles.
 *
 * @module
 */

import type { Act, Entry } from "./record.ts";

/** A job somebody asked for. */
export interface Asked {
  /** Its id. */
  readonly job: string;
  /** Who was to accept it. */
  readonly asked: "durable" | "agent";
  /** What the call answered; `unknown` when it failed without saying, or its process was killed. */
  readonly answer: "durable" | "acknowledged" | "refused" | "unknown";
}

/** A call of a handler. */
export interface Run {
  /** The job. */
  readonly job: string;
  /** In which process. */
  readonly process: string;
  /** Its number there. */
  readonly run: number;
  /** Which attempt. */
  readonly attempt: number;
  /** Its fencing token. */
  readonly token: string;
  /** When it began, in epoch milliseconds. */
  readonly startMs: number;
  /** When it was over: it ended, or its process did. `Infinity` when neither is known. */
  readonly overMs: number;
  /** Whether it returned, threw, or never ended. */
  readonly ended: "returned" | "threw" | null;
  /** When its signal was aborted, if it was, and why. */
  readonly told: { readonly atMs: number; readonly code: string } | null;
}

/** A time in which something was wrong. */
export interface Trouble {
  /** What. */
  readonly kind: string;
  /** With whom: a node, whichever process it has; `master` or `agent` is with all of them. */
  readonly target: string;
  /** From when, in epoch milliseconds. */
  readonly fromMs: number;
  /** Until when. */
  readonly untilMs: number;
}

/** A schedule somebody made. */
export interface MadeSchedule {
  /** Its id. */
  readonly schedule: string;
  /** How far apart its occurrences are, in milliseconds. */
  readonly everyMs: number;
  /** None comes at or after this instant, in epoch milliseconds. */
  readonly endMs: number;
}

/** Everything that was recorded. */
export interface Ledger {
  /** By id. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** By job, in the order in which they began. */
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** In the order in which they began. */
  readonly troubles: readonly Trouble[];
  /** All of them. */
  readonly schedules: readonly MadeSchedule[];
  /** When processes were killed, in epoch milliseconds. */
  readonly killed: ReadonlyMap<string, number>;
}

/** The node a process is one life of: `node-1#3` is one of `node-1`. */
export function placeOf(process: string): string {
  return process.replace(/#.*$/, "");
}

/** Puts a record together. */
export function ledgerOf(entries: readonly Entry[]): Ledger {
  const gone = new Map<string, number>();
  const killed = new Map<string, number>();
  for (const entry of entries) {
    if (entry.act === "gone") gone.set(entry.target, entry.atMs);
    if (entry.act === "ending") killed.set(entry.target, entry.atMs);
  }
  return {
    asked: new Map(askedIn(entries).map((asked) => [asked.job, asked])),
    runs: Map.groupBy(runsIn(entries, gone), ({ job }) => job),
    troubles: troublesIn(entries),
    schedules: ofAct(entries, "scheduled"),
    killed,
  };
}

function ofAct<K extends Act["act"]>(
  entries: readonly Entry[],
  act: K,
): readonly Extract<Entry, { act: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { act: K }> => entry.act === act);
}

function askedIn(entries: readonly Entry[]): readonly Asked[] {
  const accepted = new Map(ofAct(entries, "ok").map((entry) => [entry.job, entry.acceptance]));
  const refused = new Set(ofAct(entries, "fail").map((entry) => entry.job));
  return ofAct(entries, "invoke").map(({ job, asked }) => ({
    ...{ job, asked },
    answer: accepted.get(job) ?? (refused.has(job) ? "refused" : "unknown"),
  }));
}

function runsIn(entries: readonly Entry[], gone: ReadonlyMap<string, number>): readonly Run[] {
  const key = ({ process, run }: { readonly process: string; readonly run: number }) =>
    `${process}/${run}`;
  const ends = new Map(ofAct(entries, "end").map((entry) => [key(entry), entry]));
  const told = new Map(ofAct(entries, "told").map((entry) => [key(entry), entry]));
  return ofAct(entries, "start").map((entry) => {
    const { job, process, run, attempt, token, atMs: startMs } = entry;
    const end = ends.get(key(entry));
    const aborted = told.get(key(entry));
    return {
      ...{ job, process, run, attempt, token, startMs },
      overMs: end?.atMs ?? gone.get(process) ?? Infinity,
      ended: end === undefined ? null : end.returns ? "returned" : "threw",
      told: aborted === undefined ? null : { atMs: aborted.atMs, code: aborted.code },
    };
  });
}

/** What was never healed lasts; a gap is a trouble of its process, one of the nemesis itself is everybody's. */
function troublesIn(entries: readonly Entry[]): readonly Trouble[] {
  const troubles: Trouble[] = ofAct(entries, "gap").map(({ process, atMs, ms }) => ({
    ...{ kind: "gap", target: process === NEMESIS ? EVERYBODY : placeOf(process) },
    ...{ fromMs: atMs - ms, untilMs: atMs },
  }));
  const healed = ofAct(entries, "healed");
  for (const { kind, target, atMs } of ofAct(entries, "trouble")) {
    const heal = healed.find((entry) =>
      entry.kind === kind && entry.target === target && entry.atMs >= atMs
    );
    troubles.push({ kind, target, fromMs: atMs, untilMs: heal?.atMs ?? Infinity });
  }
  for (const { target, atMs } of ofAct(entries, "ending")) {
    troubles.push({ kind: "kill", target: placeOf(target), fromMs: atMs, untilMs: atMs });
  }
  return troubles.sort((one, other) => one.fromMs - other.fromMs);
}

/** The process that does it all. */
export const NEMESIS = "nemesis";

/** The target of what concerns all nodes. */
export const EVERYBODY = "everybody";

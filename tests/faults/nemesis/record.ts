/**
 * What processes write down while a nemesis is at them: each to a file of its own, before the act, so that what was
 * begun is known whatever dies.
 *
 * @module
 */

import { systemClock } from "../../../core/clock.ts";

/** When and by whom something was written down. */
export interface Stamp {
  /** Which process; one that is started again has another name. */
  readonly process: string;
  /** In epoch milliseconds. */
  readonly atMs: number;
  /** On the monotonic clock of the process, in milliseconds. */
  readonly mono: number;
}

/** What can be written down. */
export type Act =
  /** A caller is about to ask for a job. */
  | { readonly act: "invoke"; readonly job: string; readonly asked: "durable" | "agent" }
  /** It was accepted. */
  | { readonly act: "ok"; readonly job: string; readonly acceptance: "durable" | "acknowledged" }
  /** It was not taken. */
  | { readonly act: "fail"; readonly job: string; readonly code: string }
  /** Nobody knows. */
  | { readonly act: "info"; readonly job: string; readonly code: string }
  /** A schedule was made. */
  | {
    readonly act: "scheduled";
    readonly schedule: string;
    readonly everyMs: number;
    readonly endMs: number;
  }
  /** A handler is called. `run` counts the calls of the process. */
  | {
    readonly act: "start";
    readonly job: string;
    readonly run: number;
    readonly attempt: number;
    readonly token: string;
  }
  /** Its signal was aborted. */
  | { readonly act: "told"; readonly job: string; readonly run: number; readonly code: string }
  /** It is about to return, or to throw. */
  | { readonly act: "end"; readonly job: string; readonly run: number; readonly returns: boolean }
  /** The process stood still until now. */
  | { readonly act: "gap"; readonly ms: number }
  /** The nemesis does something to a process, to a server, or to a way between them, from now on. */
  | { readonly act: "trouble"; readonly kind: string; readonly target: string }
  /** It is over. */
  | { readonly act: "healed"; readonly kind: string; readonly target: string }
  /** A process is started, about to be ended, gone. */
  | { readonly act: "born" | "ending" | "gone"; readonly target: string };

/** A line of a record. */
export type Entry = Stamp & Act;

const ENCODER = new TextEncoder();

/** Standing still for so long is written down, in milliseconds. */
const GAP_MS = 1_000;
const LOOK_MS = 200;

/** Writes the record of one process. */
export class Recorder implements Disposable {
  readonly #process: string;
  readonly #file: Deno.FsFile;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Opens the record of `process` in `folder`. */
  constructor(folder: string, process: string) {
    this.#process = process;
    this.#file = Deno.openSync(`${folder}/${process}.record`, { create: true, append: true });
  }

  /** One write a line: a process that is killed leaves at most half of its last one. */
  write(act: Act): void {
    const stamp = {
      process: this.#process,
      atMs: systemClock.now(),
      mono: systemClock.monotonic(),
    };
    this.#file.writeSync(ENCODER.encode(`${JSON.stringify({ ...stamp, ...act })}\n`));
  }

  /** Writes down from now on whenever the process stood still. */
  watchGaps(): void {
    let last = systemClock.monotonic();
    this.#timer = setInterval(() => {
      const now = systemClock.monotonic();
      if (now - last > GAP_MS) this.write({ act: "gap", ms: now - last });
      last = now;
    }, LOOK_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#file.close();
  }
}

/** Every entry of every record in a folder, in the order of their times; in one file they keep their order. */
export async function readRecords(folder: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".record")) continue;
    entries.push(...readRecord(await Deno.readTextFile(`${folder}/${name}`)));
  }
  return entries.sort((one, other) => one.atMs - other.atMs);
}

/** The entries of one record; what a killed process did not finish writing is left out. */
export function readRecord(text: string): readonly Entry[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Entry);
}

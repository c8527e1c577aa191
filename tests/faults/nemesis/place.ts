/**
 * A node or a caller that is to be there all the time: one process after another.
 *
 * @module
 */

import { NodeProcess } from "../../../bench/node_process.ts";
import { pause } from "../../support/eventually.ts";
import type { Recorder } from "./record.ts";

/** How its processes are started. */
export interface PlaceOptions {
  /** What it is called. */
  readonly name: string;
  /** The script. */
  readonly program: URL;
  /** What the next process is told; it is called `process`. */
  readonly order: (process: string, life: number) => unknown;
  /** Writes down lives and ends. */
  readonly recorder: Recorder;
}

const TRY_AGAIN_MS = 500;

/** Keeps a process running. */
export class Place {
  readonly name: string;
  readonly #options: PlaceOptions;
  readonly #complaints: string[] = [];
  #life = 0;
  #current: NodeProcess | null = null;
  #starting: Promise<void> = Promise.resolve();
  #isOver = false;

  /** Nothing runs yet. */
  constructor(options: PlaceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** What its processes said on standard error. */
  get complaints(): readonly string[] {
    return [...this.#complaints, ...this.#current?.complaints ?? []];
  }

  /** Resolves once a process runs. One that cannot start, as its servers are out of reach, is started again. */
  start(): Promise<void> {
    return this.#starting = this.#start();
  }

  /** Resolves once a start under way is done. */
  started(): Promise<void> {
    return this.#starting;
  }

  /** Kills the process there is; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#starting;
    const process = this.#current;
    if (process === null) return;
    const { recorder } = this.#options;
    recorder.write({ act: "ending", target: process.name });
    await process.kill();
    this.#leave(process);
  }

  /** Freezes it or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#current?.signal(signal);
  }

  /** Lets it end in order; resolves when it has ended. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#starting;
    const process = this.#current;
    if (process === null) return;
    await process[Symbol.asyncDispose]();
    this.#leave(process);
  }

  #leave(process: NodeProcess): void {
    this.#options.recorder.write({ act: "gone", target: process.name });
    this.#complaints.push(...process.complaints);
    this.#current = null;
  }

  async #start(): Promise<void> {
    const { name, program, order, recorder } = this.#options;
    while (!this.#isOver) {
      const process = `${name}#${++this.#life}`;
      recorder.write({ act: "born", target: process });
      try {
        const argument = order(process, this.#life);
        this.#current = await NodeProcess.start(process, { program, starts: "", argument });
        return;
      } catch (error) {
        recorder.write({ act: "gone", target: process });
        this.#complaints.push(`cannot start: ${error instanceof Error ? error.message : error}`);
        await pause(TRY_AGAIN_MS);
      }
    }
  }
}

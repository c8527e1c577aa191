/**
 * A connection between a node and a server: every call takes its time on the way there and back, and either way may fail.
 *
 * @module
 */

import type { JobMasterError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { Machine } from "./machine.ts";
import type { Timeline } from "./timeline.ts";

/** How well connections work just now. Chances are from 0 to 1, for each call. */
export interface Weather {
  /** Shortest and longest way of a call or its answer, in milliseconds. */
  readonly delayMs: readonly [number, number];
  /** The call gets lost, and its sender is told that the connection is. */
  readonly lost: number;
  /** The call is answered, and the answer gets lost. */
  readonly unheard: number;
  /** The call arrives after its sender was told that the connection is lost. */
  readonly late: number;
  /** The client breaks in a way nobody expects. */
  readonly broken: number;
}

/** No trouble at all. */
export const FAIR: Weather = { delayMs: [0.2, 1.5], lost: 0, unheard: 0, late: 0, broken: 0 };

/** What a connection does with calls. */
export type WireState =
  /** Carries them. */
  | "open"
  /** Refuses them at once. */
  | "refusing"
  /** Swallows them; senders give up in the end. */
  | "swallowing"
  /** Carries calls, swallows answers. */
  | "deaf";

/** A server that connections lead to. */
export interface Server {
  /** Whether it answers. */
  isUp: boolean;
  /** How well connections to it work. */
  weather: Weather;
  /** What a sender is told when it cannot be reached. */
  readonly unreachable: (why: string) => JobMasterError;
}

/** Longest time until a sender gives up on an answer, in milliseconds. Shorter than what the actors wait for. */
const PATIENCE_MS = [4_000, 10_000] as const;

/** Longest time a late call takes, in milliseconds. */
const LATE_MS = 5_000;

/** A connection of one process. */
export class Wire {
  state: WireState = "open";
  readonly #timeline: Timeline;
  readonly #machine: Machine;
  readonly #random: Random;
  readonly #server: Server;

  /** A connection that works. */
  constructor(
    timeline: Timeline,
    { machine, random, server }: {
      readonly machine: Machine;
      readonly random: Random;
      readonly server: Server;
    },
  ) {
    this.#timeline = timeline;
    this.#machine = machine;
    this.#random = random;
    this.#server = server;
  }

  /** Has the server do something; resolves and rejects as a client of it would. */
  call(name: string, execute: () => Promise<unknown>): Promise<unknown> {
    if (this.#machine.isDead) return new Promise(() => {});
    const { weather } = this.#server;
    const fate = this.#fate(weather);
    this.#timeline.digest.addText(`${name}:${fate}`);
    return new Promise((resolve, reject) => {
      const fail = (delayMs: number, why: string) =>
        this.#answer(delayMs, () => reject(this.#server.unreachable(why)));
      if (fate === "broken") {
        return this.#answer(0, () => reject(new TypeError(`the client broke in ${name}`)));
      }
      if (fate === "refused") return fail(this.#between([1, 200]), "refused");
      if (fate === "swallowed") return fail(this.#between(PATIENCE_MS), "no answer");
      if (fate === "lost" || fate === "late") fail(this.#between(weather.delayMs), "cut");
      if (fate === "lost") return;
      const wayMs = this.#between(weather.delayMs) +
        (fate === "late" ? this.#between([1, LATE_MS]) : 0);
      this.#timeline.after(wayMs, () => {
        if (!this.#server.isUp) return fate === "late" ? undefined : fail(1, "it went down");
        void this.#execute(execute, { fate, fail, resolve, reject });
      });
    });
  }

  async #execute(
    execute: () => Promise<unknown>,
    { fate, fail, resolve, reject }: {
      readonly fate: string;
      readonly fail: (delayMs: number, why: string) => void;
      readonly resolve: (value: unknown) => void;
      readonly reject: (error: unknown) => void;
    },
  ): Promise<void> {
    const outcome = await execute().then(
      (value) => ({ done: () => resolve(value), size: sizeOf(value) }),
      (error) => ({ done: () => reject(error), size: -1 }),
    );
    this.#timeline.digest.add(outcome.size);
    if (fate === "late") return;
    if (fate === "deaf") return fail(this.#between(PATIENCE_MS), "no answer");
    const wayMs = this.#between(this.#server.weather.delayMs);
    if (fate === "unheard") return fail(wayMs, "cut before the answer");
    this.#answer(wayMs, outcome.done);
  }

  /** What becomes of a call. */
  #fate(weather: Weather): string {
    if (!this.#server.isUp || this.state === "refusing") return "refused";
    if (this.state === "swallowing") return "swallowed";
    let chance = this.#random.next();
    for (const fate of ["lost", "unheard", "late", "broken"] as const) {
      if (chance < weather[fate]) return fate;
      chance -= weather[fate];
    }
    return this.state === "deaf" ? "deaf" : "carried";
  }

  #answer(delayMs: number, arrive: () => void): void {
    this.#timeline.after(delayMs, () => this.#machine.deliver(arrive));
  }

  #between([least, most]: readonly [number, number]): number {
    return least + this.#random.next() * (most - least);
  }
}

/** Tells most answers from each other, cheaply. */
function sizeOf(value: unknown): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

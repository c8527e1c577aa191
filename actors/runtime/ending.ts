/**
 * An end that was asked for and is under way.
 *
 * @module
 */

import type { StopMode } from "./definition.ts";

const HARSHNESS: Readonly<Record<StopMode, number>> = { drain: 0, stop: 1, kill: 2 };

/** The end of one life, from the wish to the last breath. */
export class Ending {
  /** How it is to end; only ever becomes harsher. */
  mode: StopMode;
  /** Whether the address dies with the life. */
  forGood = false;
  /** Finishing letters, ending children and itself, or waiting until everything is gone. */
  step: "finishing" | "stopping" | "cleaning" = "finishing";
  /** Kills it when it takes too long. */
  watch: Disposable | undefined;
  /** Settles when it is over. */
  readonly over: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  /** An end that begins. */
  constructor(mode: StopMode) {
    this.mode = mode;
  }

  /** Whether `mode` would end it harder than it is ending now. */
  isSofterThan(mode: StopMode): boolean {
    return HARSHNESS[mode] > HARSHNESS[this.mode];
  }
}

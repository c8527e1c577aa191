/**
 * Trying the whole of a call again after failures that pass.
 *
 * @module
 */

import { isTransient } from "./failures.ts";
import type { Surroundings } from "./wire.ts";

/** Longest pause after the first failure, in milliseconds. It doubles with each further one. */
const FIRST_PAUSE_MS = 10;

/** Longest pause between two tries, in milliseconds. */
const MAX_PAUSE_MS = 500;

/** How long a call goes on. */
export interface Patience {
  /** Reading of the monotonic clock after which nothing is tried again. */
  readonly untilMonoMs: number;
  /** Ends the pauses early, and with them the tries. */
  readonly signal: AbortSignal;
}

/**
 * Runs `attempt` until it does not fail for a reason that passes; the first time at once. Each pause is random, up to
 * 10 ms, 20 ms and so on to 500 ms, so that those who were in each other's way part.
 *
 * @throws What the last attempt threw.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  { untilMonoMs, signal }: Patience,
  { clock, random }: Surroundings,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const leftMs = untilMonoMs - clock.monotonic();
      if (!isTransient(error) || leftMs <= 0 || signal.aborted) throw error;
      await pause(Math.min(random.next() * pauseMs, leftMs), signal, clock);
    }
  }
}

/** Waits for `delayMs` milliseconds, or until `signal` is aborted. */
export function pause(
  delayMs: number,
  signal: AbortSignal,
  clock: Surroundings["clock"],
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = clock.schedule(delayMs, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

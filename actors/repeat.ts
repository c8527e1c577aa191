/**
 * Repeats what the master could not do yet, with growing jittered pauses, for as long as the actor lives.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Message } from "./runtime/protocol.ts";

/** Longest pause between two tries, in milliseconds. */
const MAX_PAUSE_MS = 2_000;

/** What to repeat. */
export interface RepeatOptions<T> {
  /** What it does, for the log: "Cannot `what`". */
  readonly what: string;
  /** Does it once; must be safe to repeat. */
  readonly call: () => Promise<T>;
  /** Tells which failures are worth another try. @default {all of them} */
  readonly worthwhile?: (error: unknown) => boolean;
}

/** Calls until it succeeds or the actor ends. Reports the first failure of a row, not every one. */
export async function repeat<T, M extends Message>(
  context: Pick<ActorContext<M>, "clock" | "random" | "signal" | "log">,
  { what, call, worthwhile = () => true }: RepeatOptions<T>,
): Promise<T> {
  for (let failures = 0;; failures++) {
    try {
      return await call();
    } catch (error) {
      if (context.signal.aborted || !worthwhile(error)) throw error;
      if (failures === 0) {
        const text = error instanceof Error ? error.message : String(error);
        context.log("warning", `Cannot ${what}: ${codeOf(error)}: ${text}`);
      }
      const limit = Math.min(MAX_PAUSE_MS, 50 * 2 ** Math.min(failures, 10));
      await pause(context, limit * (0.5 + context.random.next() / 2));
    }
  }
}

function pause(context: Pick<ActorContext<Message>, "clock">, ms: number): Promise<void> {
  return new Promise((resolve) => void context.clock.schedule(ms, resolve));
}

/**
 * Waits for something that tells nobody when it happens: looks again and again, and says what it waited for.
 *
 * @module
 */

/** Options of {@linkcode eventually}. */
export interface EventuallyOptions {
  /** How long to wait, in milliseconds. @default {30_000} */
  readonly timeoutMs?: number;
  /** How long between two looks, in milliseconds. @default {10} */
  readonly everyMs?: number;
}

/** What a look may answer to say "not yet". */
export type NotYet = undefined | null | false;

/**
 * Resolves with what `look` answers as soon as that is not `undefined`, `null` or `false`. What `look` throws is
 * taken as "not yet", and named when the time is over.
 */
export async function eventually<T>(
  what: string,
  look: () => T | NotYet | Promise<T | NotYet>,
  { timeoutMs = 30_000, everyMs = 10 }: EventuallyOptions = {},
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const last = await attempt(look);
    if (last.found !== undefined) return last.found;
    if (performance.now() >= until) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}${last.why}`);
    }
    await pause(everyMs);
  }
}

/** Lets `ms` milliseconds pass. For handlers that play work, and for polling; never to hope that something is done. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function attempt<T>(
  look: () => T | NotYet | Promise<T | NotYet>,
): Promise<{ readonly found?: T; readonly why: string }> {
  try {
    const answer = await look();
    return answer === undefined || answer === null || answer === false
      ? { why: "" }
      : { found: answer, why: "" };
  } catch (error) {
    return { why: `: ${error instanceof Error ? error.message : String(error)}` };
  }
}

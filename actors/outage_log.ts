/**
 * Tells the log of a node that a database or an agent connection is out of reach: one line for a short outage, two for
 * a long one, however many calls wait meanwhile.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import type { ActorContext } from "./runtime/definition.ts";

/** An outage that lasts longer is reported while it lasts, in milliseconds. */
const LONG_OUTAGE_MS = 10_000;

/** The part of an actor's context that is used. */
type Context = Pick<ActorContext<never>, "log"> & { readonly clock: Clock };

/** An outage that has not ended. */
export interface Outage {
  /** When it began, on the monotonic clock. */
  readonly sinceMonoMs: number;
  /** Why. */
  readonly reason: string;
  /** Whether the log has a line about it. */
  reported: boolean;
}

/** The outages of one thing. */
export class OutageLog {
  /** After how long an outage is looked at again, in milliseconds. */
  readonly longMs = LONG_OUTAGE_MS;
  readonly #what: string;
  #outage: Outage | null = null;

  /** Of `what`, which begins the lines. */
  constructor(what: string) {
    this.#what = what;
  }

  /** An outage begins, or goes on. `lookAgain` is called to have {@linkcode report} called later. */
  begin(context: Context, reason: string, lookAgain: () => void): void {
    this.#outage ??= { sinceMonoMs: context.clock.monotonic(), reason, reported: false };
    lookAgain();
  }

  /** Reports an outage that has lasted long, once. */
  report(context: Context): void {
    const outage = this.#outage;
    if (outage === null || outage.reported || lasted(context, outage) < LONG_OUTAGE_MS) return;
    outage.reported = true;
    context.log("warning", `${this.#what} cannot be reached: ${outage.reason}`);
  }

  /** It can be reached again. */
  end(context: Context): void {
    const outage = this.#outage;
    this.#outage = null;
    if (outage === null) return;
    const seconds = (lasted(context, outage) / 1_000).toFixed(1);
    if (outage.reported) context.log("info", `${this.#what} can be reached again`, { seconds });
    else {
      context.log(
        "warning",
        `${this.#what} could not be reached for ${seconds} s: ${outage.reason}`,
      );
    }
  }
}

function lasted(context: Context, { sinceMonoMs }: Outage): number {
  return context.clock.monotonic() - sinceMonoMs;
}

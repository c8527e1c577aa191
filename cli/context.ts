/**
 * What every command is given: the outside world, so that tests may bring their own.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { systemRandom } from "../core/random.ts";
import { openTerminal, type Terminal } from "./terminal/terminal.ts";

/** The outside world as commands see it. */
export interface CommandContext {
  /** Where words go. */
  readonly terminal: Terminal;
  /** Reads an environment variable; an empty one counts as not set. */
  readonly env: (name: string) => string | undefined;
  /** The folder relative paths start from. */
  readonly cwd: string;
  /** Time. */
  readonly clock: Clock;
  /** Chance. */
  readonly random: Random;
}

/** The outside world of this process. */
export function systemContext(): CommandContext {
  const env = (name: string) => Deno.env.get(name) || undefined;
  return {
    terminal: openTerminal({ env }),
    env,
    cwd: Deno.cwd(),
    clock: systemClock,
    random: systemRandom,
  };
}

/** Resolves after `delayMs` milliseconds. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.schedule(delayMs, resolve));
}

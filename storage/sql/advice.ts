/**
 * What {@linkcode Advice} on servers is made of.
 *
 * @module
 */

import type { Advice } from "../port.ts";

/** Something that cannot work. */
export function fail(message: string): Advice {
  return { state: "fail", message };
}

/** Something that works, at a risk. */
export function warn(message: string): Advice {
  return { state: "warn", message };
}

/** The advice that was found, or that all is well. */
export function adviceOr(well: string, found: readonly (Advice | false)[]): readonly Advice[] {
  const advice = found.filter((entry) => entry !== false);
  return advice.length > 0 ? advice : [{ state: "ok", message: well }];
}

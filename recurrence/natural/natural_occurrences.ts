/**
 * The occurrences of an expression, whichever clock its steps follow.
 *
 * @module
 */

import type { Occurrences } from "../occurrences.ts";
import { nextOnWallClock, previousOnWallClock } from "../wall_clock.ts";
import type { Zone } from "../zone.ts";
import type { NaturalExpression } from "./ast.ts";
import { ElapsedOccurrences } from "./elapsed_occurrences.ts";
import { MatchSearch } from "./match_search.ts";
import { type Model, modelOf } from "./model.ts";
import { WallOccurrences } from "./wall_occurrences.ts";

/** Finds the occurrences of an expression. */
export class NaturalOccurrences implements Occurrences {
  readonly #model: Model;
  readonly #elapsed: ElapsedOccurrences;
  readonly #wall: WallOccurrences;

  /** Makes an expression ready for searching. */
  constructor(expression: NaturalExpression) {
    const model = modelOf(expression);
    const search = new MatchSearch(model);
    this.#model = model;
    this.#elapsed = new ElapsedOccurrences(model, search);
    this.#wall = new WallOccurrences(model, search);
  }

  /** The first occurrence after an instant. */
  next(zone: Zone, after: number): number | null {
    return this.#model.elapsed
      ? this.#elapsed.next(zone, after)
      : nextOnWallClock(this.#wall, zone, after);
  }

  /** The last occurrence before an instant. */
  previous(zone: Zone, before: number): number | null {
    return this.#model.elapsed
      ? this.#elapsed.previous(zone, before)
      : previousOnWallClock(this.#wall, zone, before);
  }
}

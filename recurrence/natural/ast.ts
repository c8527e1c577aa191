/**
 * What a natural expression means, as plain data: made by the parser and the builder, read by everything else.
 *
 * Terms: the *cadence* is the `every …` rule; *filters* are point, list and range rules. `week` as the unit of a
 * value is the day of the week, Sunday = 1 … Saturday = 7, never a week number.
 *
 * @module
 */

/** Every unit, finest first. */
export const UNITS = ["second", "minute", "hour", "day", "week", "month", "year"] as const;

/** A unit of time. */
export type Unit = typeof UNITS[number];

/** Day of the week, Sunday = 1 … Saturday = 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A value of one unit, as written; it may depend on the month it is resolved in. */
export type Value =
  /** A number, a weekday's or a month's name. Not checked: 32 never matches. */
  | { readonly kind: "number"; readonly number: number }
  /** The least or greatest value of its unit, moved by `offset`. */
  | { readonly kind: "first" | "last"; readonly offset: number }
  /** For days: the nth such weekday of the month, moved by `offset` days. Months without it have no match. */
  | {
    readonly kind: "nth_weekday";
    readonly nth: 1 | 2 | 3 | 4 | 5;
    readonly weekday: Weekday;
    readonly offset: number;
  }
  /** For days: the last such weekday of the month, moved by `offset` days. */
  | { readonly kind: "last_weekday"; readonly weekday: Weekday; readonly offset: number }
  /** For days: the first or last day from Monday to Friday, moved by `offset` days. */
  | { readonly kind: "first_workday" | "last_workday"; readonly offset: number }
  /** For days: the day from Monday to Friday closest to `day` within the month. */
  | { readonly kind: "closest_workday"; readonly day: number };

/** One unit and its value. */
export interface UnitValue {
  /** The unit. */
  readonly unit: Unit;
  /** The value. */
  readonly value: Value;
}

/** `at`, `on`, `in` with one value of one unit. A clause with several values makes several of them. */
export interface PointRule extends UnitValue {
  /** Tells the rules apart. */
  readonly kind: "point";
}

/** `at`, `on`, `in` with `[…]`: matches when every value of any one position matches. */
export interface ListRule {
  /** Tells the rules apart. */
  readonly kind: "list";
  /** The positions, in written order; all have the same units, in the order of the first position. At least one. */
  readonly positions: readonly (readonly UnitValue[])[];
}

/** One unit of a range with its two ends, both included. */
export interface UnitRange {
  /** The unit. */
  readonly unit: Unit;
  /** Where it starts. */
  readonly start: Value;
  /** Where it ends. */
  readonly end: Value;
}

/** `between`, `upto`, `from`: matches when any of its ranges matches. Several units of a range form one interval. */
export interface RangeRule {
  /** Tells the rules apart. */
  readonly kind: "range";
  /** The ranges; all have the same units in the same order. At least one. */
  readonly ranges: readonly (readonly UnitRange[])[];
}

/** What narrows the occurrences down. */
export type Filter = PointRule | ListRule | RangeRule;

/** `AnchoredOn …`. */
export interface Anchor {
  /** Its text as kept: tokens without spaces, commas and unit words, in lower case. */
  readonly text: string;
  /** What it is worth in the unit of its cadence; `null` when it has no value there and does nothing. */
  readonly value: number | null;
}

/** `every N units`. */
export interface Cadence {
  /** How many units; at least 1. */
  readonly interval: number;
  /** The unit. */
  readonly unit: Unit;
  /** What its phase is tied to. */
  readonly anchor: Anchor | null;
}

/** A whole expression, valid by the rules of the language. Filters are as written; see the model in `model.ts`. */
export interface NaturalExpression {
  /** `every …`; `null` for an expression of filters alone. */
  readonly cadence: Cadence | null;
  /** The filters in written order. */
  readonly filters: readonly Filter[];
  /** The IANA zone as the platform spells it, e.g. `America/New_York`; `null` when none is named. */
  readonly timeZone: string | null;
}

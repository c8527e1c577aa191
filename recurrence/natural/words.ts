/**
 * The words of the language: every spelling and what it stands for.
 *
 * @module
 */

import type { Unit, Value, Weekday } from "./ast.ts";

/** What the rule that a word opens does. */
export type RuleName = "every" | "point" | "between" | "upto" | "from" | "zone";

/** What a word stands for. */
export type Word =
  /** Opens a clause; `unit` is the one that a word like `daily` brings along. */
  | { readonly kind: "rule"; readonly rule: RuleName; readonly unit: Unit | null }
  /** `AnchoredOn` and its like. */
  | { readonly kind: "anchor" }
  /** A unit; a suffix such as `th` is the unit day. */
  | { readonly kind: "unit"; readonly unit: Unit; readonly suffix: boolean }
  /** A weekday or a month. */
  | { readonly kind: "name"; readonly unit: "week" | "month"; readonly number: number }
  /** `first` or `last`, which need a unit. */
  | { readonly kind: "bound"; readonly bound: "first" | "last" }
  /** A day of the month in one word. */
  | { readonly kind: "day"; readonly value: DayWordValue }
  /** `ClosestWeekdayTo`, which needs a day. */
  | { readonly kind: "closest" }
  /** `am` or `pm`. */
  | { readonly kind: "half"; readonly half: "am" | "pm" }
  /** `and`. */
  | { readonly kind: "and" };

/** A value that one word for a day can have: all but a number and the closest weekday. */
export type DayWordValue = Exclude<
  Value,
  { readonly kind: "number" } | { readonly kind: "closest_workday" }
>;

/** The weekdays in full, Sunday first. */
export const WEEKDAY_NAMES = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;

/** The months in full. */
export const MONTH_NAMES = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;

/** How `1st` to `5th` of a weekday are written: in digits and in letters. */
const NTH_WORDS = [
  ["1st", "first"],
  ["2nd", "second"],
  ["3rd", "third"],
  ["4th", "fourth"],
  ["5th", "fifth"],
] as const;

const UNIT_WORDS: Readonly<Record<Unit, readonly string[]>> = {
  second: ["sec", "secs", "second", "seconds"],
  minute: ["min", "mins", "minute", "minutes"],
  hour: ["hr", "hrs", "hour", "hours"],
  day: ["day", "days", "dy", "dys"],
  week: ["wk", "wks", "week", "weeks"],
  month: ["mth", "mths", "month", "months"],
  year: ["yr", "yrs", "year", "years"],
};

const REPEATING_WORDS: Readonly<Record<string, Unit>> = {
  secondly: "second",
  minutely: "minute",
  hourly: "hour",
  daily: "day",
  weekly: "week",
  monthly: "month",
  yearly: "year",
};

const RULE_WORDS: Readonly<Record<string, RuleName>> = {
  every: "every",
  at: "point",
  on: "point",
  in: "point",
  between: "between",
  upto: "upto",
  from: "from",
  tz: "zone",
  timezone: "zone",
};

const DAY_WORDS: Readonly<Record<string, DayWordValue>> = {
  lastday: { kind: "last", offset: 0 },
  lastdayofmonth: { kind: "last", offset: 0 },
  lastdayofthemonth: { kind: "last", offset: 0 },
  firstday: { kind: "first", offset: 0 },
  firstdayofmonth: { kind: "first", offset: 0 },
  firstofthemonth: { kind: "first", offset: 0 },
  firstweekday: { kind: "first_workday", offset: 0 },
  lastweekday: { kind: "last_workday", offset: 0 },
};

/** Every word of the language in lower case. A number or a time zone is no word. */
export const WORDS: ReadonlyMap<string, Word> = new Map(allWords());

function* allWords(): Generator<readonly [string, Word]> {
  for (const [word, rule] of Object.entries(RULE_WORDS)) {
    yield [word, { kind: "rule", rule, unit: null }];
  }
  for (const [word, unit] of Object.entries(REPEATING_WORDS)) {
    yield [word, { kind: "rule", rule: "every", unit }];
  }
  for (const verb of ["anchored", "based"]) {
    for (const link of ["on", "at", "in"]) yield [verb + link, { kind: "anchor" }];
  }
  for (const [unit, words] of Object.entries(UNIT_WORDS)) {
    for (const word of words) yield [word, { kind: "unit", unit: unit as Unit, suffix: false }];
  }
  for (const suffix of ["st", "nd", "rd", "th"]) {
    yield [suffix, { kind: "unit", unit: "day", suffix: true }];
  }
  yield* names("month", MONTH_NAMES);
  yield* names("week", WEEKDAY_NAMES);
  for (const [word, value] of Object.entries(DAY_WORDS)) yield [word, { kind: "day", value }];
  yield ["closestweekdayto", { kind: "closest" }];
  yield* nthWeekdays();
  for (const bound of ["first", "last"] as const) yield [bound, { kind: "bound", bound }];
  for (const half of ["am", "pm"] as const) yield [half, { kind: "half", half }];
  yield ["and", { kind: "and" }];
}

function* names(
  unit: "week" | "month",
  full: readonly string[],
): Generator<readonly [string, Word]> {
  for (const [index, name] of full.entries()) {
    const word: Word = { kind: "name", unit, number: index + 1 };
    yield [name, word];
    yield [name.slice(0, 3), word];
  }
}

function* nthWeekdays(): Generator<readonly [string, Word]> {
  for (const [index, name] of WEEKDAY_NAMES.entries()) {
    const weekday = index + 1 as Weekday;
    for (const spelling of [name, name.slice(0, 3)]) {
      yield ["last" + spelling, {
        kind: "day",
        value: { kind: "last_weekday", weekday, offset: 0 },
      }];
      for (const [place, words] of NTH_WORDS.entries()) {
        const nth = place + 1 as 1 | 2 | 3 | 4 | 5;
        const value: DayWordValue = { kind: "nth_weekday", nth, weekday, offset: 0 };
        for (const word of words) yield [word + spelling, { kind: "day", value }];
      }
    }
  }
}

/** A number with its English suffix: `1st`, `12th`, `23rd`. */
export function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const suffix = teens ? undefined : ["st", "nd", "rd"][number % 10 - 1];
  return `${number}${suffix ?? "th"}`;
}

/** A word with a capital letter. */
export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/**
 * Expressions as people write them: they mostly happen, and within days rather than centuries.
 *
 * @module
 */

import fc from "fast-check";
import type { NaturalExpression } from "../../../recurrence/natural/ast.ts";
import { parseNatural } from "../../../recurrence/natural/parse.ts";

const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const two = (value: number): string => String(value).padStart(2, "0");
const time = fc.tuple(number(0, 23), number(0, 59)).map(([h, m]) => `${two(h)}:${two(m)}`);
const weekday = pick("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");
const month = pick("jan", "feb", "mar", "apr", "jun", "jul", "sep", "nov", "dec");
const day = fc.oneof(
  number(1, 31).map((one) => `day ${one}`),
  pick("LastDay", "FirstDay + 3", "LastDay - 2", "2ndTuesday", "5thFriday", "LastMonday - 1"),
  pick(
    "FirstWeekday",
    "LastWeekday",
    "LastWeekday + 1",
    "ClosestWeekdayTo 15",
    "ClosestWeekdayTo 31",
  ),
);

function listOf(one: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(one, { minLength: 1, maxLength: 4 }).map((all) => `on [${all.join(", ")}]`);
}

function between(unit: string, max: number, min = 0): fc.Arbitrary<string> {
  return fc.tuple(number(min, max), number(min, max)).map(([a, b]) =>
    `between ${unit} ${Math.min(a, b)} and ${Math.max(a, b)}`
  );
}

const times = fc.tuple(time, time).map((both) => both.sort()).map(([a, b]) =>
  `between ${a} and ${b}`
);

const cadence = fc.oneof(
  fc.tuple(number(1, 90), pick("seconds", "minutes")).map(([n, unit]) => `every ${n} ${unit}`),
  fc.tuple(number(1, 30), pick("hours")).map(([n, unit]) => `every ${n} ${unit}`),
  fc.tuple(number(1, 9), pick("days", "weeks", "months")).map(([n, unit]) => `every ${n} ${unit}`),
  fc.tuple(number(1, 2), pick("years")).map(([n, unit]) => `every ${n} ${unit}`),
  fc.tuple(number(2, 30), pick("minutes", "hours", "days", "months"), number(0, 12))
    .map(([n, unit, anchor]) => `every ${n} ${unit} anchoredat ${anchor}`),
  weekday.map((one) => `every ${one}`),
  pick(""),
);

const filter = fc.oneof(
  time.map((one) => `at ${one}`),
  time.map((one) => `at ${one}:30`),
  weekday.map((one) => `on ${one}`),
  month.map((one) => `in ${one}`),
  day.map((one) => `on ${one}`),
  number(0, 59).map((one) => `at minute ${one}`),
  number(0, 23).map((one) => `at hour ${one}`),
  number(0, 59).map((one) => `at second ${one}`),
  listOf(time),
  listOf(weekday),
  listOf(month),
  listOf(day),
  listOf(number(0, 59).map((one) => `minute ${one}`)),
  listOf(number(0, 59).map((one) => `second ${one}`)),
  listOf(fc.tuple(weekday, time).map((all) => all.join(" "))),
  listOf(fc.tuple(day, time).map((all) => all.join(" "))),
  between("hour", 23),
  between("minute", 59),
  between("second", 59),
  between("month", 12, 1),
  between("day", 31, 1),
  times,
  times,
  pick("between monday and friday", "between tuesday and thursday", "upto 12th", "from 25th"),
  pick("between 10th 10:00 and 11th 01:00", "between 25th jan and 5th mar", "from 3rdMonday"),
  pick("between mon 10:00 and fri 12:00", "between 5thMonday and LastDay"),
  pick("between [09:00 and 10:00, 14:30 and 16:00]", "between [jan and feb, jul and sep]"),
);

/** An expression of a cadence and up to three filters. */
export const tameExpression: fc.Arbitrary<NaturalExpression> = fc
  .tuple(cadence, fc.array(filter, { maxLength: 3 }))
  .map(([every, filters]) => read([every, ...filters].join(" ").trim()))
  .filter((expression) => expression !== null) as fc.Arbitrary<NaturalExpression>;

function read(text: string): NaturalExpression | null {
  try {
    return parseNatural(text);
  } catch {
    return null; // the combination is against the rules
  }
}

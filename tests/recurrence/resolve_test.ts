import { strictEqual } from "node:assert/strict";
import type { Unit, Value } from "../../recurrence/natural/ast.ts";
import { daysInMonth, resolveValue, weekdayOf } from "../../recurrence/natural/resolve.ts";

Deno.test("weekdayOf and daysInMonth agree with the platform when every day of many years is asked for", () => {
  for (const year of [1, 2, 4, 100, 400, 1582, 1899, 1900, 2000, 2023, 2024, 2100, 9996, 9999]) {
    for (let month = 1; month <= 12; month++) {
      const first = new Temporal.PlainDate(year, month, 1);
      strictEqual(daysInMonth(year, month), first.daysInMonth);
      for (let day = 1; day <= first.daysInMonth; day++) {
        strictEqual(weekdayOf(year, month, day), first.with({ day }).dayOfWeek % 7 + 1);
      }
    }
  }
});

// August 2020 starts on a Saturday, February 2020 ends on one, May 2020 ends on a Sunday.
const CASES: readonly (readonly [string, Unit, Value, string, number | null])[] = [
  ["a number", "hour", { kind: "number", number: 25 }, "2020-01", 25],
  ["first", "second", { kind: "first", offset: 0 }, "2020-01", 0],
  ["first", "hour", { kind: "first", offset: 5 }, "2020-01", 5],
  ["first", "hour", { kind: "first", offset: -5 }, "2020-01", 0],
  ["first", "day", { kind: "first", offset: 0 }, "2020-02", 1],
  ["first of a short month", "day", { kind: "first", offset: 40 }, "2020-02", 31],
  ["last", "minute", { kind: "last", offset: 0 }, "2020-01", 59],
  ["last", "hour", { kind: "last", offset: -1 }, "2020-01", 22],
  ["last", "week", { kind: "last", offset: 0 }, "2020-01", 7],
  ["last", "month", { kind: "last", offset: -20 }, "2020-01", 1],
  ["last", "year", { kind: "last", offset: 1 }, "2020-01", 9999],
  ["last of a leap February", "day", { kind: "last", offset: 0 }, "2020-02", 29],
  ["last of a February", "day", { kind: "last", offset: 3 }, "2021-02", 28],
  ["last", "day", { kind: "last", offset: -40 }, "2021-02", 1],
  ["first Saturday", "day", nth(1, 7, 0), "2020-08", 1],
  ["first Friday", "day", nth(1, 6, 0), "2020-08", 7],
  ["first Saturday", "day", nth(1, 7, -3), "2020-08", 1],
  ["fifth Monday", "day", nth(5, 2, 0), "2020-08", 31],
  ["fifth Monday", "day", nth(5, 2, 4), "2020-08", 31],
  ["fifth Tuesday", "day", nth(5, 3, 0), "2020-08", null],
  ["fifth Tuesday", "day", nth(5, 3, -7), "2020-08", null],
  ["last Monday", "day", last(2, 0), "2020-08", 31],
  ["last Tuesday", "day", last(3, 0), "2020-08", 25],
  ["last Tuesday", "day", last(3, 10), "2020-08", 31],
  ["first workday", "day", { kind: "first_workday", offset: 0 }, "2020-08", 3],
  ["first workday", "day", { kind: "first_workday", offset: -4 }, "2020-08", 1],
  ["first workday after a Sunday", "day", { kind: "first_workday", offset: 0 }, "2020-03", 2],
  ["first workday", "day", { kind: "first_workday", offset: 2 }, "2020-01", 3],
  ["last workday before a Saturday", "day", { kind: "last_workday", offset: 0 }, "2020-02", 28],
  ["last workday", "day", { kind: "last_workday", offset: 1 }, "2020-02", 29],
  ["last workday", "day", { kind: "last_workday", offset: 9 }, "2020-02", 29],
  ["last workday before a Sunday", "day", { kind: "last_workday", offset: 0 }, "2020-05", 29],
  ["closest to a workday", "day", { kind: "closest_workday", day: 5 }, "2020-08", 5],
  ["closest to a Saturday", "day", { kind: "closest_workday", day: 8 }, "2020-08", 7],
  ["closest to a Saturday the 1st", "day", { kind: "closest_workday", day: 1 }, "2020-08", 3],
  ["closest to a Sunday", "day", { kind: "closest_workday", day: 9 }, "2020-08", 10],
  ["closest to a Sunday at the end", "day", { kind: "closest_workday", day: 31 }, "2020-05", 29],
  ["closest to a day past the end", "day", { kind: "closest_workday", day: 31 }, "2020-02", 28],
  ["closest to day 0", "day", { kind: "closest_workday", day: 0 }, "2020-08", 3],
];

for (const [what, unit, value, at, expected] of CASES) {
  Deno.test(`resolveValue is ${expected} when it is ${what}, ${JSON.stringify(value)} of ${unit} in ${at}`, () => {
    const { year, month } = Temporal.PlainYearMonth.from(at);
    strictEqual(resolveValue(unit, value, { year, month }), expected);
  });
}

function nth(nth: 1 | 2 | 3 | 4 | 5, weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7, offset: number): Value {
  return { kind: "nth_weekday", nth, weekday, offset };
}

function last(weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7, offset: number): Value {
  return { kind: "last_weekday", weekday, offset };
}

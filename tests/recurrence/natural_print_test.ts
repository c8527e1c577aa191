import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import { printNatural } from "../../recurrence/natural/print.ts";
import { naturalExpression } from "./support/natural_arbitrary.ts";

Deno.test("printNatural writes what parseNatural reads back when the expression is any valid one", () => {
  fc.assert(
    fc.property(naturalExpression, (expression) => {
      deepStrictEqual(parseNatural(printNatural(expression)), expression);
    }),
    { numRuns: 6_000 },
  );
});

/** Texts, and the one spelling of what they mean. */
const CASES: readonly (readonly [string, string])[] = [
  ["Secondly", "every second"],
  ["@Every 2 Wks", "every 2 weeks"],
  ["every mon at 9am", "every mon at hour 9"],
  ["every 1 week anchoredon 2", "every week anchoredon 2"],
  ["every 2 weeks basedon Fri", "every 2 weeks anchoredon fri"],
  ["every 2 hours anchoredat 1 0", "every 2 hours anchoredon 10"],
  ["on 2027-jan-31 9:5", "on 2027-01-31 at 09:05"],
  ["on 2027-jan", "in year 2027 in january"],
  ["on jan-05 at 9:05:07pm", "on january 5th at 21:05:07"],
  ["on 5th jan 10:00", "on 5th january at 10:00"],
  ["on LastDay - 2", "on lastday-2"],
  ["on FirstMon", "on 1stmonday"],
  ["on lastFriday+1", "on lastfriday+1"],
  ["on closestweekdayto 3", "on closestweekdayto 3rd"],
  ["at first hr", "at first hour"],
  ["at hr last-1", "at hour last-1"],
  ["in month 13", "in month 13"],
  ["in 2027yr", "in year 2027"],
  ["on week 9", "on week 9"],
  ["at [mon 10:00, tue 9am 5min]", "on [monday 10:00, tuesday 09:05]"],
  ["at hour [9, first, last-2]", "at hour [9, first, last-2]"],
  ["at hour [9am]", "at hour [9]"],
  ["on day [1,15]", "on [1st, 15th]"],
  ["every hour between 9am and 5pm", "every hour between hour 9 and hour 17"],
  ["every hour from jan-05", "every hour from january 5th"],
  ["every minute upto 10:30", "every minute upto 10:30"],
  [
    "every minute between [10:00 and 11:00, 12:00 and 13:00]",
    "every minute between [10:00 and 11:00, 12:00 and 13:00]",
  ],
  ["at 14pm", "at hour 26"],
  ["at 999999999pm", "at 999999999pm"],
  ["every day timezone us/eastern at 10:00", "every day at 10:00 tz US/Eastern"],
  [
    "every hour between day first 9hr and day last 17hr",
    "every hour between firstday 9hour and lastday 17hour",
  ],
  [
    "every minute between first hour minute 5 and last hour minute 6",
    "every minute between first hour minute 5 and last hour minute 6",
  ],
];

for (const [text, printed] of CASES) {
  Deno.test(`printNatural writes ${printed} when the text was ${text}`, () => {
    strictEqual(printNatural(parseNatural(text)), printed);
  });
}

Deno.test("printNatural shortens names when the text would be too long to be read", () => {
  const text = `on [${Array(80).fill("wednesday 9:05").join(", ")}]`.replaceAll("wednesday", "wed")
    .replaceAll(", ", ",");

  const printed = printNatural(parseNatural(text));

  ok(printed.length <= 1_000 && printed.startsWith("on[wed 09:05,wed 09:05"), printed);
  deepStrictEqual(parseNatural(printed), parseNatural(text));
});

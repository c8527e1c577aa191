import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describeNatural } from "../../recurrence/natural/describe.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import { naturalExpression } from "./support/natural_arbitrary.ts";

const CASES: readonly (readonly [string, string])[] = [
  [
    "every 30 minutes on [monday, friday] between 09:00 and 17:00 tz America/New_York",
    "Every 30 minutes, on Monday and Friday, between 09:00 and 17:00, in America/New_York time",
  ],
  ["every 2 days at [10:10, 12:10]", "Every 2 days, at 10:10 and at 12:10"],
  ["on LastDay", "On the last day of the month"],
  ["every month on monday", "Every month, on the first Monday"],
  [
    "every month on [monday, wednesday]",
    "Every month, on the first Monday and the first Wednesday",
  ],
  ["every year on friday in march", "Every year, on the first Friday, in March"],
  ["every day", "Every day"],
  ["every 5 minutes", "Every 5 minutes"],
  ["secondly", "Every second"],
  ["weekly", "Every week"],
  ["every monday", "Every Monday"],
  ["every monday at 09:00", "Every Monday, at 09:00"],
  ["every 2 weeks anchoredon friday", "Every 2 weeks on Friday"],
  ["every 2 weeks anchoredon 5am", "Every 2 weeks"],
  ["every 5 hours anchoredat 10", "Every 5 hours counted from hour 10"],
  ["every 5 minutes basedat 7", "Every 5 minutes counted from minute 7"],
  ["every 2 months anchoredon aug", "Every 2 months counted from August"],
  ["every 3 days anchoredon 15th", "Every 3 days counted from the 15th"],
  ["every 4 years anchoredon 2020", "Every 4 years counted from 2020"],
  ["every 1 hour anchoredon 3", "Every hour"],
  ["every 10 seconds anchoredat 4", "Every 10 seconds counted from second 4"],
  ["every day at 09:30:15", "Every day, at 09:30:15"],
  ["daily at 9am", "Every day, at 09:00"],
  ["every 5 minutes at hour 10", "Every 5 minutes, in the hour from 10:00"],
  ["every 5 minutes at hour 25", "Every 5 minutes, in hour 25"],
  ["every hour at minute 30", "Every hour, at minute 30"],
  ["every hour at minute [0, 15, 30]", "Every hour, at minutes 0, 15 and 30"],
  ["every minute at second [5]", "Every minute, at second 5"],
  ["every minute at second 5", "Every minute, at second 5"],
  ["at 12:00", "At 12:00"],
  ["at hour [9, 17]", "At 09:00 and at 17:00"],
  [
    "every 5 minutes at hour [9, 17]",
    "Every 5 minutes, in the hour from 09:00 and in the hour from 17:00",
  ],
  ["at 21 10:10:10", "On the 21st, at 10:10:10"],
  ["at 2020-01-01 10:10", "On 1 January 2020, at 10:10"],
  [
    "at [2023-01-01 10:10, 2023-05-01 10:10]",
    "On 1 January 2023 at 10:10 and on 1 May 2023 at 10:10",
  ],
  ["at [monday 10:00, tuesday 11:00]", "On Monday at 10:00 and on Tuesday at 11:00"],
  ["on feb-29", "On 29 February"],
  ["every year on feb-29 at 12:00", "Every year, on 29 February, at 12:00"],
  ["on 1st january", "On 1 January"],
  ["on [1st, January]", "On 1 January"],
  ["on [1st january, 15th july]", "On 1 January and on 15 July"],
  ["in january", "In January"],
  ["in [january, july]", "In January and July"],
  ["every day in year 2027", "Every day, in 2027"],
  ["every 2 hours from year 2027", "Every 2 hours, from 2027 on"],
  ["every 2 hours upto year 2027", "Every 2 hours, up to 2027"],
  ["every 2 hours between year 2027 and 2030", "Every 2 hours, from 2027 to 2030"],
  ["on 15th", "On the 15th"],
  ["on [1st, 15th, 20th]", "On the 1st, the 15th and the 20th"],
  ["every month on LastDay - 2", "Every month, 2 days before the last day of the month"],
  ["every month on LastDay + 2", "Every month, on the last day of the month"],
  ["every month on FirstDay + 2", "Every month, on the 3rd"],
  ["every month on day first", "Every month, on the 1st"],
  ["every month on hour first", "Every month, at 00:00"],
  ["every day at last hour", "Every day, at 23:00"],
  ["every month on 3rdFriday", "Every month, on the third Friday"],
  ["every month on 3rdFriday - 1", "Every month, 1 day before the third Friday"],
  ["every month on LastMon + 2", "Every month, 2 days after the last Monday"],
  ["every month on FirstWeekday", "Every month, on the first weekday of the month"],
  ["every month on LastWeekday - 1", "Every month, 1 day before the last weekday of the month"],
  [
    "every month on ClosestWeekdayTo 15th at 09:00",
    "Every month, on the weekday closest to the 15th, at 09:00",
  ],
  [
    "every year in february on LastWeekday",
    "Every year, in February, on the last weekday of the month",
  ],
  [
    "every year on [LastDay february, FirstDay march]",
    "Every year, on the last day of February and on 1 March",
  ],
  [
    "every year on [1stMonday october, LastWeekday may]",
    "Every year, on the first Monday of October and on the last weekday of May",
  ],
  ["on 1st monday", "On the 1st, if it is a Monday"],
  ["on friday on 13th", "On the 13th, if it is a Friday"],
  [
    "at [FirstWeekday 3am, LastWeekday 10am]",
    "On the first weekday of the month at 03:00 and on the last weekday of the month at 10:00",
  ],
  ["at [friday 13th 10:00]", "On the 13th at 10:00 if it is a Friday"],
  ["every 30 minutes between hour 8 and hour 17", "Every 30 minutes, between 08:00 and 17:59"],
  ["hourly from 09:00", "Every hour, between 09:00 and 23:59"],
  ["hourly upto 17:30", "Every hour, between 00:00 and 17:30"],
  ["every hour between 10th and 20th", "Every hour, from the 10th to the 20th"],
  ["every hour from 10th", "Every hour, from the 10th to the last day of the month"],
  ["every hour upto 15th", "Every hour, from the 1st to the 15th"],
  [
    "every hour between 3rd and LastDay - 2",
    "Every hour, from the 3rd to 2 days before the last day of the month",
  ],
  ["every day between monday and friday", "Every day, from Monday to Friday"],
  ["every day between jan and mar", "Every day, from January to March"],
  ["every day from june", "Every day, from June to December"],
  ["every day between 25th jan and 5th feb", "Every day, from 25 January to 5 February"],
  ["every day between jan-25 and feb-05", "Every day, from 25 January to 5 February"],
  [
    "every day between 2027-01-25 and 2028-02-05",
    "Every day, from 25 January 2027 to 5 February 2028",
  ],
  [
    "every hour between 10th 10:00 and 11th 01:00",
    "Every hour, between the 10th 10:00 and the 11th 01:00",
  ],
  [
    "every 10 minutes between mon 10:00 and fri 12:00",
    "Every 10 minutes, from Monday to Friday, between 10:00 and 12:00",
  ],
  [
    "every 10 minutes between [10:00 and 11:00, 15:00 and 16:00]",
    "Every 10 minutes, between 10:00 and 11:00 or between 15:00 and 16:00",
  ],
  [
    "every 12 days between [Feb and Jul, Sep and Nov]",
    "Every 12 days, from February to July or from September to November",
  ],
  ["every 5 seconds between sec 10 and 20", "Every 5 seconds, between seconds 10 and 20"],
  ["every 5 minutes between min 10 and 20", "Every 5 minutes, between minutes 10 and 20"],
  ["every 25 seconds upto min 10", "Every 25 seconds, between minutes 0 and 10"],
  ["every 2 days at 14:00pm", "Every 2 days, at 26:00"],
  ["in month 13 on 32nd", "On the 32nd of month 13"],
  ["on week 9", "On weekday 9"],
  ["every week on [sunday, saturday] at 10:30", "Every week, on Sunday and Saturday, at 10:30"],
  [
    "every 2 hours at minute 30 in january on [1st, 2nd]",
    "Every 2 hours, at minute 30, in January, on the 1st and the 2nd",
  ],
  ["every month at second 5 at hour 10", "Every month, at second 5, in the hour from 10:00"],
  [
    "every month at [hour 10 second 5, hour 11 second 6]",
    "Every month, in the hour from 10:00 at second 5 and in the hour from 11:00 at second 6",
  ],
  [
    "every minute between hour 10 second 5 and hour 11 second 6",
    "Every minute, between hour 10 second 5 and hour 11 second 6",
  ],
  ["every day at first minute", "Every day, at minute 0"],
  [
    "every minute between [fri 10:00 and fri 11:00, sat 09:00 and sat 10:00]",
    "Every minute, on Friday, between 10:00 and 11:00 or on Saturday, between 09:00 and 10:00",
  ],
  [
    "every 3 months on [monday 10:00, friday 11:00]",
    "Every 3 months, on the first Monday at 10:00 and on the first Friday at 11:00",
  ],
  [
    "every hour in [monday january, friday july]",
    "Every hour, on Monday in January and on Friday in July",
  ],
  [
    "every hour in [january 2027year, july 2028year]",
    "Every hour, in January 2027 and in July 2028",
  ],
  [
    "every month on [15th, 16th] on [monday, friday]",
    "Every month, on the 15th and the 16th, if it is a Monday or a Friday",
  ],
  ["every day between hour 10 and hour 10", "Every day, between 10:00 and 10:59"],
  [
    "every minute between minute 5 second 10 and minute 6 second 30",
    "Every minute, between minute 5 second 10 and minute 6 second 30",
  ],
  [
    "every month on [LastDay-2, 1st]",
    "Every month, 2 days before the last day of the month and on the 1st",
  ],
  [
    "every hour between day last-5 and last",
    "Every hour, from 5 days before the last day of the month to the last day of the month",
  ],
  [
    "every month on [week 0, monday] on [sunday 10:00, week 0 11:00]",
    "Every month, on weekday 0 and the first Monday, on the first Sunday at 10:00 and on weekday 0 at 11:00",
  ],
];

for (const [text, description] of CASES) {
  Deno.test(`describeNatural says ${JSON.stringify(description)} when the text is ${text}`, () => {
    strictEqual(describeNatural(parseNatural(text)), description);
  });
}

Deno.test("describeNatural has something to say of every part when the expression is any valid one", () => {
  fc.assert(
    fc.property(naturalExpression, (expression) => {
      const text = describeNatural(expression);

      match(text, /^[A-Z1-9][^.]*[^.,; ]$/);
      doesNotMatch(text, /undefined|null|NaN|object| {2}|, ,|,,/);
    }),
    { numRuns: 2_000 },
  );
});

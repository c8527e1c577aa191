import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import { shapeOf } from "./support/natural_shape.ts";
import valid from "./cases/natural_valid.json" with { type: "json" };

/** What an expression is read as; see `support/natural_shape.ts`. */
const CASES: readonly (readonly [string, string])[] = [
  ["every day", "1 day"],
  ["EVERY DAY", "1 day"],
  ["every 2 weeks", "2 week"],
  ["every2weeks", "2 week"],
  ["every 1 wk", "1 week"],
  ["every 3 mths", "3 month"],
  ["every yr", "1 year"],
  ["every 4 dys", "4 day"],
  ["every 2nd week", "2 day"],
  ["every th", "1 day"],
  ["every monday", "1 week @monday=2"],
  ["every mon and friday", "1 week @mon=2"],
  ["every day 5", "1 day"],
  ["every day;", "1 day"],
  ["every 2 ; days", "2 day"],
  ["secondly", "1 second"],
  ["@Minutely", "1 minute"],
  ["hourly", "1 hour"],
  ["daily", "1 day"],
  ["weekly", "1 week"],
  ["monthly", "1 month"],
  ["yearly", "1 year"],
  ["monday every day", "1 day"],
  ["10:00 , [ every day", "1 day"],
  ["every 5 minutes BasedAt 7", "5 minute @7=7"],
  ["every 5 minutes AnchoredIn minute 7", "5 minute @7=7"],
  ["every 5 minutes BasedOn -3", "5 minute @-3=-3"],
  ["every 5 minutes BasedOn -123456789", "5 minute @-123456789=-123456789"],
  ["every 3 days AnchoredOn 10th", "3 day @10=10"],
  ["every 3 days AnchoredAt 5am", "3 day @5am=null"],
  ["every 3 days AnchoredAt 12:00", "3 day @12:00=null"],
  ["every 3 days AnchoredOn Nov", "3 day @nov=null"],
  ["every 2 months AnchoredOn Aug", "2 month @aug=8"],
  ["every 2 months BasedIn 8", "2 month @8=8"],
  ["every 2 weeks AnchoredOn Sun", "2 week @sun=1"],
  ["every 2 weeks AnchoredOn 7", "2 week @7=7"],
  ["every 2 weeks AnchoredOn LastDay", "2 week @lastday=null"],
  ["every 2 hours anchoredAt 1 0", "2 hour @10=10"],
  ["every 2 months anchoredon mon tue 5 1stMonday", "2 month @mon tue5 1stmonday=null"],
  ["every week AnchoredOn monday, tuesday", "1 week @monday tuesday=null"],
  ["at 10:00", "hour=10 minute=0"],
  ["on 10:00", "hour=10 minute=0"],
  ["in 10:00:05", "hour=10 minute=0 second=5"],
  ["at 9:5", "hour=9 minute=5"],
  ["at 9am", "hour=9"],
  ["at 9 pm", "hour=21"],
  ["at 12am", "hour=0"],
  ["at 12pm", "hour=12"],
  ["at 12:30am", "hour=0 minute=30"],
  ["at 10:30:25 am", "hour=10 minute=30 second=25"],
  ["at 14:00pm", "hour=26 minute=0"],
  ["at hour 9 pm", "hour=21"],
  ["at hour 25", "hour=25"],
  ["at 10hr", "hour=10"],
  ["at 10hr:30min", "hour=10 minute=30"],
  ["at hour 10:30", "hour=10 minute=30"],
  ["at hr 10 min 5", "hour=10 minute=5"],
  ["at hour10", "hour=10"],
  ["at min 5 sec 6", "minute=5 second=6"],
  ["at 21 10:10:10", "day=21 hour=10 minute=10 second=10"],
  ["at 21st 10 2025", "day=21 month=10 year=2025"],
  ["at 1st JAN 2pm", "day=1 month=1 hour=14"],
  ["at 1st 3am", "day=1 hour=3"],
  ["at 1st 3am 2025", "day=1 hour=3 year=2025"],
  ["on 1st January 2023", "day=1 month=1 year=2023"],
  ["on 15th", "day=15"],
  ["on 21th", "day=21"],
  ["on day 15", "day=15"],
  ["on day 15th", "day=15"],
  ["on days 0", "day=0"],
  ["on 32nd", "day=32"],
  ["on monday", "week=2"],
  ["on week 2", "week=2"],
  ["on wk 9", "week=9"],
  ["in jan", "month=1"],
  ["in SEPTEMBER", "month=9"],
  ["in month 13", "month=13"],
  ["in year 2027", "year=2027"],
  ["in 2027yr", "year=2027"],
  ["on jan-05", "month=1 day=5"],
  ["on feb-29", "month=2 day=29"],
  ["on 12-25", "month=12 day=25"],
  ["on 2027-01", "year=2027 month=1"],
  ["on 2027-jan", "year=2027 month=1"],
  ["on 2027-01-31", "year=2027 month=1 day=31"],
  ["on 2027 - jan - 31", "year=2027 month=1 day=31"],
  ["on 2027-01-31 10:10:15", "year=2027 month=1 day=31 hour=10 minute=10 second=15"],
  ["on Feb 29th 14:00", "month=2 day=29 hour=14 minute=0"],
  ["on LastDay", "day=last"],
  ["on LastDayOfTheMonth", "day=last"],
  ["on FirstOfTheMonth", "day=first"],
  ["on FirstDayOfMonth + 5", "day=first+5"],
  ["on LastDay-2", "day=last-2"],
  ["on LastDay - 2", "day=last-2"],
  ["on LastDay - 0", "day=last"],
  ["on day last", "day=last"],
  ["on last day", "day=last"],
  ["on last day - 5", "day=last-5"],
  ["on day last-2", "day=last-2"],
  ["on last-2day", "day=last-2"],
  ["on day first + 5", "day=first+5"],
  ["at last hour", "hour=last"],
  ["at hour last-1", "hour=last-1"],
  ["at first minute", "minute=first"],
  ["in last month", "month=last"],
  ["on last week", "week=last"],
  ["on 1stMonday", "day=1x2"],
  ["on FirstMon", "day=1x2"],
  ["on 2ndTue", "day=2x3"],
  ["on ThirdFriday -1", "day=3x6-1"],
  ["on fifthsat + 3", "day=5x7+3"],
  ["on LastFriday", "day=lastx6"],
  ["on FirstWeekday -1", "day=first_workday-1"],
  ["on LastWeekday + 1", "day=last_workday+1"],
  ["on ClosestWeekdayTo 15th", "day=closest:15"],
  ["on ClosestWeekdayTo 6", "day=closest:6"],
  ["on 1st monday", "day=1 week=2"],
  ["on monday 1st jan", "week=2 day=1 month=1"],
  ["at [10:00]", "[hour=10 minute=0]"],
  ["at [10:10, 12:10]", "[hour=10 minute=10; hour=12 minute=10]"],
  ["at day [10, 11, 12]", "[day=10; day=11; day=12]"],
  ["at minute [0, 15 , 30]", "[minute=0; minute=15; minute=30]"],
  ["at hour [first, last - 1]", "[hour=first; hour=last-1]"],
  ["on day [LastDay, 1st, 3]", "[day=last; day=1; day=3]"],
  ["at day [21st 10 2025]", "[day=21; day=10; day=2025]"],
  ["on [1st, January]", "[day=1 month=1]"],
  ["on [1st, 2nd, January, February]", "[day=1 month=1; day=2 month=2]"],
  ["on [1st January]", "[day=1 month=1]"],
  ["on [monday 10:00, tuesday 11:00]", "[week=2 hour=10 minute=0; week=3 hour=11 minute=0]"],
  ["on [monday 10:00, 11:00 tuesday]", "[week=2 hour=10 minute=0; week=3 hour=11 minute=0]"],
  ["on january [1st, 15th] february", "[day=1; day=15]"],
  ["on [mon, tue", "[week=2; week=3]"],
  ["on [mon, tue];", "[week=2; week=3]"],
  [
    "at [3rd january 10:30:25 am, 3rd jul 10:30:25am]",
    "[day=3 month=1 hour=10 minute=30 second=25; day=3 month=7 hour=10 minute=30 second=25]",
  ],
  ["at [FirstDay + 2 3am, LastDay-2 10am]", "[day=first+2 hour=3; day=last-2 hour=10]"],
  ["on [21st 10 2025, 22nd 11 2026]", "[day=21 month=10 year=2025; day=22 month=11 year=2026]"],
  ["every hour between 10th and 15th", "1 hour {day 10..15}"],
  ["every hour between day 10 and 15", "1 hour {day 10..15}"],
  ["every hour between 10:00 and 12:00", "1 hour {hour 10..12 minute 0..0}"],
  ["every minute between hour 8 and last", "1 minute {hour 8..last}"],
  ["every minute between 8hr and 12", "1 minute {hour 8..12}"],
  ["every minute between 21 10:10 and 25 10:10", "1 minute {day 21..25 hour 10..10 minute 10..10}"],
  ["every minute between 8am and 12pm", "1 minute {hour 8..12}"],
  ["every day between monday, and friday", "1 day {week 2..6}"],
  ["every day between 1st jan and 31st dec", "1 day {day 1..31 month 1..12}"],
  [
    "every minute between [10:00am and 11:00am, 1:00pm and 2:00pm]",
    "1 minute {hour 10..11 minute 0..0; hour 13..14 minute 0..0}",
  ],
  ["every minute between hour [8 and 10, 14 and 16]", "1 minute {hour 8..10; hour 14..16}"],
  ["every day between FirstDay + 25 and LastDay - 1", "1 day {day first+25..last-1}"],
  ["every minute between hour 25 and hour 24", "1 minute {hour 25..24}"],
  ["every hour upto 15th", "1 hour {day first..15}"],
  ["every hour from 15th", "1 hour {day 15..last}"],
  ["every hour upto 10:30", "1 hour {hour first..10 minute first..30}"],
  ["every hour from 5th march", "1 hour {day 5..last month 3..last}"],
  ["every minute upto min 5", "1 minute {minute first..5}"],
  ["every hour upto last day", "1 hour {day first..last}"],
  ["every day tz utc", "1 day tz UTC"],
  ["every day tz US/Eastern", "1 day tz US/Eastern"],
  ["every day timezone america/new_york", "1 day tz America/New_York"],
  ["every day tz Etc/GMT+5", "1 day tz Etc/GMT+5"],
  ["every day tz Etc/GMT-5", "1 day tz Etc/GMT-5"],
  ["every day tz UTC tz Asia/Tokyo", "1 day tz UTC"],
  ["tz UTC every day", "1 day tz UTC"],
  ["every day UTC", "1 day"],
  [
    "every day at 10:00 between monday and friday in [jan, jul] tz UTC",
    "1 day hour=10 minute=0 {week 2..6} [month=1; month=7] tz UTC",
  ],
  ["every month, on LastDay", "1 month day=last"],
  ["every week on monday", "1 week week=2"],
  ["every week AnchoredOn monday at 10:00", "1 week @monday=2 hour=10 minute=0"],
  ["on 5th on [1st 10:00, 2nd 11:00]", "day=5 [day=1 hour=10 minute=0; day=2 hour=11 minute=0]"],
  ["  every   2   days  ", "2 day"],
  ["\tevery\t2\tdays", "2 day"],
  ["at\t10:00\n", "hour=10 minute=0"],
  ["every day\nat 10:00\n\ton monday\n", "1 day hour=10 minute=0 week=2"],
  ["every day;\nat 10:00", "1 day hour=10 minute=0"],
];

for (const [text, shape] of CASES) {
  Deno.test(`parseNatural reads ${shape} when the text is ${JSON.stringify(text)}`, () => {
    strictEqual(shapeOf(parseNatural(text)), shape);
  });
}

for (const text of valid) {
  Deno.test(`parseNatural accepts ${text} when it is a case of the language`, () => {
    parseNatural(text);
  });
}

Deno.test("the valid cases are all there when the file is read", () => {
  ok(valid.length > 200);
});

Deno.test("parseNatural returns the whole expression as data when everything is written", () => {
  const text =
    "every 2 months AnchoredOn Aug on [1stMonday 10:00] between LastDay - 2 and 31st tz utc";

  deepStrictEqual(parseNatural(text), {
    cadence: { interval: 2, unit: "month", anchor: { text: "aug", value: 8 } },
    filters: [
      {
        kind: "list",
        positions: [[
          { unit: "day", value: { kind: "nth_weekday", nth: 1, weekday: 2, offset: 0 } },
          { unit: "hour", value: { kind: "number", number: 10 } },
          { unit: "minute", value: { kind: "number", number: 0 } },
        ]],
      },
      {
        kind: "range",
        ranges: [[{
          unit: "day",
          start: { kind: "last", offset: -2 },
          end: { kind: "number", number: 31 },
        }]],
      },
    ],
    timeZone: "UTC",
  });
});

Deno.test("parseNatural never returns minus zero when something is moved or anchored by it", () => {
  deepStrictEqual(parseNatural("on LastDay - 0"), parseNatural("on LastDay"));
  deepStrictEqual(parseNatural("every 5 minutes AnchoredAt -0").cadence?.anchor, {
    text: "-0",
    value: 0,
  });
});

Deno.test("parseNatural knows every zone of the platform that has no hyphen and no inner digit", () => {
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    if (/-|\d/.test(zone)) continue;
    strictEqual(parseNatural(`every day tz ${zone.toUpperCase()}`).timeZone, zone);
  }
});

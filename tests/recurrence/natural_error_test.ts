import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { RecurrenceError } from "../../recurrence/error.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import invalid from "./cases/natural_invalid.json" with { type: "json" };

/** What is said of a text: offset, length, message and what was expected of every problem. */
const CASES: readonly (readonly [string, ...string[]])[] = [
  ["every 2 mondays", '8+7 "mondays" is no word of the language -> monday'],
  ["every days of week", '11+2 "of" is no word of the language -> on'],
  ["every tues", '6+4 "tues" is no word of the language -> tue'],
  ["every other day", '6+5 "other" is no word of the language -> 2 days | 2 weeks'],
  [
    "every weekday",
    '6+7 "weekday" is no word of the language -> day between monday and friday | FirstWeekday | LastWeekday',
  ],
  ["every day at noon", '13+4 "noon" is no word of the language -> 12:00'],
  ["every dya at 10:00", '6+3 "dya" is no word of the language -> day | dy | dys'],
  ["daily at 10:00 untl 12:00", '15+4 "untl" is no word of the language -> upto'],
  ["every day from 9am to 5pm", '19+2 "to" is no word of the language -> between … and …'],
  ["each day", '0+4 "each" is no word of the language -> every'],
  ["on third monday", '3+5 "third" is no word of the language -> 3rdMonday'],
  ["on 1stMondays", '3+10 "1stmondays" is no word of the language -> 1stmonday'],
  ["every day.", '9+1 "." is no part of the language -> '],
  ["every day at 10.30", '15+1 "." is no part of the language -> : | -'],
  [
    "every day (utc)",
    '10+1 "(" is no part of the language -> [',
    '14+1 ")" is no part of the language -> ]',
  ],
  [
    "at {10:00}",
    '3+1 "{" is no part of the language -> [',
    '9+1 "}" is no part of the language -> ]',
  ],
  ["every day]", '9+1 "]" closes no list -> [ before it'],
  ["@day", '0+4 "@day" is no rule, and only a rule may start with "@" -> day'],
  ["every @month", '6+6 "@month" is no rule, and only a rule may start with "@" -> month'],
  [
    "@ every day",
    '0+1 "@" is no rule, and only a rule may start with "@" -> @every | @at | @between',
  ],
  ["every 1234567890 days", "6+10 a number of 10 digits -> at most 9 digits"],
  ["every", '0+5 "every" lacks a unit -> every day | every 2 weeks | every monday'],
  ["every 5", '0+7 "every 5" lacks a unit -> every 5 minutes | every 5 days'],
  ["every 2 monday", '0+7 "every 2" lacks a unit -> every 2 weeks AnchoredOn Monday'],
  ["every, day", '5+1 a comma cannot stand between "every" and its unit -> every day'],
  ["every [monday, friday]", "6+1 a list is no cadence -> every week on [monday, friday]"],
  ["every -2 days", "6+1 the interval takes no sign -> every 2 days"],
  ["every january", '6+7 "every january" is no cadence -> every year in january'],
  ["every lastday", '6+7 "every lastday" is no cadence -> every month on lastday'],
  ["every 9am", '0+7 "every 9" lacks a unit -> every 9 minutes | every 9 days'],
  ["every 2 weeks AnchoredOn", '14+10 "anchoredon" has no value -> anchoredon monday'],
  ["every 2 weeks AnchoredOn 9", "25+1 9 is no weekday -> 1 (sunday) to 7 (saturday) | monday"],
  ["every 2 weeks AnchoredOn 0", "25+1 0 is no weekday -> 1 (sunday) to 7 (saturday) | monday"],
  ["every 2 weeks AnchoredOn [monday]", "25+1 an anchor takes no list -> monday"],
  [
    "every 2 days AnchoredOn 12:00 100000000",
    "24+15 a number of 11 digits -> at most 9 digits",
  ],
  ["every 2 days AnchoredOn 123456 789012", "24+13 a number of 12 digits -> at most 9 digits"],
  ["at", '0+2 "at" has no value -> monday | 15th | 09:00'],
  ["every day between", '10+7 "between" has no value -> 09:00 and 17:00'],
  ["every day upto", '10+4 "upto" has no value -> 17:00 | 31st'],
  ["every day from ,", '10+4 "from" has no value -> 09:00 | 15th'],
  ["at 21", '3+2 "21" has no unit -> 21st | hour 21 | 21:00'],
  ["at 45", '3+2 "45" has no unit -> minute 45'],
  ["on Jan 1", '7+1 "1" has no unit -> 1st | hour 1 | 01:00'],
  ["at 10 hr", '3+5 "10" and "hr" must not be separated -> hr 10 | 10hr'],
  ["at 10 th", '3+5 "10" and "th" must not be separated -> 10th'],
  ["on first monday", '3+12 "first" and the weekday must be one word -> 1stMonday'],
  ["on last friday", '3+11 "last" and the weekday must be one word -> LastFriday'],
  ["on second friday", '3+6 "second" lacks its number -> 2ndFriday'],
  ["on first day + 5", '13+3 "+ 5" has nothing to be added to -> FirstDay + 2 | day first + 2'],
  ["on first", '3+5 "first" has no unit -> day first'],
  ["on last-2 day", '3+10 "last-2" and "day" must not be separated -> day last-2 | last-2day'],
  ["at pm", '3+2 "pm" follows no number -> 9am | 09:30pm'],
  ["at 10:", '3+3 "10:" lacks the minute -> 09:30 | 09:30:15 | 09:30pm'],
  ["at :30", '3+3 ":30" lacks the hour -> 09:30 | 09:30:15 | 09:30pm'],
  ["at 10 : 30", "3+7 a colon has no spaces around it -> 10:30"],
  ["at 10:30:15:20", '3+11 "10:30:15:20" has more than two colons -> 09:30 | 09:30:15 | 09:30pm'],
  [
    "at 10:day",
    '3+6 "10:day" has a word in it that does not belong into a time of day -> 09:30 | 09:30:15 | 09:30pm',
  ],
  ["at 10:30 30am", "9+4 the hour is chosen twice -> one list: [09:00, 17:30]"],
  ["at 10:00-12:00", '3+11 "10:00-12:00" is no time of day -> between 10:00 and 12:00'],
  ["on monday-friday", '3+13 "monday-friday" is no date -> between monday and friday'],
  ["on jan-", '3+4 "jan-" is no date -> 2027-01-31 | jan-31 | 2027-jan'],
  ["on feb-last", '3+8 "feb-last" is no value -> FirstDay + 2 | LastDay - 2'],
  ["on -5", '3+2 "-5" is no date -> 2027-01-31 | jan-31 | 2027-jan'],
  ["on day -15", '3+7 "day -15" is no date -> 2027-01-31 | jan-31 | 2027-jan'],
  [
    "on 2023-1-1",
    '3+8 "2023-1-1" has no month of two digits or letters where it belongs -> 2023-01-01',
  ],
  ["on jan-5", '3+5 "jan-5" has no day of two digits where it belongs -> jan-05'],
  ["on [29-feb]", '4+6 "29-feb" has no month of two digits or letters where it belongs -> feb-29'],
  ["on 23-01-05", '3+8 "23-01-05" does not start with a year of four digits -> 2027-01-31'],
  ["on 29-feb-2023", '3+11 "29-feb-2023" does not start with a year of four digits -> 2027-01-31'],
  ["on 5 jan", '3+1 "5" has no unit -> 5th | hour 5 | 05:00'],
  ["on jan5", '3+4 "jan5" is no value -> 5th jan'],
  ["on ClosestWeekdayTo", '3+16 "closestweekdayto" lacks its day -> ClosestWeekdayTo 15th'],
  [
    "on ClosestWeekdayTo 15th - 1",
    '3+25 "closestweekdayto 15th - 1" takes one day and nothing else -> ClosestWeekdayTo 15th',
  ],
  [
    "on ClosestWeekdayTo LastDay",
    '3+24 "closestweekdayto lastday" takes one day and nothing else -> ClosestWeekdayTo 31st',
  ],
  ["on monday and friday", '10+3 "and" joins only the two ends of "between" -> [monday, friday]'],
  ["on monday;", '9+1 ";" cannot stand in a value -> a space or comma'],
  ["on mon\t10:00", "6+1 a tab or line break cannot stand in a value -> a space or comma"],
  [
    "on hour lastday",
    '3+12 "hour lastday" is no value -> 15th | monday | january | 09:30 | hour 9',
  ],
  ["on day hour 5", '3+3 "day" lacks its number -> day 10 | day last'],
  ["on 5th+2", '3+5 "5th+2" is no value -> FirstDay + 2 | LastDay - 2'],
  ["on LastDay+", '3+8 "lastday+" is no value -> FirstDay + 2 | LastDay - 2'],
  ["at []", "4+1 the list is empty -> monday | 15th"],
  ["at [10:00, ]", "11+1 a value is missing in the list -> monday | 15th"],
  ["at [, 10:00]", "4+1 a value is missing in the list -> monday | 15th"],
  ["at [10:00, [11:00]]", "11+1 a clause takes one list, and a list takes no other -> "],
  ["on [mon] [tue]", "9+1 a clause takes one list, and a list takes no other -> "],
  [
    "on [monday 10:00, tuesday]",
    "0+26 the positions of the list have different units: week 2 times, hour once, minute once -> each unit once in every position",
  ],
  ["every day between 10:00", '18+5 the range has no "and" -> 09:00 and 17:00 | monday and friday'],
  ["every day between and 11:00", '18+3 a value is missing before "and" -> 09:00 and'],
  ["every day between 10:00 and", '24+3 a value is missing after "and" -> and 17:00'],
  [
    "every day between 10:00 and 11:00 and 12:00",
    '34+3 "and" joins only the two ends of "between" -> [monday, friday]',
  ],
  [
    "every day between 10th and march",
    "18+14 the range starts with day and ends with month -> the same units in the same order at both ends",
  ],
  [
    "every day between 1st 2nd and 3rd 4th",
    "18+19 the range has two values of the unit day -> one value of each unit",
  ],
  [
    "every day between [10:00 and 11:00, mon and tue]",
    "36+11 a list of ranges needs the same units in each, and the first has hour, minute -> ",
  ],
  ["every day upto [10:00]", '10+4 "upto" takes no list -> between [… and …, … and …]'],
  [
    "every day from 1st 2nd",
    "10+12 the range has two values of the unit day -> one value of each unit",
  ],
  ["every day tz", '10+2 "tz" has no value -> Europe/Berlin | UTC'],
  ["every day tz monday", '13+6 "monday" is no time zone -> Europe/Berlin | UTC'],
  ["every day tz Europe/Berln", '13+12 "europe/berln" is no time zone -> Europe/Berlin | UTC'],
  [
    "every day tz America/Port-au-Prince",
    '13+22 the name of the time zone "America/Port-au-Prince" cannot be written in an expression -> the time zone in the option timeZone instead',
  ],
  [
    "every day tz EST5EDT at 10:00",
    '13+7 the name of the time zone "EST5EDT" cannot be written in an expression -> the time zone in the option timeZone instead',
  ],
  ["tz Asia/Tokyo, every day", '13+1 "," cannot follow a time zone -> a space'],
  ["every day tz UTC;", '16+1 ";" cannot follow a time zone -> a space'],
  ["every day tz +01:00", '13+6 "+01:00" is no time zone -> Europe/Berlin | UTC'],
  [
    "tz UTC",
    '0+6 the expression says neither "every" nor "at", "on" or "in" -> every day | at 09:00 | on monday',
  ],
  [
    "between 10:00 and 11:00",
    '0+23 the expression says neither "every" nor "at", "on" or "in" -> every day | at 09:00 | on monday',
  ],
  ["every day every week", '10+10 there is more than one cadence -> one "every" in an expression'],
  ["every 0 days", "0+12 an interval of 0 never ends -> 1 or more"],
  [
    "every hour at 10:30",
    "14+2 the cadence counts hours, so this rule cannot choose the hour -> every day",
  ],
  [
    "every monday on tuesday",
    '16+7 the anchor "monday" and this rule both choose the weekday -> every week on …, without an anchor',
  ],
  [
    "at 10:00 at 11:00",
    "12+2 the hour is chosen twice -> one list: [09:00, 17:30]",
    "15+2 the minute is chosen twice -> one list: [09:00, 17:30]",
  ],
  ["on January 1st 2023", "15+4 the month is chosen twice -> year 2023"],
  ["at 10:00 upto 15th", '9+9 a range needs a cadence to narrow down -> "every …" before it'],
  [
    "every hour between 22:00 and 06:00",
    "11+23 the range ends before it starts -> a range for each side of the turn",
  ],
  [
    "every day between fri and mon",
    "10+19 the range ends before it starts -> a range for each side of the turn",
  ],
  [
    "every day every week at 10:00 at 11:00 between fri and mon",
    '10+10 there is more than one cadence -> one "every" in an expression',
    "33+2 the hour is chosen twice -> one list: [09:00, 17:30]",
    "36+2 the minute is chosen twice -> one list: [09:00, 17:30]",
    "39+19 the range ends before it starts -> a range for each side of the turn",
  ],
  [
    "every foo at 10:30 bar",
    '6+3 "foo" is no word of the language -> ',
    '19+3 "bar" is no word of the language -> mar',
  ],
  [
    "at 10 hr on first monday on [mon",
    '3+5 "10" and "hr" must not be separated -> hr 10 | 10hr',
    '12+12 "first" and the weekday must be one word -> 1stMonday',
  ],
];

for (const [text, ...problems] of CASES) {
  Deno.test(`parseNatural says what is wrong and what would be right when the text is ${JSON.stringify(text)}`, () => {
    deepStrictEqual(
      errorOf(text).found.map(({ offset, length, message, expected }) =>
        `${offset}+${length} ${message} -> ${expected.join(" | ")}`
      ),
      problems,
    );
  });
}

for (const text of invalid) {
  Deno.test(`parseNatural refuses ${JSON.stringify(text)} when it is an invalid case of the language`, () => {
    const { found } = errorOf(text);

    ok(found.length > 0);
    for (const { offset, length } of found) {
      ok(offset >= 0 && length >= 0 && offset + length <= text.length);
    }
  });
}

Deno.test("the invalid cases are all there when the file is read", () => {
  strictEqual(invalid.length, 49);
});

Deno.test("the error has a code, one line per problem and the text when it is thrown", () => {
  const error = errorOf("every foo at bar");

  strictEqual(error.code, "invalid_recurrence");
  strictEqual(error.text, "every foo at bar");
  deepStrictEqual(error.problems, [
    'at 6: "foo" is no word of the language',
    'at 13: "bar" is no word of the language; expected mar',
  ]);
});

const LIMITS: readonly (readonly [string, string, RegExp | null])[] = [
  ["a text of 1,000 characters", "every day".padEnd(1_000), null],
  ["a text of 1,001 characters", "every day".padEnd(1_001), /a text of 1001 characters/],
  ["a text of a million characters", "[".repeat(1_000_000), /a text of 1000000 characters/],
  ["100 positions", `at minute [${"1,".repeat(99)}1]`, null],
  ["101 positions", `at minute [${"1,".repeat(100)}1]`, /more than 100 positions/],
  ["101 positions without commas", `at day [${"1 ".repeat(101)}]`, /more than 100 positions/],
  ["50 ranges", `every hour between min [${"1 and 2,".repeat(49)}1 and 2]`, null],
  ["51 ranges", `every hour between min [${"1 and 2,".repeat(50)}1 and 2]`, /more than 50 ranges/],
  ["50 clauses", `every day ${"from 1st ".repeat(49)}`, null],
  ["51 clauses", `every day ${"from 1st ".repeat(50)}`, /more than 50 clauses/],
  ["a number of 9 digits", "every 999999999 days", null],
  ["a number of 10 digits", "every 1000000000 days", /a number of 10 digits/],
];

for (const [what, text, refusal] of LIMITS) {
  Deno.test(`parseNatural ${refusal === null ? "accepts" : "refuses"} the text when it has ${what}`, () => {
    if (refusal === null) parseNatural(text);
    else throws(() => parseNatural(text), refusal);
  });
}

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  7,
  {},
  [],
  Symbol("every day"),
  new String("every day"),
  "",
  " ",
  "\0",
  "\ud800",
  "every day\udfff",
  "every \u0000day",
  "every\u00a0day",
  "every d\u00e0y",
  "every wee\u212a", // the Kelvin sign, which is a k in lower case
  "every d\u0130y",
  "every \u0661 day",
  "constructor",
  "every __proto__",
  "at toString",
  "on hasOwnProperty tz __proto__",
  "tz constructor every day",
];

for (const [index, text] of HOSTILE.entries()) {
  Deno.test(`parseNatural throws nothing but a RecurrenceError when the input is hostile, number ${index}`, () => {
    errorOf(text as string);
  });
}

Deno.test("an expression is refused when it cannot be written out within the limit", () => {
  const position = "1st 1 1 1:1:1 "; // day, month, year and time: shorter than it could be written out
  const text = `on [${Array(66).fill(position.trim()).join(",")}]`;

  ok(text.length <= 1_000);
  throws(() => parseNatural(text), /an expression of \d+ characters when it is written out/);
});

function errorOf(text: string): RecurrenceError {
  try {
    parseNatural(text);
  } catch (error) {
    ok(error instanceof RecurrenceError, String(error));
    return error;
  }
  throw new Error(`No error for ${JSON.stringify(text)}`);
}

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { cron, RecurrenceError } from "../../recurrence/mod.ts";

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const START = at("2026-01-01T00:00:00Z");

const NEXT: readonly (readonly [string, readonly string[]])[] = [
  ["0 9 * * MON-FRI", ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-05T09:00:00Z"]],
  ["0 0 1 * 1", ["2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"]],
  ["30 0 9 * * *", ["2026-01-01T09:00:30Z", "2026-01-02T09:00:30Z"]],
  ["0 0 L * *", ["2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"]],
  ["0 0 LW * *", ["2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"]],
  ["0 0 15W * *", ["2026-01-15T00:00:00Z", "2026-02-16T00:00:00Z"]],
  ["0 0 * * 5L", ["2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"]],
  ["0 0 * * 1#2", ["2026-01-12T00:00:00Z", "2026-02-09T00:00:00Z"]],
  ["0 0 ? * ?", ["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]],
  ["0 0 * * 7", ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]],
  ["0 0 29 2 *", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]],
  ["@yearly", ["2027-01-01T00:00:00Z"]],
  ["@annually", ["2027-01-01T00:00:00Z"]],
  ["@monthly", ["2026-02-01T00:00:00Z"]],
  ["@weekly", ["2026-01-04T00:00:00Z"]],
  ["@daily", ["2026-01-02T00:00:00Z"]],
  ["@Midnight", ["2026-01-02T00:00:00Z"]],
  ["@hourly", ["2026-01-01T01:00:00Z"]],
];

for (const [pattern, expected] of NEXT) {
  Deno.test(`CronRecurrence.next answers the known runs when the pattern is ${pattern}`, () => {
    deepEqual(cron(pattern).nextMany(START, expected.length).map(String), expected);
  });
}

const REFUSED: readonly (readonly [string, number, RegExp])[] = [
  ["*/0 * * * *", 0, /minute cannot be "\*\/0"/],
  ["* 1--100000000 * * *", 2, /hour cannot be/],
  ["0 0 0 1 1 * 2030", 0, /5 or 6 fields, this one has 7 fields/],
  ["0 9 * *", 0, /this one has 4 fields/],
  ["", 0, /0 fields/],
  ["2026-01-01T00:00:00", 0, /1 field$/],
  ["0 24 * * *", 2, /hour cannot be "24"/],
  ["0 0 32 * *", 4, /day of the month cannot be "32"/],
  ["0 0 1 13 *", 6, /month cannot be "13"/],
  ["0 0 1 * FOO", 8, /day of the week cannot be "FOO"/],
  ["0 0 * * 1#6", 8, /day of the week cannot be/],
  ["0 22-2 * * *", 2, /hour cannot be "22-2"/],
  ["61 0 0 * * *", 0, /second cannot be "61"/],
  ["@reboot", 0, /an event, not a time/],
  ["  @often", 2, /@often is no macro/],
  ["0 0 1 * é", 8, /a character that no field has/],
  [`0 0 * * ${"1,".repeat(200)}1`, 0, /at most 256 characters/],
];

for (const [pattern, offset, message] of REFUSED) {
  Deno.test(`cron refuses ${JSON.stringify(pattern.slice(0, 40))} and says where when it is no pattern`, () => {
    throws(() => cron(pattern), (error: unknown) => {
      ok(error instanceof RecurrenceError);
      equal(error.code, "invalid_recurrence");
      equal(error.found[0]!.offset, offset);
      ok(error.found[0]!.expected.length > 0);
      return message.test(error.found[0]!.message);
    });
  });
}

Deno.test("cron names every wrong field when several are wrong", () => {
  throws(() => cron("99 99 * * *"), (error: RecurrenceError) => error.found.length === 2);
});

Deno.test("CronRecurrence.next answers none when the pattern never matches", () => {
  for (const pattern of ["0 0 30 2 *", "0 0 31 2,4 *"]) {
    equal(cron(pattern).next(START), undefined);
    equal(cron(pattern).previous(START), undefined);
  }
});

Deno.test("CronRecurrence.next ends with the year 9999 when it is asked there", () => {
  equal(String(cron("0 0 31 12 *").next(at("9999-01-01T00:00Z"))), "9999-12-31T00:00:00Z");
  equal(cron("0 0 31 12 *").next(at("9999-12-31T00:00Z")), undefined);
});

Deno.test("CronRecurrence.next ignores a fraction of a second when the start has one", () => {
  equal(String(cron("* * * * * *").next(at("2026-01-01T00:00:00.999Z"))), "2026-01-01T00:00:01Z");
});

Deno.test("CronRecurrence.previous includes its second when the end has a fraction", () => {
  const daily = cron("0 9 * * *");
  equal(String(daily.previous(at("2026-01-02T09:00:00.000000001Z"))), "2026-01-02T09:00:00Z");
  equal(String(daily.previous(at("2026-01-02T09:00:00Z"))), "2026-01-01T09:00:00Z");
});

const DESCRIBED: readonly (readonly [string, string])[] = [
  ["0 9 * * MON-FRI", "At 09:00 on Monday to Friday"],
  ["0 9,17 * * *", "At 09:00 and 17:00 every day"],
  ["30 18 1,15 * *", "At 18:30 on the 1st and the 15th"],
  ["0 9 13 * 5", "At 09:00 on the 13th or on Friday"],
  ["0 9 L * *", "At 09:00 on the last day of the month"],
  ["0 9 15W * *", "At 09:00 on the working day closest to the 15th"],
  ["0 9 * * 5L", "At 09:00 on the last Friday of the month"],
  ["0 9 * * 1#2", "At 09:00 on the 2nd Monday of the month"],
  ["0 12 29 2 *", "At 12:00 on the 29th in February"],
  ["* * * * *", "Every minute"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["*/15 8-12 * * *", "Every 15 minutes from 08:00 to 12:59"],
  ["0 * * * *", "Every hour"],
  ["30 */2 * 1 *", "Every 2 hours at minute 30 in January"],
  ["0 8-18 * * 1-5", "Every hour from 08:00 to 18:59 on Monday to Friday"],
  ["*/10 * * * * *", "Every 10 seconds"],
  ["@hourly", "Every hour"],
  ["@weekly", "At 00:00 on Sunday"],
];

for (const [pattern, words] of DESCRIBED) {
  Deno.test(`CronRecurrence.describe says "${words}" when the pattern is ${pattern}`, () => {
    equal(cron(pattern).describe(), words);
  });
}

Deno.test("CronRecurrence.toString answers the pattern with single spaces when it was written with more", () => {
  equal(cron("  0   9 * *  1 ").toString(), "0 9 * * 1");
  equal(cron("@Daily").toString(), "@daily");
});

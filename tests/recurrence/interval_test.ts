import { equal, ok, throws } from "node:assert/strict";
import { interval, RecurrenceError } from "../../recurrence/mod.ts";

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

const READ: readonly (readonly [string | number, number, string, string])[] = [
  ["90s", 90_000, "PT1M30S", "Every 1 minute 30 seconds"],
  ["5m", 300_000, "PT5M", "Every 5 minutes"],
  ["PT1H", 3_600_000, "PT1H", "Every hour"],
  ["1d", 86_400_000, "PT24H", "Every day"],
  ["1500ms", 1_500, "PT1.5S", "Every 1.5 seconds"],
  [1_000, 1_000, "PT1S", "Every second"],
  [36_500 * 86_400_000, 36_500 * 86_400_000, "PT876000H", "Every 36500 days"],
];

for (const [text, ms, shown, words] of READ) {
  Deno.test(`interval reads ${ms} milliseconds when it is told ${text}`, () => {
    const recurrence = interval(text);
    equal(recurrence.ms, ms);
    equal(recurrence.toString(), shown);
    equal(interval(recurrence.toString()).ms, ms);
    equal(recurrence.describe(), words);
  });
}

for (
  const text of [
    "",
    "0s",
    "999ms",
    "P1M",
    "every day",
    "-5m",
    "-PT5M",
    "36501d",
    "1".repeat(70) + "s",
    NaN,
    Infinity,
  ]
) {
  Deno.test(`interval refuses ${String(text).slice(0, 20)} when it is no interval from a second to 100 years`, () => {
    throws(() => interval(text), (error: unknown) => {
      ok(error instanceof RecurrenceError);
      return error.code === "invalid_recurrence";
    });
  });
}

Deno.test("IntervalRecurrence.next adds the length when it is asked, to the nanosecond", () => {
  const next = interval("90s").next(at("2027-01-01T00:00:00.123456789Z"));
  equal(String(next), "2027-01-01T00:01:30.123456789Z");
});

Deno.test("IntervalRecurrence.next ends when it passes until or the year 9999", () => {
  const until = at("2027-01-01T00:01:00Z");
  equal(String(interval("1m").next(at("2027-01-01T00:00:00Z"), { until })), "2027-01-01T00:01:00Z");
  equal(interval("1m").next(at("2027-01-01T00:00:00.000000001Z"), { until }), undefined);
  equal(interval("1d").next(at("9999-12-31T12:00:00Z")), undefined);
});

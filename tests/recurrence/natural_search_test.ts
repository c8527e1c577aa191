import { deepEqual, equal, throws } from "node:assert/strict";
import type { JobMasterError } from "../../core/errors.ts";
import { naturalCron } from "../../recurrence/mod.ts";
import { MatchSearch } from "../../recurrence/natural/match_search.ts";
import { modelOf } from "../../recurrence/natural/model.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const START = at("2020-01-01T00:00:00Z");

/** What the clean model answers where the original surprises. */
const NEXT: readonly (readonly [string, string, readonly string[]])[] = [
  ["every monday at 09:00", "2020-01-05T10:00Z", ["2020-01-06T09:00:00Z"]],
  ["every 2 months AnchoredOn Aug on 10th", "2020-08-15T00:00Z", ["2020-10-10T00:00:00Z"]],
  ["every 5 hours AnchoredAt 0", "2020-01-31T20:00Z", ["2020-02-01T00:00:00Z"]],
  ["every 15 minutes in january", "2022-12-31T23:59Z", ["2023-01-01T00:00:00Z"]],
  ["daily at 10:00", "2020-01-01T00:00:30Z", ["2020-01-01T10:00:00Z"]],
  ["every month on monday at 09:00", "2024-01-01T00:00Z", [
    "2024-01-01T09:00:00Z",
    "2024-02-05T09:00:00Z",
  ]],
  ["every month on week 2 at 09:00", "2024-01-02T00:00Z", ["2024-02-05T09:00:00Z"]],
  ["every month between 29th and 31st at 9:00", "2023-01-31T12:00Z", ["2023-03-29T09:00:00Z"]],
  ["every 4 years on 29th Feb", "2096-02-29T00:00Z", ["2104-02-29T00:00:00Z"]],
  ["every day between 09:00 and 17:00", "2024-01-01T10:30Z", ["2024-01-02T10:30:00Z"]],
  ["every day between 09:00 and 17:00", "2024-01-01T18:00Z", [
    "2024-01-02T09:00:00Z",
    "2024-01-03T09:00:00Z",
  ]],
  ["every 10 minutes between mon 10:00 and fri 12:00", "2024-01-05T11:50Z", [
    "2024-01-05T12:00:00Z",
    "2024-01-08T10:00:00Z",
  ]],
];

for (const [text, from, expected] of NEXT) {
  Deno.test(`NaturalCron.next answers ${expected} when asked "${text}" from ${from}`, () => {
    deepEqual(naturalCron(text).nextMany(at(from), expected.length).map(String), expected);
  });
}

const NEVER = [
  "every year on feb-30 at 09:00",
  "on 32nd",
  "at hour 25",
  "every minute at second 5 between sec 10 and 20",
  "every day at 09:00 between 10:00 and 11:00",
  "on 2019-12-31",
  "every 100000 years",
  "every month on 1stMonday at 10:00 on tuesday",
];

for (const text of NEVER) {
  Deno.test(`NaturalCron.next answers none when "${text}" never comes`, () => {
    equal(naturalCron(text).next(START), undefined);
    equal(naturalCron(text).next(START, { timeZone: "America/New_York" }), undefined);
    deepEqual(naturalCron(text).nextMany(START, 5), []);
  });
}

const PREVIOUS: readonly (readonly [string, string, readonly string[]])[] = [
  ["every 25 seconds between 1:20pm and 1:22pm", "2020-01-02T13:20:00Z", [
    "2020-01-01T13:22:55Z",
    "2020-01-01T13:22:30Z",
  ]],
  ["every 2 days at [10:10, 11:10, 12:10]", "2020-01-03T10:10Z", [
    "2020-01-01T12:10:00Z",
    "2020-01-01T11:10:00Z",
  ]],
  ["every 2 week on [sunday, saturday] at 10:30", "2025-07-13T10:30Z", ["2025-07-05T10:30:00Z"]],
  ["every month on 31st", "2024-03-31T00:00Z", ["2024-01-31T00:00:00Z", "2023-12-31T00:00:00Z"]],
  ["every month", "2024-03-31T00:00Z", ["2024-02-29T00:00:00Z"]],
  ["every 5 hours anchoredat 0", "2020-02-01T00:00Z", [
    "2020-01-31T20:00:00Z",
    "2020-01-31T15:00:00Z",
  ]],
  ["every 5 months anchoredon jan on 1st at 09:00", "2020-01-01T09:00Z", [
    "2019-11-01T09:00:00Z",
    "2019-06-01T09:00:00Z",
  ]],
  ["every 5 minutes between sec 10 and 20", "2020-01-01T00:05:10Z", ["2020-01-01T00:00:10Z"]],
  ["every 5 minutes between min 10 and 20", "2020-01-01T01:10:00Z", [
    "2020-01-01T00:20:00Z",
    "2020-01-01T00:15:00Z",
  ]],
  [
    "every 50 minutes between [09:00 and 09:30, 10:00 and 10:59, 11:10 and 11:20]",
    "2020-01-01T11:10Z",
    ["2020-01-01T10:00:00Z"],
  ],
  ["every 12 hours anchoredat 0 between 00:01 and 16:14", "2020-01-02T00:01Z", [
    "2020-01-01T12:00:00Z",
  ]],
  ["on 15th", "2020-01-15T13:00Z", ["2020-01-15T00:00:00Z", "2019-12-15T00:00:00Z"]],
  ["every day at 10:00", "2020-01-01T10:05Z", ["2020-01-01T10:00:00Z", "2019-12-31T10:00:00Z"]],
  ["every day between 09:00 and 17:00", "2020-01-03T18:00Z", [
    "2020-01-03T09:00:00Z",
    "2020-01-02T09:00:00Z",
  ]],
  ["every year on feb-29 at 12:00", "2024-02-29T12:00Z", ["2020-02-29T12:00:00Z"]],
  ["every 7 seconds from year 2020", "2020-01-01T00:00:14Z", [
    "2020-01-01T00:00:07Z",
    "2020-01-01T00:00:00Z",
  ]],
];

for (const [text, from, expected] of PREVIOUS) {
  Deno.test(`NaturalCron.previous answers ${expected} when asked "${text}" from ${from}`, () => {
    const recurrence = naturalCron(text);
    let before = at(from);
    const found = expected.map(() => String(before = recurrence.previous(before)!));

    deepEqual(found, expected);
  });
}

Deno.test("MatchSearch.first skips its own time of day when that is before the bound", () => {
  const search = new MatchSearch(modelOf(parseNatural("every day between 09:00 and 17:00")));
  const [nine, ten, eleven] = [9, 10, 11].map((hour) => hour * 3_600) as [number, number, number];

  equal(search.first(eleven, ten), eleven);
  equal(search.first(nine, ten), ten);
  equal(search.first(18 * 3_600, ten), 86_400 + ten);
});

Deno.test("NaturalCron.previous answers none when nothing came before", () => {
  equal(naturalCron("on 2021-01-01").previous(START), undefined);
  equal(naturalCron("every year on feb-30 at 09:00").previous(START), undefined);
});

Deno.test("NaturalCron.nextMany lists up to 100,000 when it is asked, and refuses more", () => {
  const recurrence = naturalCron("every 1 second");
  equal(recurrence.nextMany(START, 100_000).length, 100_000);
  for (const count of [100_001, -1, 1.5, NaN]) {
    throws(
      () => recurrence.nextMany(START, count),
      (error: JobMasterError) => error.code === "invalid_request",
    );
  }
});

Deno.test("NaturalCron.next refuses a zone when there is none of that name", () => {
  for (const timeZone of ["Mars/Olympus", "", "x".repeat(200)]) {
    throws(
      () => naturalCron("every day").next(START, { timeZone }),
      (error: JobMasterError) => error.code === "invalid_request",
    );
  }
});

Deno.test("NaturalCron.next cuts off a fraction of a second when the start has one", () => {
  const next = naturalCron("every 1 second").next(at("2020-01-01T00:00:00.900Z"));
  equal(String(next), "2020-01-01T00:00:01Z");
  const before = naturalCron("every 1 second").next(at("1969-12-31T23:59:58.900Z"));
  equal(String(before), "1969-12-31T23:59:59Z");
});

Deno.test("NaturalCron answers at the ends of the calendar when it is asked there", () => {
  const daily = naturalCron("every day at 09:00");
  equal(daily.next(at("9999-12-31T09:00Z")), undefined);
  equal(String(daily.next(at("9999-12-31T08:00Z"))), "9999-12-31T09:00:00Z");
  equal(String(daily.next(at("-001000-01-01T00:00Z"))), "0001-01-01T09:00:00Z");
  equal(daily.previous(at("0001-01-01T09:00Z")), undefined);
  equal(String(daily.previous(at("+020000-01-01T00:00Z"))), "9999-12-31T09:00:00Z");
});

Deno.test("NaturalCron.previous answers the first pass when it is asked in the second", () => {
  const recurrence = naturalCron("every day at 01:30 tz America/New_York");
  const previous = recurrence.previous(at("2024-11-03T01:30:00-05:00"));

  equal(String(previous), "2024-11-03T05:30:00Z");
});

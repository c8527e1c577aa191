/**
 * Durations and instants: what is read, and what is refused with which words.
 */

import { strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  formatDuration,
  formatInstant,
  MAX_DURATION_MS,
  parseDuration,
  parseInstant,
} from "../../core/time.ts";

const DAY_MS = 86_400_000;
const FORMS =
  'it must be like "250ms", "30s", "5m", "2h", "1d", "PT5M", or a number of milliseconds';
const INSTANTS =
  'it must be an instant with an offset such as "2027-01-31T09:00:00Z" or "2027-01-31T09:00:00+01:00"';

const DURATIONS: readonly [unknown, number][] = [
  ["250ms", 250],
  ["30s", 30_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["1d", DAY_MS],
  ["0s", 0],
  ["1.5h", 5_400_000],
  ["0.0015s", 2],
  [" 5m ", 300_000],
  ["PT5M", 300_000],
  [" PT5M\n", 300_000],
  ["pt5m", 300_000],
  ["+PT5M", 300_000],
  ["P1D", DAY_MS],
  ["P1DT12H", 1.5 * DAY_MS],
  ["P2W", 14 * DAY_MS],
  ["PT0.25S", 250],
  ["PT36H", 1.5 * DAY_MS],
  ["P36500D", MAX_DURATION_MS],
  [0, 0],
  [1_500, 1_500],
  [0.4, 0],
  [1_499.5, 1_500],
  [MAX_DURATION_MS, MAX_DURATION_MS],
  [Temporal.Duration.from({ minutes: 5 }), 300_000],
  [Temporal.Duration.from({ weeks: 1, days: 1, hours: 1 }), 8 * DAY_MS + 3_600_000],
  [Temporal.Duration.from({ microseconds: 1_500 }), 2],
];

const NO_DURATIONS: readonly [unknown, string][] = [
  ["", '""'],
  ["5", '"5"'],
  ["5 minutes", '"5 minutes"'],
  ["5 m", '"5 m"'],
  ["5M", '"5M"'],
  ["-5m", '"-5m"'],
  [".5h", '".5h"'],
  ["1e3ms", '"1e3ms"'],
  ["5m30s", '"5m30s"'],
  ["1w", '"1w"'],
  ["P", '"P"'],
  ["PT", '"PT"'],
  ["P1Y", '"P1Y"'],
  ["P1M", '"P1M"'],
  ["P1M1D", '"P1M1D"'],
  ["PT5M junk", '"PT5M junk"'],
  ["1".repeat(65), `"${"1".repeat(65)}"`],
  [Number.NaN, "NaN"],
  [Infinity, "Infinity"],
  [5n, "5n"],
  [null, "null"],
  [undefined, "undefined"],
  [true, "true"],
  [["5m"], '["5m"]'],
  [{ minutes: 5 }, '{"minutes":5}'],
  [Temporal.Duration.from({ months: 1 }), '"P1M"'],
  [Temporal.Duration.from({ years: 1 }), '"P1Y"'],
];

Deno.test("parseDuration reads units, ISO-8601, Temporal durations and milliseconds", () => {
  for (const [value, ms] of DURATIONS) {
    strictEqual(parseDuration(value, { what: "timeout" }), ms, String(value));
  }
});

Deno.test("parseDuration names the field, the value and the rule when it is no duration", () => {
  for (const [value, text] of NO_DURATIONS) {
    throws(() => parseDuration(value, { what: "timeout" }), {
      name: "JobMasterError",
      code: "invalid_request",
      message: `Cannot use timeout ${text}: ${FORMS}`,
    });
  }
});

Deno.test("parseDuration names the bounds when a duration lies outside them", () => {
  const bounds = { what: "transientThreshold", minMs: 10_000, maxMs: DAY_MS };
  strictEqual(parseDuration("10s", bounds), 10_000);
  strictEqual(parseDuration("24h", bounds), DAY_MS);
  for (
    const [value, text] of [["9999ms", '"9999ms"'], [86_400_001, "86400001"], ["P2D", '"P2D"']]
  ) {
    throws(() => parseDuration(value, bounds), {
      code: "invalid_request",
      message: `Cannot use transientThreshold ${text}: it must be between PT10S and PT24H`,
    });
  }
});

Deno.test("parseDuration takes nothing below zero and nothing above a hundred years", () => {
  const rule = "it must be between PT0S and PT876000H";
  const cases: readonly [unknown, string][] = [
    [-1, "-1"],
    ["-PT5M", '"-PT5M"'],
    [Temporal.Duration.from({ minutes: -5 }), '"-PT5M"'],
    [MAX_DURATION_MS + 1, "3153600000001"],
    ["36501d", '"36501d"'],
    ["99999999999999999999d", '"99999999999999999999d"'],
    [1e300, "1e+300"],
  ];
  for (const [value, text] of cases) {
    throws(() => parseDuration(value, { what: "after" }), {
      code: "invalid_request",
      message: `Cannot use after ${text}: ${rule}`,
    });
  }
});

Deno.test("formatDuration writes hours, minutes and seconds, and never days", () => {
  const cases: readonly [number, string][] = [
    [0, "PT0S"],
    [1, "PT0.001S"],
    [999, "PT0.999S"],
    [1_000, "PT1S"],
    [1_001, "PT1.001S"],
    [59_999, "PT59.999S"],
    [60_000, "PT1M"],
    [300_000, "PT5M"],
    [3_600_000, "PT1H"],
    [3_661_001, "PT1H1M1.001S"],
    [DAY_MS, "PT24H"],
    [30 * DAY_MS, "PT720H"],
    [-90_000, "-PT1M30S"],
    [0.4, "PT0S"],
  ];
  for (const [ms, text] of cases) strictEqual(formatDuration(ms), text);
});

Deno.test("parseDuration reads what formatDuration writes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => {
    strictEqual(parseDuration(formatDuration(ms), { what: "after" }), ms);
    strictEqual(parseDuration(`${ms}ms`, { what: "after" }), ms);
  }));
});

const INSTANT_FORMS: readonly [unknown, string][] = [
  ["2027-01-31T09:00:00Z", "2027-01-31T09:00:00.000Z"],
  ["2027-01-31T09:00:00+01:00", "2027-01-31T08:00:00.000Z"],
  ["2027-01-31T09:00-03:30", "2027-01-31T12:30:00.000Z"],
  ["2027-01-31T09:00:00.1234567Z", "2027-01-31T09:00:00.123Z"],
  ["2027-01-31T09:00:00+01:00[Europe/Lisbon]", "2027-01-31T08:00:00.000Z"],
  [" 2027-01-31T09:00:00z ", "2027-01-31T09:00:00.000Z"],
  ["1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"],
  [new Date("2027-01-31T09:00:00Z"), "2027-01-31T09:00:00.000Z"],
  [Temporal.Instant.from("2027-01-31T09:00:00.5Z"), "2027-01-31T09:00:00.500Z"],
];

const NO_INSTANTS: readonly [unknown, string][] = [
  ["2027-01-31T09:00:00", '"2027-01-31T09:00:00"'],
  ["2027-01-31", '"2027-01-31"'],
  ["2027-01-31T09:00:00 Europe/Lisbon", '"2027-01-31T09:00:00 Europe/Lisbon"'],
  ["2027-01-31T09:00:00[Europe/Lisbon]", '"2027-01-31T09:00:00[Europe/Lisbon]"'],
  ["2027-02-30T09:00:00Z", '"2027-02-30T09:00:00Z"'],
  ["2027-01-31T25:00:00Z", '"2027-01-31T25:00:00Z"'],
  ["tomorrow", '"tomorrow"'],
  ["1800000000000", '"1800000000000"'],
  ["", '""'],
  [`2027-01-31T09:00:00Z${" ".repeat(64)}`, `"2027-01-31T09:00:00Z${" ".repeat(58)}…`],
  [1_800_000_000_000, "1800000000000"],
  [5n, "5n"],
  [null, "null"],
  [undefined, "undefined"],
  [new Date(Number.NaN), "Invalid Date"],
  [{}, "{}"],
];

Deno.test("parseInstant reads ISO-8601 with an offset, dates and Temporal instants", () => {
  for (const [value, text] of INSTANT_FORMS) {
    strictEqual(formatInstant(parseInstant(value, "at")), text);
  }
});

Deno.test("parseInstant names the field, the value and the rule when it is no instant", () => {
  for (const [value, text] of NO_INSTANTS) {
    throws(() => parseInstant(value, "at"), {
      name: "JobMasterError",
      code: "invalid_request",
      message: `Cannot use at ${text}: ${INSTANTS}`,
    });
  }
});

Deno.test("parseInstant reads what formatInstant writes", () => {
  fc.assert(fc.property(fc.date({ noInvalidDate: true }), (date) => {
    strictEqual(parseInstant(formatInstant(date.getTime()), "at"), date.getTime());
  }));
});

/**
 * Rules about an expression as a whole: which clauses go together, and which ranges run forward.
 *
 * @module
 */

import { type Unit, type UnitRange, UNITS } from "./ast.ts";
import type { PlacedCadence } from "./cadence.ts";
import type { PlacedFilter } from "./filters.ts";
import { resolveValue, UNIT_SPAN } from "./resolve.ts";
import type { Place, Report } from "./token.ts";

/** What the clauses of a text have in them. */
export interface Draft {
  /** Every cadence; more than one is a problem. */
  readonly cadences: readonly PlacedCadence[];
  /** The filters in written order. */
  readonly filters: readonly PlacedFilter[];
  /** The whole text. */
  readonly whole: Place;
}

/** Reports everything that is wrong with the expression as a whole. */
export function checkExpression({ cadences, filters, whole }: Draft, report: Report): void {
  const points = filters.filter(({ filter }) => filter.kind !== "range");
  const isEmpty = cadences.length === 0 && points.length === 0;
  if (isEmpty) {
    const message = `the expression says neither "every" nor "at", "on" or "in"`;
    report(whole, message, ["every day", "at 09:00", "on monday"]);
  }
  for (const { place } of cadences.slice(1)) {
    report(place, `there is more than one cadence`, [`one "every" in an expression`]);
  }
  for (const { cadence, place } of cadences) {
    if (cadence.interval === 0) report(place, "an interval of 0 never ends", ["1 or more"]);
  }
  if (cadences.length > 0) checkCadence(cadences[0]!, points, report);
  checkTwice(points, report);
  for (const { filter, place, ranges } of filters) {
    if (filter.kind !== "range") continue;
    if (cadences.length === 0 && !isEmpty) {
      report(place, `a range needs a cadence to narrow down`, [`"every …" before it`]);
    }
    filter.ranges.forEach((range, index) => checkForward(range, ranges![index]!, report));
  }
}

/** A unit that a cadence may have when a rule chooses this one. */
const COARSER: Readonly<Record<Unit, Unit>> = {
  second: "minute",
  minute: "hour",
  hour: "day",
  day: "month",
  week: "week",
  month: "year",
  year: "month",
};

const LISTS: Readonly<Record<Unit, string>> = {
  second: "second [0, 30]",
  minute: "[09:00, 17:30]",
  hour: "[09:00, 17:30]",
  day: "[1st, 15th]",
  week: "[monday, tuesday]",
  month: "[january, july]",
  year: "year [2027, 2028]",
};

function checkCadence(
  { cadence }: PlacedCadence,
  points: readonly PlacedFilter[],
  report: Report,
): void {
  const { unit, anchor } = cadence;
  const same = points.filter((point) => point.unit === unit);
  if (unit === "week" && anchor === null) return;
  for (const { place } of same) {
    if (unit === "week") {
      const message = `the anchor "${anchor!.text}" and this rule both choose the weekday`;
      report(place, message, ["every week on …, without an anchor"]);
    } else {
      const message = `the cadence counts ${unit}s, so this rule cannot choose the ${unit}`;
      report(place, message, [`every ${COARSER[unit]}`]);
    }
  }
}

function checkTwice(points: readonly PlacedFilter[], report: Report): void {
  for (const [index, { unit, place, filter }] of points.entries()) {
    if (points.findIndex((point) => point.unit === unit) === index) continue;
    const value = filter.kind === "point" ? filter.value : undefined;
    const isYear = unit === "month" && value?.kind === "number" && value.number > 12;
    const expected = isYear ? [`year ${value.number}`] : [`one list: ${LISTS[unit]}`];
    report(place, `the ${unit === "week" ? "weekday" : unit} is chosen twice`, expected);
  }
}

/** The units whose order makes a moment, coarsest first; the weekday is compared alone. */
const MOMENT = UNITS.toReversed().filter((unit) => unit !== "week");
const JANUARY = { year: 1, month: 1 };

/** Reports a range that ends before it starts; judged in January of the year 1. */
function checkForward(range: readonly UnitRange[], place: Place, report: Report): void {
  if (!runsBackward(range)) return;
  report(place, "the range ends before it starts", ["a range for each side of the turn"]);
}

function runsBackward(range: readonly UnitRange[]): boolean {
  const week = range.find(({ unit }) => unit === "week");
  if (week !== undefined && worth(week, "start")! > worth(week, "end")!) return true;
  for (const unit of MOMENT) {
    const part = range.find((candidate) => candidate.unit === unit);
    if (part === undefined) continue;
    const { min, max } = UNIT_SPAN[unit];
    const [start, end] = [worth(part, "start"), worth(part, "end")];
    if (start === null || end === null) return false; // it and finer units count for nothing then
    const difference = Math.max(min, Math.min(max, start)) - Math.max(min, Math.min(max, end));
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function worth(range: UnitRange, side: "start" | "end"): number | null {
  return resolveValue(range.unit, range[side], JANUARY);
}

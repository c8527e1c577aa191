/**
 * Writes natural expressions in one fixed spelling.
 *
 * @module
 */

import type {
  Cadence,
  Filter,
  ListRule,
  NaturalExpression,
  PointRule,
  RangeRule,
  UnitRange,
} from "./ast.ts";
import { MAX_TEXT_LENGTH } from "./lexer.ts";
import { type PointGroup, pointGroups } from "./point_groups.ts";
import { printBare, printValues } from "./print_values.ts";
import { MONTH_NAMES, WEEKDAY_NAMES } from "./words.ts";

/**
 * The text of an expression, which reads back to the same expression: lower case, full names, the zone last.
 *
 * A text that would be too long to be read has short names instead.
 */
export function printNatural({ cadence, filters, timeZone }: NaturalExpression): string {
  const rules = pointGroups(filters)
    .map((part) => "points" in part ? printPoints(part) : printFilter(part)).join(" ");
  const around = (rules: string): string =>
    [
      ...(cadence === null ? [] : [printCadence(cadence)]),
      ...(rules === "" ? [] : [rules]),
      ...(timeZone === null ? [] : [`tz ${timeZone}`]),
    ].join(" ");
  const text = around(rules);
  return text.length <= MAX_TEXT_LENGTH ? text : around(shortened(rules));
}

const LONG_NAMES = new RegExp([...WEEKDAY_NAMES, ...MONTH_NAMES].join("|"), "g");
const SHORT_UNITS: Readonly<Record<string, string>> = {
  second: "sec",
  minute: "min",
  hour: "hr",
  month: "mth",
  year: "yr",
};

/** The same rules in fewer letters. */
function shortened(rules: string): string {
  return rules.replace(LONG_NAMES, (name) => name.slice(0, 3))
    .replace(/second|minute|hour|month|year/g, (unit) => SHORT_UNITS[unit]!)
    .replaceAll(", ", ",").replaceAll(" [", "[");
}

function printCadence({ interval, unit, anchor }: Cadence): string {
  const count = interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`;
  if (anchor === null) return count;
  const isWeekday = interval === 1 && unit === "week" && !/^\d/.test(anchor.text) &&
    anchor.value !== null;
  return isWeekday ? `every ${anchor.text}` : `${count} anchoredon ${anchor.text}`;
}

function printPoints({ points }: PointGroup): string {
  return `${linkOf(points.some(isDay) ? "day" : points[0]!.unit)} ${printValues(points)}`;
}

function printFilter(filter: Exclude<Filter, { readonly kind: "point" }>): string {
  return filter.kind === "list" ? printList(filter) : printRange(filter);
}

function printList({ positions }: ListRule): string {
  const first = positions[0]!;
  const bare = first.length > 1 ? [undefined] : positions.map(([value]) => printBare(value!));
  const unit = first[0]!.unit;
  if (bare.every((text) => text !== undefined)) return `at ${unit} [${bare.join(", ")}]`;
  return `${linkOf(unit)} [${positions.map(printValues).join(", ")}]`;
}

function printRange({ ranges }: RangeRule): string {
  const [only, ...more] = ranges;
  if (more.length > 0) return `between [${ranges.map(printEnds).join(", ")}]`;
  const { start, end } = endsOf(only!);
  if (only!.every((range) => isExactly(range.end, "last"))) return `from ${printValues(start)}`;
  if (only!.every((range) => isExactly(range.start, "first"))) return `upto ${printValues(end)}`;
  return `between ${printEnds(only!)}`;
}

function printEnds(range: readonly UnitRange[]): string {
  const { start, end } = endsOf(range);
  return `${printValues(start)} and ${printValues(end)}`;
}

function endsOf(range: readonly UnitRange[]) {
  return {
    start: range.map(({ unit, start }) => ({ unit, value: start })),
    end: range.map(({ unit, end }) => ({ unit, value: end })),
  };
}

function isExactly(value: UnitRange["start"], kind: "first" | "last"): boolean {
  return value.kind === kind && value.offset === 0;
}

function isDay({ unit }: PointRule): boolean {
  return unit === "day";
}

/** The word that reads best before a unit; all three mean the same. */
function linkOf(unit: string): "at" | "on" | "in" {
  if (unit === "day" || unit === "week") return "on";
  return unit === "month" || unit === "year" ? "in" : "at";
}

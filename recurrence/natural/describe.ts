/**
 * Says in plain English what a natural expression means.
 *
 * @module
 */

import type {
  Cadence,
  Filter,
  ListRule,
  NaturalExpression,
  RangeRule,
  Unit,
  UnitRange,
  UnitValue,
  Value,
} from "./ast.ts";
import {
  bareMoment,
  constantOf,
  type HourStyle,
  joined,
  momentOf,
  monthName,
  placedMoment,
  weekdayName,
} from "./moment_words.ts";
import { pointGroups } from "./point_groups.ts";
import { capitalized, ordinal } from "./words.ts";

/** What an expression means, e.g. `Every 2 weeks, on Monday and Friday, at 09:30, in Europe/Berlin time`. */
export function describeNatural(expression: NaturalExpression): string {
  const filters = withFirstWeekdays(expression);
  const style = hourStyleOf(expression);
  const hasDay = filters.some((filter) => valuesOf(filter).some(({ unit }) => unit === "day"));
  const conditions = hasDay ? filters.filter(isWeekdayRule) : [];
  const others = filters.filter((filter) => !conditions.includes(filter));
  const phrases = [
    ...(expression.cadence === null ? [] : [cadencePhrase(expression.cadence)]),
    ...pointGroups(others).map((part) => {
      if ("points" in part) return placedMoment(momentOf(part.points), style);
      return part.kind === "list" ? listPhrase(part, style) : rangePhrase(part);
    }),
    ...conditions.map(weekdayCondition),
    ...(expression.timeZone === null ? [] : [`in ${expression.timeZone} time`]),
  ];
  return capitalized(phrases.join(", "));
}

/** Whether a rule is about the weekday alone; beside a day of the month it is a condition of that day. */
function isWeekdayRule(filter: Filter): boolean {
  return filter.kind !== "range" && valuesOf(filter).every(({ unit }) => unit === "week");
}

function weekdayCondition(filter: Filter): string {
  return `if it is ${joined(valuesOf(filter).map(({ value }) => `a ${weekdayOf(value)}`), "or")}`;
}

/** Every value of a point or list; none of a range. */
function valuesOf(filter: Filter): readonly UnitValue[] {
  if (filter.kind === "range") return [];
  return filter.kind === "list" ? filter.positions.flat() : [filter];
}

/** An hour is a moment, unless something finer happens within it. */
function hourStyleOf({ cadence, filters }: NaturalExpression): HourStyle {
  const units = [
    ...(cadence === null ? [] : [cadence.unit]),
    ...filters.flatMap((filter) => unitsOf(filter)),
  ];
  return units.includes("minute") || units.includes("second") ? "whole" : "start";
}

function unitsOf(filter: Filter): readonly Unit[] {
  if (filter.kind === "point") return [filter.unit];
  const first: readonly { readonly unit: Unit }[] = filter.kind === "list"
    ? filter.positions[0]!
    : filter.ranges[0]!;
  return first.map(({ unit }) => unit);
}

/** The weekday under a cadence of months or years is the first of the month, unless a rule chooses the day. */
function withFirstWeekdays({ cadence, filters }: NaturalExpression): readonly Filter[] {
  if (cadence?.unit !== "month" && cadence?.unit !== "year") return filters;
  const rules = filters.filter(({ kind }) => kind !== "range");
  if (rules.some((rule) => unitsOf(rule).includes("day"))) return filters;
  return filters.map((filter): Filter => {
    if (filter.kind === "range") return filter;
    if (filter.kind === "point") return { kind: "point", ...firstWeekday(filter) };
    return { kind: "list", positions: filter.positions.map((values) => values.map(firstWeekday)) };
  });
}

function firstWeekday({ unit, value }: UnitValue): UnitValue {
  const weekday = unit === "week" ? constantOf(unit, value)! : 0;
  if (weekday < 1 || weekday > 7) return { unit, value };
  const first = { kind: "nth_weekday", nth: 1, weekday: weekday as 1, offset: 0 } as const;
  return { unit: "day", value: first };
}

function cadencePhrase({ interval, unit, anchor }: Cadence): string {
  const value = anchor?.value ?? null;
  if (unit === "week" && value !== null) {
    const day = weekdayName(value);
    return interval === 1 ? `every ${day}` : `every ${interval} weeks on ${day}`;
  }
  if (interval === 1) return `every ${unit}`;
  const count = `every ${interval} ${unit}s`;
  return value === null ? count : `${count} counted from ${anchorWords(unit, value)}`;
}

function anchorWords(unit: Unit, value: number): string {
  if (unit === "month" && value >= 1 && value <= 12) return monthName(value);
  if (unit === "day" && value >= 1) return `the ${ordinal(value)}`;
  return unit === "year" ? `${value}` : `${unit} ${value}`;
}

function listPhrase({ positions }: ListRule, style: HourStyle): string {
  const texts = positions.map((values) => placedMoment(momentOf(values), style));
  if (positions[0]!.length > 1) return joined(texts, "and");
  return sharingLink(texts) ?? joined(texts, "and");
}

/** `on Monday and Friday` rather than `on Monday and on Friday`; times keep theirs. */
function sharingLink(texts: readonly string[]): string | undefined {
  const links = [/^on (?=\S)/, /^in (?=[A-Z\d])/, /^at (?=minute )/, /^at (?=second )/];
  const link = links.find((pattern) => texts.every((text) => pattern.test(text)));
  if (link === undefined) return undefined;
  const bare = texts.map((text) => text.replace(link, ""));
  const unit = /^(minute|second) /.exec(bare[0]!)?.[0];
  if (unit === undefined) return link.exec(texts[0]!)![0] + joined(bare, "and");
  const numbers = bare.map((text) => text.slice(unit.length));
  return `at ${unit.trim()}${numbers.length > 1 ? "s" : ""} ${joined(numbers, "and")}`;
}

function rangePhrase({ ranges }: RangeRule): string {
  return joined(ranges.map(oneRange), "or");
}

/** The weekday is a condition of its own; all other units together are one stretch of time. */
function oneRange(range: readonly UnitRange[]): string {
  const week = range.filter(({ unit }) => unit === "week");
  const rest = range.filter(({ unit }) => unit !== "week");
  return [
    ...week.map(({ start, end }) => weekdayRange(weekdayOf(start), weekdayOf(end))),
    ...(rest.length === 0 ? [] : [stretch(rest)]),
  ].join(", ");
}

function weekdayRange(start: string, end: string): string {
  return start === end ? `on ${start}` : `from ${start} to ${end}`;
}

function weekdayOf(value: Value): string {
  return weekdayName(constantOf("week", value)!);
}

function stretch(range: readonly UnitRange[]): string {
  const [only, ...more] = range;
  if (more.length === 0) {
    const { unit, start, end } = only!;
    if (unit === "minute" || unit === "second") {
      return `between ${unit}s ${constantOf(unit, start)} and ${constantOf(unit, end)}`;
    }
    if (unit === "year" && constantOf(unit, end) === 9999) {
      return `from ${constantOf(unit, start)} on`;
    }
    if (unit === "year" && constantOf(unit, start) === 1) return `up to ${constantOf(unit, end)}`;
  }
  const starts = bareMoment(
    momentOf(range.map(({ unit, start }) => ({ unit, value: start }))),
    "start",
  );
  const ends = bareMoment(momentOf(range.map(({ unit, end }) => ({ unit, value: end }))), "end");
  const isTime = range.some(({ unit }) =>
    unit === "hour" || unit === "minute" || unit === "second"
  );
  return isTime ? `between ${starts} and ${ends}` : `from ${starts} to ${ends}`;
}

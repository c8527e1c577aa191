/**
 * Reads the clauses that narrow down: `at`, `on`, `in`, `between`, `upto`, `from`.
 *
 * @module
 */

import {
  type Filter,
  type Unit,
  type UnitRange,
  UNITS,
  type UnitValue,
  type Value,
} from "./ast.ts";
import { readBrackets } from "./brackets.ts";
import type { Clause } from "./clauses.ts";
import type { PlacedValue } from "./times.ts";
import { type Place, placeOf, type Report, type Token, trimmed } from "./token.ts";
import { readValues } from "./values.ts";

/** Most positions of a list. */
export const MAX_POSITIONS = 100;
/** Most ranges of a list. */
export const MAX_RANGES = 50;

/** A filter, and where it is written. */
export interface PlacedFilter {
  /** The filter. */
  readonly filter: Filter;
  /** Its finest unit: the one it is known by. */
  readonly unit: Unit;
  /** Where it stands; that of a range list has those of its ranges too. */
  readonly place: Place;
  /** Where each range stands, in a range rule. */
  readonly ranges?: readonly Place[];
}

/** Reads a clause other than `every` and `tz`; `null` when there is a problem, which is reported. */
export function readFilters(clause: Clause, report: Report): readonly PlacedFilter[] | null {
  const body = trimmed(clause.body);
  if (!body.some(({ kind }) => kind !== "comma" && kind !== "space")) {
    report(clause.word, `"${clause.word.text}" has no value`, SAMPLES[clause.rule]);
    return null;
  }
  const hasList = body.some(({ kind }) => kind === "open");
  switch (clause.rule) {
    case "point":
      return hasList ? readList(clause, body, report) : readPoints(body, report);
    case "between":
      return hasList ? readRanges(clause, body, report) : readRange(clause, body, report);
    default:
      if (!hasList) return readHalfRange(clause, body, report);
      report(clause.word, `"${clause.word.text}" takes no list`, ["between [… and …, … and …]"]);
      return null;
  }
}

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  point: ["monday", "15th", "09:00"],
  between: ["09:00 and 17:00"],
  upto: ["17:00", "31st"],
  from: ["09:00", "15th"],
};

function readPoints(body: readonly Token[], report: Report): readonly PlacedFilter[] | null {
  const values = readValues(body, null, report);
  return values?.map(({ unit, value, place }) => ({
    filter: { kind: "point", unit, value },
    unit,
    place,
  })) ?? null;
}

function readList(
  clause: Clause,
  body: readonly Token[],
  report: Report,
): readonly PlacedFilter[] | null {
  const brackets = readBrackets(body, { count: MAX_POSITIONS, what: "positions" }, report);
  if (brackets === null) return null;
  const read = brackets.parts.map((part) => readValues(part, brackets.unit, report));
  if (read.some((values) => values === null)) return null;
  const byUnit = Map.groupBy(read.flatMap((values) => values!), ({ unit }) => unit);
  const columns = [...byUnit.values()];
  const counts = columns.map(({ length }) => length);
  const count = counts[0]!;
  if (counts.some((other) => other !== count)) {
    const found = [...byUnit].map(([unit, { length }]) => `${unit} ${times(length)}`).join(", ");
    const message = `the positions of the list have different units: ${found}`;
    report(clause, message, ["each unit once in every position"]);
    return null;
  }
  if (count > MAX_POSITIONS) {
    report(clause, `more than ${MAX_POSITIONS} positions`);
    return null;
  }
  const positions = Array.from(
    { length: count },
    (_, index) => columns.map((column) => withoutPlace(column[index]!)),
  );
  const filter: Filter = { kind: "list", positions };
  return [{ filter, unit: finest(columns.map((column) => column[0]!)), place: clause }];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function withoutPlace({ unit, value }: PlacedValue): UnitValue {
  return { unit, value };
}

function readRanges(
  clause: Clause,
  body: readonly Token[],
  report: Report,
): readonly PlacedFilter[] | null {
  const brackets = readBrackets(body, { count: MAX_RANGES, what: "ranges" }, report);
  if (brackets === null) return null;
  const ranges = brackets.parts.map((part) => readEnds(part, brackets.unit, report));
  if (ranges.some((range) => range === null)) return null;
  const known = ranges.map((range) => range!);
  const units = unitsOf(known[0]!);
  const other = known.findIndex((range) => unitsOf(range) !== units);
  if (other >= 0) {
    const message = `a list of ranges needs the same units in each, and the first has ${units}`;
    report(placeOf(brackets.parts[other]!), message);
    return null;
  }
  return [rangeFilter(clause, known, brackets.parts.map(placeOf))];
}

function readRange(
  clause: Clause,
  body: readonly Token[],
  report: Report,
): readonly PlacedFilter[] | null {
  const range = readEnds(body, null, report);
  return range === null ? null : [rangeFilter(clause, [range], [clause])];
}

/** Reads `start and end`. */
function readEnds(
  tokens: readonly Token[],
  unit: Unit | null,
  report: Report,
): readonly UnitRange[] | null {
  const at = tokens.findIndex(({ kind }) => kind === "and");
  const place = placeOf(tokens);
  if (at < 0) {
    report(place, `the range has no "and"`, ["09:00 and 17:00", "monday and friday"]);
    return null;
  }
  const [before, after] = [tokens.slice(0, at), tokens.slice(at + 1)];
  const missing = [before, after].findIndex((side) =>
    side.every(({ kind }) => kind === "space" || kind === "comma")
  );
  if (missing >= 0) {
    const [side, sample] = missing === 0 ? ["before", "09:00 and"] : ["after", "and 17:00"];
    report(tokens[at]!, `a value is missing ${side} "and"`, [sample!]);
    return null;
  }
  const start = readValues(trimmed(before), unit, report);
  const end = readValues(trimmed(after), unit ?? start?.[0]?.unit ?? null, report);
  return start === null || end === null ? null : pairEnds(start, end, { place, report });
}

function pairEnds(
  start: readonly PlacedValue[],
  end: readonly PlacedValue[],
  { place, report }: { readonly place: Place; readonly report: Report },
): readonly UnitRange[] | null {
  if (unitsOf(start) !== unitsOf(end)) {
    const message = `the range starts with ${unitsOf(start)} and ends with ${unitsOf(end)}`;
    report(place, message, ["the same units in the same order at both ends"]);
    return null;
  }
  if (hasTwice(start, place, report)) return null;
  return start.map(({ unit, value }, index) => ({ unit, start: value, end: end[index]!.value }));
}

function readHalfRange(
  clause: Clause,
  body: readonly Token[],
  report: Report,
): readonly PlacedFilter[] | null {
  const values = readValues(body, null, report);
  if (values === null || hasTwice(values, clause, report)) return null;
  const first: Value = { kind: "first", offset: 0 };
  const last: Value = { kind: "last", offset: 0 };
  const range = values.map(({ unit, value }): UnitRange =>
    clause.rule === "upto" ? { unit, start: first, end: value } : { unit, start: value, end: last }
  );
  return [rangeFilter(clause, [range], [clause])];
}

/** Whether a unit is given twice, which is reported. */
function hasTwice(values: readonly PlacedValue[], place: Place, report: Report): boolean {
  const twice = values.find(({ unit }, index) => values.findIndex((v) => v.unit === unit) < index);
  if (twice === undefined) return false;
  report(place, `the range has two values of the unit ${twice.unit}`, ["one value of each unit"]);
  return true;
}

function rangeFilter(
  clause: Clause,
  known: readonly (readonly UnitRange[])[],
  ranges: readonly Place[],
): PlacedFilter {
  return {
    filter: { kind: "range", ranges: known },
    unit: finest(known[0]!),
    place: clause,
    ranges,
  };
}

function unitsOf(values: readonly { readonly unit: Unit }[]): string {
  return values.map(({ unit }) => unit).join(", ");
}

/** The finest unit of some. */
export function finest(values: readonly { readonly unit: Unit }[]): Unit {
  return UNITS.find((unit) => values.some((value) => value.unit === unit))!;
}

/**
 * Times of day and dates with dashes: `9:30`, `09:30:15pm`, `2027-01-31`, `jan-31`.
 *
 * @module
 */

import type { Unit, UnitValue } from "./ast.ts";
import type { Group } from "./groups.ts";
import { type Place, placeOf, type Report, textOf, type Token } from "./token.ts";

/** A value of one unit, and where it is written. */
export interface PlacedValue extends UnitValue {
  /** Where. */
  readonly place: Place;
}

const TIME_UNITS = ["hour", "minute", "second"] as const;
const TIME_SAMPLES = ["09:30", "09:30:15", "09:30pm"];

/** Reads a group with a colon; `null` when it is no time of day, which is reported. */
export function readTime(group: Group, report: Report): readonly PlacedValue[] | null {
  const half = group.at(-1)!.kind === "half" ? group.at(-1)! : undefined;
  const parts = split(half === undefined ? group : group.slice(0, -1), "colon");
  const fail = (message: string, expected: readonly string[] = TIME_SAMPLES): null => {
    report(placeOf(group), `"${textOf(group)}" ${message}`, expected);
    return null;
  };
  if (parts.length > 3) return fail("has more than two colons");
  if (group.some(({ kind }) => kind === "minus" || kind === "plus")) {
    return fail("is no time of day", rangeSample(group, TIME_SAMPLES));
  }
  const values: PlacedValue[] = [];
  for (const [index, part] of parts.entries()) {
    const unit = TIME_UNITS[index]!;
    if (part.some((token) => token.kind === "unit" && token.unit !== unit)) {
      return fail("has a word in it that does not belong into a time of day");
    }
    const [number, ...more] = part.filter(({ kind }) => kind !== "unit");
    if (number === undefined) return fail(`lacks the ${unit}`);
    if (number.kind !== "number" || more.length > 0) return fail("is no time of day");
    values.push(numberValue(unit, number.number, number));
  }
  if (half?.kind !== "half") return values;
  return [halfDay(values[0]!, half.half), ...values.slice(1)];
}

/** An hour with `am` or `pm`: 12am is 0, 1pm is 13. The result is not checked: 14pm is 26. */
export function halfDay(hour: PlacedValue, half: "am" | "pm"): PlacedValue {
  const number = hour.value.kind === "number" ? hour.value.number : 0;
  const noon = number === 12;
  return numberValue(
    "hour",
    half === "pm" ? number + (noon ? 0 : 12) : noon ? 0 : number,
    hour.place,
  );
}

/** Reads a group with a dash; `null` when it is no date, which is reported. */
export function readDate(group: Group, report: Report): readonly PlacedValue[] | null {
  const parts = split(group, "minus");
  const fail = (message: string, expected: readonly string[]): null => {
    report(placeOf(group), `"${textOf(group)}" ${message}`, expected);
    return null;
  };
  const single = parts.map((part) => part.length === 1 ? part[0]! : undefined);
  const [first, second, third] = single;
  if (parts.length > 3 || !single.every(isDatePart)) {
    return fail("is no date", rangeSample(group, ["2027-01-31", "jan-31", "2027-jan"]));
  }
  const withYear = parts.length === 3 || first?.length === 4 && first.kind === "number";
  if (withYear && (first!.kind !== "number" || first!.length !== 4)) {
    return fail("does not start with a year of four digits", ["2027-01-31"]);
  }
  const month = withYear ? second! : first!;
  const day = withYear ? third : second;
  if (month.kind === "number" && (month.length !== 2 || day?.kind === "name")) {
    return fail("has no month of two digits or letters where it belongs", corrected(single));
  }
  if (day !== undefined && (day.kind !== "number" || day.length !== 2)) {
    return fail("has no day of two digits where it belongs", corrected(single));
  }
  return [
    ...(withYear ? [numberValue("year", numberOf(first!), first!)] : []),
    numberValue("month", numberOf(month), month),
    ...(day === undefined ? [] : [numberValue("day", numberOf(day), day)]),
  ];
}

/** The value of a number, at the place of what it was read from. */
export function numberValue(unit: Unit, number: number, place: Place): PlacedValue {
  const { offset, length } = place;
  return { unit, value: { kind: "number", number }, place: { offset, length } };
}

function isDatePart(token: Token | undefined): token is Token {
  return token?.kind === "number" || token?.kind === "name" && token.unit === "month";
}

function numberOf(token: Token): number {
  return token.kind === "number" || token.kind === "name" ? token.number : 0;
}

function split(group: Group, at: Token["kind"]): readonly Group[] {
  const parts: Token[][] = [[]];
  for (const token of group) {
    if (token.kind === at) parts.push([]);
    else if (token.kind !== "space") parts.at(-1)!.push(token);
  }
  return parts;
}

/** A date as it should have been written, when there is one. */
function corrected(parts: readonly (Token | undefined)[]): readonly string[] {
  const texts = parts.map((part) =>
    part?.kind === "number" ? part.text.padStart(2, "0") : part?.text
  );
  const isSwapped = parts.at(-1)?.kind === "name" && parts.at(-2)?.kind === "number";
  const text = [...texts.slice(0, -2), ...isSwapped ? texts.slice(-2).reverse() : texts.slice(-2)]
    .join("-");
  return /^(\d{4}-)?(\d\d|[a-z]+)-\d\d$/.test(text) ? [text] : ["2027-01-31", "jan-31"];
}

/** The range that `a-b` likely means. */
function rangeSample(group: Group, otherwise: readonly string[]): readonly string[] {
  const parts = split(group, "minus");
  const isRange = parts.length === 2 &&
    parts.every((part) => part.some(({ kind }) => kind !== "unit"));
  if (!isRange) return otherwise;
  return [`between ${textOf(parts[0]!)} and ${textOf(parts[1]!)}`];
}

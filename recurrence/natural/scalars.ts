/**
 * Values of one unit: `15th`, `monday`, `hour 10`, `9pm`, `LastDay - 2`, `last day`.
 *
 * @module
 */

import type { Unit, Value } from "./ast.ts";
import { type Group, isSuffix } from "./groups.ts";
import { halfDay, numberValue, type PlacedValue } from "./times.ts";
import { placeOf, type Report, textOf, type Token } from "./token.ts";
import { capitalized, ordinal, WEEKDAY_NAMES } from "./words.ts";

/** What is known of a group besides its tokens. */
export interface Surroundings {
  /** The unit of a value that names none itself. */
  readonly unit: Unit | null;
  /** The group that follows. */
  readonly next: Group | undefined;
}

/** Reads a group without a colon or a date's dash; `null` when it is no value, which is reported. */
export function readScalar(
  group: Group,
  around: Surroundings,
  report: Report,
): PlacedValue | null {
  const place = placeOf(group);
  const rest = group.filter(({ kind }) => kind !== "unit" && kind !== "space");
  const own = unitOf(group);
  const value = own === "mixed" ? null : valueOf(rest);
  const fits = value !== null && own !== "mixed" &&
    (value.unit === null || own === null || own === value.unit);
  if (!fits) return fail(group, around, report);
  const unit = value.unit ?? own ?? around.unit;
  if (unit === null) {
    return failWithoutUnit(group, around.next, report);
  }
  const half = rest[1];
  if (half?.kind !== "half" || value.value.kind !== "number") {
    return { unit, value: value.value, place };
  }
  return halfDay(numberValue(unit, value.value.number, place), half.half);
}

/** The unit that a group names; `"mixed"` for what no value can have. */
function unitOf(group: Group): Unit | null | "mixed" {
  let unit: Unit | null = null;
  let words = 0;
  for (const [index, token] of group.entries()) {
    if (token.kind !== "unit") continue;
    if (token.suffix && group[index - 1]?.kind !== "number") return "mixed";
    if (unit !== null && unit !== token.unit) return "mixed";
    if (!token.suffix && ++words > 1) return "mixed";
    unit = token.unit;
  }
  return unit;
}

/** What tokens without units are worth; the unit is `null` where the value does not tell it. */
function valueOf(tokens: readonly Token[]): { unit: Unit | null; value: Value } | null {
  const [first, second, third] = tokens;
  if (first === undefined) return null;
  if (first.kind === "closest") {
    if (second?.kind !== "number" || tokens.length > 2) return null;
    return { unit: "day", value: { kind: "closest_workday", day: second.number } };
  }
  if (first.kind === "number") {
    if (tokens.length > 2 || second !== undefined && second.kind !== "half") return null;
    const unit = second === undefined ? null : "hour";
    return { unit, value: { kind: "number", number: first.number } };
  }
  if (first.kind === "name" && second === undefined) {
    return { unit: first.unit, value: { kind: "number", number: first.number } };
  }
  if (first.kind !== "bound" && first.kind !== "day") return null;
  const offset = offsetOf(second, third);
  if (offset === null || tokens.length > 3) return null;
  if (first.kind === "bound") return { unit: null, value: { kind: first.bound, offset } };
  return { unit: "day", value: { ...first.value, offset } };
}

function offsetOf(sign: Token | undefined, number: Token | undefined): number | null {
  if (sign === undefined) return 0;
  if (number?.kind !== "number" || number.number === 0 && sign.kind === "minus") {
    return number?.kind === "number" ? 0 : null;
  }
  if (sign.kind === "plus") return number.number;
  return sign.kind === "minus" ? -number.number : null;
}

/** Says what is wrong with a group that has no value at all. */
function fail(group: Group, { next }: Surroundings, report: Report): null {
  const place = placeOf(group);
  const text = textOf(group);
  const [first] = group;
  if (group.some(({ kind }) => kind === "and")) {
    report(place, `"and" joins only the two ends of "between"`, ["[monday, friday]"]);
  } else if (group.length === 1 && first!.kind === "unit") {
    report(place, `"${text}" lacks its number`, afterLoneUnit(text, next));
  } else if (first!.kind === "half") {
    report(place, `"${text}" follows no number`, ["9am", "09:30pm"]);
  } else if (first!.kind === "closest") {
    const message = group.length === 1
      ? `"${text}" lacks its day`
      : `"${text}" takes one day and nothing else`;
    report(place, message, [`ClosestWeekdayTo ${closestSample(group)}`]);
  } else if (first!.kind === "plus") {
    report(place, `"${text}" has nothing to be added to`, ["FirstDay + 2", "day first + 2"]);
  } else if (group.some(({ kind }) => kind === "open" || kind === "close")) {
    report(place, `a list cannot stand here`, ["one value"]);
  } else {
    report(place, `"${text}" is no value`, samplesLike(group));
  }
  return null;
}

function closestSample(group: Group): string {
  const number = group.find((token) => token.kind === "number");
  if (number?.kind === "number") return ordinal(number.number);
  return group.some(({ kind }) => kind === "day") ? "31st" : "15th";
}

/** `second monday` is one word in the language. */
function afterLoneUnit(text: string, next: Group | undefined): readonly string[] {
  const weekday = weekdayOf(next);
  if (text === "second" && weekday !== undefined) return [`2nd${weekday}`];
  return [`${text} 10`, `${text} last`];
}

function weekdayOf(group: Group | undefined): string | undefined {
  const [token] = group ?? [];
  if (token?.kind !== "name" || token.unit !== "week") return undefined;
  return capitalized(WEEKDAY_NAMES[token.number - 1]!);
}

/** Says what a number or bound without a unit may have meant. */
function failWithoutUnit(group: Group, next: Group | undefined, report: Report): null {
  const text = textOf(group);
  const first = group[0]!;
  const weekday = weekdayOf(next);
  if (first.kind === "bound" && weekday !== undefined) {
    const word = (first.bound === "first" ? "1st" : "Last") + weekday + text.slice(first.length);
    const place = placeOf([...group, ...next!]);
    report(place, `"${text}" and the weekday must be one word`, [word]);
  } else if (next?.length === 1 && next[0]!.kind === "unit") {
    const unit = next[0]!.text;
    const expected = isSuffix(next[0]!) ? [text + unit] : [`${unit} ${text}`, text + unit];
    const place = placeOf([...group, ...next]);
    report(place, `"${text}" and "${unit}" must not be separated`, expected);
  } else {
    const expected = first.kind === "number" ? unitsFor(first.number) : [`day ${text}`];
    report(placeOf(group), `"${text}" has no unit`, expected);
  }
  return null;
}

function unitsFor(number: number): readonly string[] {
  return [
    ...(number >= 1 && number <= 31 ? [ordinal(number)] : []),
    ...(number <= 23 ? [`hour ${number}`, `${String(number).padStart(2, "0")}:00`] : []),
    ...(number > 31 && number <= 59 ? [`minute ${number}`] : []),
    ...(number > 999 && number <= 9999 ? [`year ${number}`] : []),
  ];
}

/** Values that are close to one that mixes things up. */
function samplesLike(group: Group): readonly string[] {
  const number = group.find((token) => token.kind === "number");
  const name = group.find((token) => token.kind === "name");
  if (number?.kind === "number" && name !== undefined) {
    return [`${ordinal(number.number)} ${name.text}`];
  }
  if (group.some(({ kind }) => kind === "plus" || kind === "minus")) {
    return ["FirstDay + 2", "LastDay - 2"];
  }
  return ["15th", "monday", "january", "09:30", "hour 9"];
}

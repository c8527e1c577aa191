/**
 * Writes values so that they read back the same, wherever they stand.
 *
 * @module
 */

import type { Unit, UnitValue, Value } from "./ast.ts";
import { splits } from "./groups.ts";
import { readTokens } from "./lexer.ts";
import { MONTH_NAMES, ordinal, WEEKDAY_NAMES } from "./words.ts";

/** The greatest number that can be written. */
const MAX_NUMBER = 999_999_999;

/** Writes the values of one position or one end of a range, in order. */
export function printValues(values: readonly UnitValue[]): string {
  let text = "";
  for (let index = 0; index < values.length;) {
    const choices = choicesAt(values, index);
    const fitting = choices.find((choice) => standsAfter(text, choice.text))!;
    text += (text === "" ? "" : " ") + fitting.text;
    index += fitting.count;
  }
  return text;
}

/** A way to write the next values. */
interface Choice {
  readonly text: string;
  /** How many values it is worth. */
  readonly count: number;
}

/** The ways to write what comes next, the nicest first. */
function choicesAt(values: readonly UnitValue[], index: number): readonly Choice[] {
  const date = dateLength(values, index);
  const time = timeLength(values, index);
  return [
    ...(date > 0 ? [{ text: printDate(values.slice(index, index + date)), count: date }] : []),
    ...(time > 0 ? [{ text: printTime(values.slice(index, index + time)), count: time }] : []),
    ...spellings(values[index]!).map((text) => ({ text, count: 1 })),
  ];
}

/** Whether a text can follow another after a space and still be a value of its own. */
function standsAfter(before: string, after: string): boolean {
  if (before === "") return true;
  return splits(readTokens(before).tokens.at(-1)!, readTokens(after).tokens[0]!);
}

/** How many values from here on are a date with dashes; 0 when they are none. */
export function dateLength(values: readonly UnitValue[], index: number): number {
  const [year, month, day] = values.slice(index, index + 3);
  if (!isNumber(year, "year", 9999) || !isNumber(month, "month", 99)) return 0;
  return isNumber(day, "day", 99) ? 3 : 2;
}

/** How many values from here on are a time of day; 0 when they are none. */
export function timeLength(values: readonly UnitValue[], index: number): number {
  const [hour, minute, second] = values.slice(index, index + 3);
  if (!isNumber(hour, "hour", MAX_NUMBER) || !isNumber(minute, "minute", MAX_NUMBER)) return 0;
  return isNumber(second, "second", MAX_NUMBER) ? 3 : 2;
}

function isNumber(item: UnitValue | undefined, unit: Unit, max: number): boolean {
  return item?.unit === unit && item.value.kind === "number" && item.value.number <= max;
}

/** Writes year, month and maybe day: `2027-01-31`. */
function printDate([year, month, day]: readonly UnitValue[]): string {
  const text = `${padded(year, 4)}-${padded(month, 2)}`;
  return day === undefined ? text : `${text}-${padded(day, 2)}`;
}

/** Writes hour, minute and maybe second: `09:30`. */
function printTime(values: readonly UnitValue[]): string {
  return values.map((value) => padded(value, 2)).join(":");
}

function padded(item: UnitValue | undefined, digits: number): string {
  const number = item?.value.kind === "number" ? item.value.number : 0;
  return String(number).padStart(digits, "0");
}

/** The ways to write one value, the nicest first; the first does alone, one of them in any company. */
function spellings({ unit, value }: UnitValue): readonly string[] {
  switch (value.kind) {
    case "number":
      return numberSpellings(unit, value.number);
    case "first":
    case "last": {
      const offset = signed(value.offset);
      if (unit === "day") return [`${value.kind}day${offset}`, `day ${value.kind}${offset}`];
      const glued = offset === "" ? `${value.kind} ${unit}` : `${value.kind}${offset}${unit}`;
      const apart = `${unit} ${value.kind}${offset}`;
      return offset === "" ? [glued, apart] : [apart, glued];
    }
    default:
      return [dayWord(value), `day ${dayWord(value)}`];
  }
}

function numberSpellings(unit: Unit, number: number): readonly string[] {
  const name = nameOf(unit, number);
  if (name !== undefined) return [name];
  if (unit === "day") return [ordinal(number), `day ${number}`];
  if (number > MAX_NUMBER) return [`${number - 12}pm`, `hour ${number - 12}pm`]; // only an hour can be
  return [`${unit} ${number}`, `${number}${unit}`];
}

function nameOf(unit: Unit, number: number): string | undefined {
  if (unit === "week") return WEEKDAY_NAMES[number - 1];
  return unit === "month" ? MONTH_NAMES[number - 1] : undefined;
}

/** How a list that starts with its unit writes a value; `undefined` when the value needs no unit or cannot lack it. */
export function printBare({ unit, value }: UnitValue): string | undefined {
  if (unit === "day" || unit === "week" || unit === "month") return undefined;
  if (value.kind === "first" || value.kind === "last") return value.kind + signed(value.offset);
  return value.kind === "number" && value.number <= MAX_NUMBER ? `${value.number}` : undefined;
}

type DayWord = Exclude<Value, { readonly kind: "number" | "first" | "last" }>;

function dayWord(value: DayWord): string {
  switch (value.kind) {
    case "nth_weekday":
      return ordinal(value.nth) + WEEKDAY_NAMES[value.weekday - 1]! + signed(value.offset);
    case "last_weekday":
      return `last${WEEKDAY_NAMES[value.weekday - 1]}${signed(value.offset)}`;
    case "first_workday":
      return `firstweekday${signed(value.offset)}`;
    case "last_workday":
      return `lastweekday${signed(value.offset)}`;
    case "closest_workday":
      return `closestweekdayto ${ordinal(value.day)}`;
  }
}

function signed(offset: number): string {
  if (offset === 0) return "";
  return offset > 0 ? `+${offset}` : `${offset}`;
}

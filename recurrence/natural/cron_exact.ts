/**
 * An expression as a cron pattern that happens at exactly the same times, or every reason why there is none.
 *
 * "The same" is meant from every start at which the pattern itself happens, where the clock never changes. When it
 * does, a pattern and an expression each follow their own rule.
 *
 * @module
 */

import type { NaturalExpression } from "./ast.ts";
import { exactSteps } from "./cron_steps.ts";
import { type CronOptions, monthText, patternOf, weekdayText } from "./cron_options.ts";
import {
  type FieldNumbers,
  type FieldSets,
  fieldSets,
  type FieldUnit,
  type Numbers,
  ZERO,
} from "./cron_sets.ts";
import { specialDays } from "./cron_special_days.ts";
import { UNIT_SPAN } from "./resolve.ts";

/** A pattern, or why there is none. */
export interface ExactPattern {
  /** The pattern; `null` when there is none. */
  readonly text: string | null;
  /** Why there is none, in words; empty when there is one. */
  readonly problems: readonly string[];
}

/** Converts an expression, or says why not. */
export function exactCron(expression: NaturalExpression, options: CronOptions): ExactPattern {
  const sets = fieldSets(expression);
  const special = specialDays(sets.specialDays, options);
  const steps = exactSteps(expression, sets);
  const problems = [...sets.problems, ...special.problems, ...steps.problems];
  if (expression.timeZone !== null) {
    problems.push("a pattern names no time zone: leave it out and pass it as the option timeZone");
  }
  const second = steps.numbers.get("second") ?? ZERO;
  if (options.seconds !== true && !isZero(second)) {
    problems.push("seconds need the option seconds, which gives the pattern a field for them");
  }
  problems.push(...dayProblems(sets, steps.numbers));
  if (problems.length > 0) return { text: null, problems: [...new Set(problems)] };
  const field = (unit: FieldUnit) => textOf(unit, steps.numbers.get(unit), options);
  const fields = {
    second: textOf("second", second, options),
    minute: field("minute"),
    hour: field("hour"),
    day: special.day ?? field("day"),
    month: field("month"),
    weekday: special.weekday ?? field("week"),
  };
  return { text: patternOf(fields, options), problems: [] };
}

function isZero({ numbers }: FieldNumbers): boolean {
  return numbers !== null && numbers.length === 1 && numbers[0] === 0;
}

/** Cron takes a day of the month and a weekday as alternatives, an expression as conditions. */
function dayProblems({ sets, specialDays }: FieldSets, numbers: Numbers): readonly string[] {
  const hasDay = specialDays.length > 0 || (numbers.get("day")?.numbers ?? null) !== null;
  const hasWeekday = sets.has("week") || (numbers.get("week")?.numbers ?? null) !== null;
  if (!hasDay || !hasWeekday) return [];
  return ["cron takes a day of the month and a weekday as alternatives: keep one of them"];
}

/** The text of one field. */
function textOf(unit: FieldUnit, field: FieldNumbers | undefined, options: CronOptions): string {
  if (field === undefined || field.numbers === null) return "*";
  const { min, max } = UNIT_SPAN[unit];
  const { numbers } = field;
  if (unit === "week" && options.week === "1-7") return weekText(numbers, options);
  const [first] = numbers as [number];
  const last = numbers.at(-1)!;
  const spell = (number: number): string => spelled(unit, number, options);
  if (numbers.length === max - min + 1) return "*";
  if (numbers.length === 1) return spell(first);
  const step = numbers[1]! - first;
  const isEven = numbers.every((number, index) => number === first + index * step);
  if (isEven && step === 1 && numbers.length > 2) return `${spell(first)}-${spell(last)}`;
  if (field.isStep && isEven && last + step > max) {
    return first === min ? `*/${step}` : `${spell(first)}-${spell(max)}/${step}`;
  }
  return numbers.map(spell).join(",");
}

/** Weekdays where Sunday is 7: it comes last, so that a range can end there. */
function weekText(numbers: readonly number[], options: CronOptions): string {
  if (numbers.length === 7) return "*";
  const days = numbers.map((day) => Number(weekdayText(day, options))).sort((a, b) => a - b);
  const isRange = days.length > 2 && days.at(-1)! - days[0]! === days.length - 1;
  return isRange ? `${days[0]}-${days.at(-1)}` : days.join(",");
}

function spelled(unit: FieldUnit, number: number, options: CronOptions): string {
  if (unit === "week") return weekdayText(number, options);
  return unit === "month" ? monthText(number, options) : String(number);
}

/**
 * An expression as a cron pattern, field by field, whether or not the pattern means the same.
 *
 * @module
 */

import type { Cadence, ListRule, NaturalExpression, RangeRule, Unit, UnitValue } from "./ast.ts";
import {
  type CronOptions,
  monthText,
  type PatternFields,
  patternOf,
  weekdayText,
} from "./cron_options.ts";
import { readWeekdays } from "./model.ts";
import { resolveValue } from "./resolve.ts";

/** A pattern, and what it leaves out. */
export interface LiteralPattern {
  /** The pattern. */
  readonly text: string;
  /** What has no field, in words; empty when everything has one. */
  readonly problems: readonly string[];
}

type Field = keyof PatternFields;

const FIELD: Readonly<Record<Exclude<Unit, "year">, Field>> = {
  second: "second",
  minute: "minute",
  hour: "hour",
  day: "day",
  week: "weekday",
  month: "month",
};

const JANUARY = { year: 1, month: 1 };

/** Converts field by field. */
export function literalCron(expression: NaturalExpression, options: CronOptions): LiteralPattern {
  const draft = new Draft(options);
  if (expression.cadence !== null) draft.cadence(expression.cadence, expression);
  for (const rule of readWeekdays(expression)) {
    if (rule.kind === "point") draft.values([rule]);
    else if (rule.kind === "list") draft.list(rule);
    else draft.range(rule);
  }
  if (expression.timeZone !== null) draft.refuse("a pattern names no time zone");
  return { text: patternOf(draft.fields, options), problems: draft.problems };
}

/** A pattern in the making. */
class Draft {
  readonly fields: Record<Field, string> = {
    second: "0",
    minute: "*",
    hour: "*",
    day: "*",
    month: "*",
    weekday: "*",
  };
  readonly problems: string[] = [];
  readonly #options: CronOptions;

  constructor(options: CronOptions) {
    this.#options = options;
  }

  refuse(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }

  cadence({ interval, unit, anchor }: Cadence, { filters }: NaturalExpression): void {
    if (anchor !== null) this.refuse("an anchor has no field");
    if (unit === "year") return this.refuse("a step of years has no field");
    if (unit === "week") {
      if (interval > 1) this.refuse("a step of several weeks has no field");
      return;
    }
    this.#set(unit, interval === 1 ? "*" : `*/${interval}`);
    const hasMinute = filters.some((rule) =>
      rule.kind === "point"
        ? rule.unit === "minute"
        : rule.kind === "list" && rule.positions[0]!.some((value) => value.unit === "minute")
    );
    if (unit === "hour" && !hasMinute) this.fields.minute = "0";
  }

  /** The values of one field, joined by commas. */
  values(values: readonly UnitValue[]): void {
    const texts = values.map((value) => this.#textOf(value));
    if (texts.includes(null)) return;
    const { unit, value } = values[0]!;
    const isNth = value.kind === "nth_weekday" || value.kind === "last_weekday";
    const isTime = unit === "hour" || unit === "minute" || unit === "second";
    const kept = isTime ? [...new Set(texts)] : texts;
    this.#set(isNth ? "week" : unit, kept.join(","));
  }

  list({ positions }: ListRule): void {
    for (let index = 0; index < positions[0]!.length; index++) {
      this.values(positions.map((position) => position[index]!));
    }
  }

  range({ ranges }: RangeRule): void {
    if (ranges.length > 1) return this.refuse("several ranges have no field");
    const [only, ...others] = ranges[0]!;
    if (others.length > 0) return this.refuse("a range over multiple time units has no field");
    const { unit, start, end } = only!;
    if (unit === "second" || unit === "minute" || unit === "year") return;
    const low = resolveValue(unit, start, JANUARY);
    const high = resolveValue(unit, end, JANUARY);
    this.#set(unit, `${this.#number(unit, low ?? 1)}-${this.#number(unit, high ?? 1)}`);
  }

  /** The text of a value; `null` when there is none. */
  #textOf({ unit, value }: UnitValue): string | null {
    if (value.kind === "number") return this.#number(unit, value.number);
    if (unit !== "day") return null;
    switch (value.kind) {
      case "first":
        return String(resolveValue(unit, value, JANUARY));
      case "closest_workday":
        if (this.#options.closestW === true) return `${value.day}W`;
        return this.#none("ClosestWeekdayTo needs W");
      case "nth_weekday":
      case "last_weekday": {
        if (this.#options.nthHash !== true) return this.#none("a weekday of the month needs #");
        const weekday = this.#number("week", value.weekday);
        return value.kind === "last_weekday" ? `${weekday}L` : `${weekday}#${value.nth}`;
      }
      default:
        return this.#none(`${WORDS[value.kind]} has no field`);
    }
  }

  #none(problem: string): null {
    this.refuse(problem);
    return null;
  }

  #number(unit: Unit, number: number): string {
    if (unit === "week") return weekdayText(number, this.#options);
    return unit === "month" ? monthText(number, this.#options) : String(number);
  }

  #set(unit: Unit, text: string): void {
    if (unit === "year") return this.refuse("years have no field");
    if (unit === "second" && this.#options.seconds !== true) {
      return this.refuse("seconds need the option seconds");
    }
    this.fields[FIELD[unit]] = text;
  }
}

const WORDS = {
  last: "LastDay",
  first_workday: "FirstWeekday",
  last_workday: "LastWeekday",
} as const;

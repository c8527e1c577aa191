/**
 * What a cadence makes of the fields of a cron pattern, when that is exactly what it does.
 *
 * @module
 */

import type { Cadence, ListRule, NaturalExpression } from "./ast.ts";
import {
  type FieldNumbers,
  type FieldSet,
  type FieldSets,
  type FieldUnit,
  isFiner,
  type Numbers,
  ZERO,
} from "./cron_sets.ts";
import { UNIT, unitsOf } from "./model.ts";
import { UNIT_SPAN } from "./resolve.ts";

/** Numbers of every field, or why a pattern cannot say the same. */
export interface ExactSteps {
  /** Numbers by field. */
  readonly numbers: Numbers;
  /** Why not, in words. */
  readonly problems: readonly string[];
}

/** Fields of the clock and the calendar, finest first. */
const FIELDS: readonly FieldUnit[] = ["second", "minute", "hour", "day", "month"];

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Turns the sets and the cadence into numbers for each field. */
export function exactSteps(expression: NaturalExpression, found: FieldSets): ExactSteps {
  const numbers = new Map<FieldUnit, FieldNumbers>();
  for (const [unit, { numbers: some }] of found.sets) {
    numbers.set(unit, { numbers: some, isStep: false });
  }
  const { cadence } = expression;
  if (cadence === null) {
    fillCells(found, numbers);
    return { numbers, problems: [] };
  }
  const steps = new Steps(cadence, found, numbers);
  if (isFiner(cadence.unit, "day")) steps.short(expression);
  else steps.long();
  return { numbers, problems: steps.problems };
}

/** Without a cadence it happens at the start of each cell: finer fields have their least value. */
function fillCells(found: FieldSets, numbers: Map<FieldUnit, FieldNumbers>): void {
  for (const unit of FIELDS) {
    const isDay = unit === "day" && (found.specialDays.length > 0 || found.sets.has("week"));
    if (found.sets.has(unit) || isDay) return;
    numbers.set(unit, { numbers: [UNIT_SPAN[unit].min], isStep: false });
  }
}

class Steps {
  readonly problems: string[] = [];
  readonly #cadence: Cadence;
  readonly #found: FieldSets;
  readonly #numbers: Map<FieldUnit, FieldNumbers>;

  constructor(cadence: Cadence, found: FieldSets, numbers: Map<FieldUnit, FieldNumbers>) {
    this.#cadence = cadence;
    this.#found = found;
    this.#numbers = numbers;
  }

  /** Steps of hours, minutes and seconds. */
  short({ filters }: NaturalExpression): void {
    const { unit } = this.#cadence;
    const lists = filters.filter((rule): rule is ListRule => rule.kind === "list");
    const isMixed = lists.some((rule) => {
      const finer = unitsOf(rule).filter((one) => one < UNIT[unit]).length;
      return finer > 0 && finer < unitsOf(rule).length;
    });
    if (isMixed) this.#refuse(`a list mixes parts of the ${unit} with longer units`);
    const finer = FIELDS.filter((one) => isFiner(one, unit));
    const hasList = finer.some((one) => this.#set(one)?.isList === true);
    for (const one of finer) {
      const set = this.#set(one);
      if (set === undefined) this.#numbers.set(one, ZERO);
      else if (set.isRange && hasList) {
        this.#refuse(`a list and a range of ${one}s count in their own way together`);
      } else if (set.isRange) {
        this.#numbers.set(one, { numbers: set.numbers.slice(0, 1), isStep: false });
      }
    }
    this.#cycle(unit as FieldUnit);
  }

  /** Steps of days, weeks, months and years. */
  long(): void {
    const { unit, interval, anchor } = this.#cadence;
    this.#time();
    const step = interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`;
    if (unit === "day") {
      if (interval > 1 && (anchor?.value ?? null) === null) {
        this.#refuse(countsAcross(step, "months"));
      } else if (interval > 1 && this.#found.specialDays.length > 0) {
        this.#refuse(`${step} and a special day of the month have one field`);
      } else if (interval > 28) this.#refuse(`${step} is longer than the shortest month`);
      else if (interval > 1) this.#cycle("day");
    } else if (unit === "week") {
      if (interval > 1) this.#refuse(countsAcross(step, "months"));
      this.#week();
    } else if (unit === "month") {
      this.#day(step);
      this.#months(step);
    } else {
      if (interval > 1) this.#refuse(`${step} counts years, which have no field`);
      this.#day(step);
      if (this.#set("month")?.isNamed !== true) {
        this.#refuse(`${step} keeps the month of its start: add one, as in january`);
      }
    }
  }

  /** The time of day has to be named, without holes when there are lists. */
  #time(): void {
    const times = FIELDS.slice(0, 3).map((unit) => this.#set(unit));
    const [second, minute, hour] = times;
    if (hour?.isNamed !== true) {
      const { unit } = this.#cadence;
      this.#refuse(`every ${unit} keeps the time of day of its start: add one, as at 00:00`);
    } else if (times.some((set) => set?.isRange === true)) {
      this.#refuse("a range of times holds only one of them a day: name the times");
    } else if (second !== undefined && minute === undefined) {
      this.#refuse("a second without a minute keeps the minute of its start: name the minute");
    }
    for (const unit of FIELDS.slice(0, 2)) {
      if (this.#set(unit) === undefined) this.#numbers.set(unit, ZERO);
    }
  }

  #week(): void {
    const { anchor } = this.#cadence;
    const set = this.#set("week");
    const value = anchor?.value ?? null;
    if (value !== null) {
      const isDay = value >= 1 && value <= 7 && (set?.numbers.includes(value) ?? true);
      if (!isDay) this.#refuse("no weekday is left, so it never happens");
      this.#numbers.set("week", { numbers: [value], isStep: false });
    } else if (set?.isNamed !== true) {
      this.#refuse("every week keeps the weekday of its start: add one, as on monday");
    }
  }

  #day(step: string): void {
    const set = this.#set("day");
    if (this.#found.specialDays.length > 0 || set?.isNamed === true) return;
    this.#refuse(`${step} keeps the day of its start: add one, as on 1st`);
  }

  #months(step: string): void {
    const { interval, anchor } = this.#cadence;
    if (interval === 1) return;
    const isAnchored = (anchor?.value ?? null) !== null;
    if (interval > 12 || (!isAnchored && 12 % interval !== 0)) {
      return this.#refuse(countsAcross(step, "years"));
    }
    if (!isAnchored && this.#found.sets.has("month")) {
      return this.#refuse(`${step} begins anew with the months of its range: add an anchor`);
    }
    this.#cycle("month");
    if (isAnchored) return;
    const months = this.#numbers.get("month")!.numbers!;
    const days = this.#set("day")?.numbers ?? [];
    const isShort = months.some((month) => days.some((day) => day > MONTH_DAYS[month - 1]!));
    const isFifth = this.#found.specialDays.some(({ value }) =>
      (value.kind === "nth_weekday" && value.nth === 5) ||
      (value.kind === "number" && (value.number > 28 || value.number < 1))
    );
    if (isShort || isFifth) this.#refuse(`${step} slips past months without that day`);
  }

  /** The field that is stepped through: a cron begins anew with each parent, so a step has to do so too. */
  #cycle(unit: FieldUnit): void {
    const { interval, anchor } = this.#cadence;
    const { min, max } = UNIT_SPAN[unit];
    const size = max - min + 1;
    const set = this.#set(unit);
    const within = set?.numbers ?? Array.from({ length: size }, (_, index) => min + index);
    const value = anchor?.value ?? null;
    const step = interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`;
    if (interval === 1) return void this.#numbers.set(unit, { numbers: within, isStep: false });
    if (value !== null) {
      if (interval > size) this.#refuse(`${step} is longer than what its anchor repeats in`);
      const aligned = within.filter((number) => (number - value) % interval === 0);
      if (aligned.length === 0) this.#refuse(`no ${unit} is left, so it never happens`);
      return void this.#numbers.set(unit, { numbers: aligned, isStep: true });
    }
    const [low] = within as [number];
    const high = within.at(-1) ?? low;
    if (within.length !== high - low + 1) {
      return this.#refuse(`${step} begins anew in each of several ranges of ${unit}s`);
    }
    const reached = within.filter((number) => (number - low) % interval === 0);
    const landing = (reached.at(-1) ?? low) + interval - size;
    if (landing > low) {
      return this.#refuse(
        `${step} does not divide ${PARENTS[unit]}: add an anchor to begin anew in each`,
      );
    }
    this.#numbers.set(unit, { numbers: reached, isStep: true });
  }

  #set(unit: FieldUnit): FieldSet | undefined {
    return this.#found.sets.get(unit);
  }

  #refuse(problem: string): void {
    this.problems.push(problem);
  }
}

function countsAcross(step: string, parents: string): string {
  return `${step} counts across ${parents}, where a cron begins anew`;
}

const PARENTS: Readonly<Record<FieldUnit, string>> = {
  second: "a minute",
  minute: "an hour",
  hour: "a day",
  day: "a month",
  week: "a month",
  month: "a year",
};

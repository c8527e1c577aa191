/**
 * Days that depend on the month, in the letters some crons have for them.
 *
 * @module
 */

import type { UnitValue, Value } from "./ast.ts";
import { type CronOptions, weekdayText } from "./cron_options.ts";

/** The day fields of special days. */
export interface SpecialDays {
  /** Days of the month; `null` when the weekday field holds them. */
  readonly day: string | null;
  /** Weekdays; `null` when the day field holds them. */
  readonly weekday: string | null;
  /** Why there are none, in words. */
  readonly problems: readonly string[];
}

/** One value: its field and text, or why it has none. */
type Spelled =
  | { readonly field: "day" | "weekday"; readonly text: string }
  | { readonly problem: string };

/** Greatest day that every month has, so that closest working days are the same for everyone. */
const SHORTEST_MONTH = 28;

/** Spells special days; both fields are `null` when there are none. */
export function specialDays(values: readonly UnitValue[], options: CronOptions): SpecialDays {
  const spelled = values.map(({ value }) => spell(value, options));
  const problems = spelled.flatMap((one) => "problem" in one ? [one.problem] : []);
  const texts = (field: "day" | "weekday"): string | null => {
    const found = spelled.flatMap((one) => "field" in one && one.field === field ? [one.text] : []);
    return found.length === 0 ? null : [...new Set(found)].join(",");
  };
  const [day, weekday] = [texts("day"), texts("weekday")];
  if (day !== null && weekday !== null) {
    problems.push("days and weekdays of the month cannot be mixed in one list");
  }
  if (day !== null && day.includes(",") && day.split(",").includes("LW")) {
    problems.push("LW stands alone: the last working day cannot be in a list");
  }
  return { day, weekday, problems };
}

function spell(value: Value, options: CronOptions): Spelled {
  const offset = "offset" in value ? value.offset : 0;
  if (offset !== 0 && value.kind !== "first") {
    return { problem: "days before or after a special day have no field" };
  }
  switch (value.kind) {
    case "number":
      if (value.number < 1 || value.number > 31) return { problem: "a day that never happens" };
      return { field: "day", text: String(value.number) };
    case "first":
      return { field: "day", text: String(Math.min(31, Math.max(1, 1 + value.offset))) };
    case "last":
      return needs(options.nthHash, "the last day of the month needs L: set the option nthHash", {
        field: "day",
        text: "L",
      });
    case "first_workday":
      return closest(1, options);
    case "closest_workday":
      return closest(value.day, options);
    case "last_workday":
      return needs(
        options.nthHash && options.closestW,
        "the last working day needs LW: set the options nthHash and closestW",
        { field: "day", text: "LW" },
      );
    default: {
      const day = weekdayText(value.weekday, options);
      const text = value.kind === "nth_weekday" ? `${day}#${value.nth}` : `${day}L`;
      const problem = "a weekday of the month, such as the first Monday, needs # or L: set the " +
        "option nthHash";
      return needs(options.nthHash, problem, { field: "weekday", text });
    }
  }
}

function closest(day: number, options: CronOptions): Spelled {
  if (day < 1 || day > SHORTEST_MONTH) {
    return { problem: `the working day closest to the ${day}th has no field in a short month` };
  }
  const problem = "the working day closest to a day needs W: set the option closestW";
  return needs(options.closestW, problem, { field: "day", text: `${day}W` });
}

function needs(option: boolean | undefined, problem: string, spelled: Spelled): Spelled {
  return option === true ? spelled : { problem };
}

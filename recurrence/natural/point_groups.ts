/**
 * Puts point rules together that read as one: a time of day, a date.
 *
 * @module
 */

import type { Filter, PointRule, Unit } from "./ast.ts";

/** Point rules that follow one another and read as one. */
export interface PointGroup {
  /** The rules; at least one. */
  readonly points: readonly PointRule[];
}

/** What a printer has to write, in order. */
export type Part = PointGroup | Exclude<Filter, PointRule>;

/** What reads as one, the longest first. */
const TOGETHER: readonly (readonly Unit[])[] = [
  ["year", "month", "day"],
  ["hour", "minute", "second"],
  ["hour", "minute"],
  ["month", "day"],
  ["day", "month"],
];

/** The filters in order, with point rules put together. */
export function pointGroups(filters: readonly Filter[]): readonly Part[] {
  const parts: Part[] = [];
  for (let index = 0; index < filters.length;) {
    const filter = filters[index]!;
    if (filter.kind !== "point") {
      parts.push(filter);
      index++;
      continue;
    }
    const units = TOGETHER.find((group) => isNumbers(filters, index, group));
    const points = filters.slice(index, index + (units?.length ?? 1)) as PointRule[];
    parts.push({ points });
    index += points.length;
  }
  return parts;
}

/** Whether the rules from here on are numbers of these units. */
function isNumbers(filters: readonly Filter[], index: number, units: readonly Unit[]): boolean {
  return units.every((unit, nth) => {
    const filter = filters[index + nth];
    return filter?.kind === "point" && filter.unit === unit && filter.value.kind === "number";
  });
}

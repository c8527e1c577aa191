/**
 * Every occurrence of a schedule became one job, without a gap.
 *
 * @module
 */

import type { MadeSchedule } from "../ledger.ts";
import type { Account } from "./account.ts";

/** How many occurrences there are, and what is wrong with them. */
export interface Occurrences {
  /** Jobs of schedules. */
  readonly count: number;
  /** Gaps and doubles. */
  readonly violations: readonly string[];
}

/** Looks at every schedule. */
export function checkOccurrences({ ledger, rows }: Account): Occurrences {
  const jobs = Map.groupBy(rows.values(), ({ schedule }) => schedule);
  const results = ledger.schedules.map((schedule) => {
    const times = (jobs.get(schedule.schedule) ?? []).map(({ occurrenceMs }) => occurrenceMs!);
    return { count: times.length, violations: gapsIn(schedule, times.sort((a, b) => a - b)) };
  });
  return {
    count: results.reduce((sum, { count }) => sum + count, 0),
    violations: results.flatMap(({ violations }) => violations),
  };
}

/** Whether no occurrence of a schedule is still to come. */
export function isOver({ everyMs, endMs }: MadeSchedule, last: number | undefined): boolean {
  return last !== undefined && last + everyMs >= endMs;
}

function gapsIn(schedule: MadeSchedule, times: readonly number[]): readonly string[] {
  const { schedule: id, everyMs } = schedule;
  const violations: string[] = [];
  for (const [index, time] of times.entries()) {
    const gap = index === 0 ? everyMs : time - times[index - 1]!;
    if (gap === 0) violations.push(`schedule ${id} made two jobs of ${time}`);
    else if (gap !== everyMs) violations.push(`schedule ${id} left out ${gap} ms before ${time}`);
  }
  if (!isOver(schedule, times.at(-1))) violations.push(`schedule ${id} ended too early`);
  return violations;
}

/**
 * Each occurrence of a schedule has exactly one fate.
 *
 * @module
 */

import type { World } from "../world.ts";

/** A schedule of the simulation. */
export interface AskedSchedule {
  /** Its id. */
  readonly id: string;
  /** How far apart its occurrences are, in milliseconds. */
  readonly everyMs: number;
  /** None comes after this instant, in epoch milliseconds. */
  readonly endMs: number;
}

/** Checks that no occurrence became two jobs, and that none is missing between the first and the last. */
export function checkOccurrences(
  { history, master: { rows } }: World,
  schedules: readonly AskedSchedule[],
): void {
  for (const { id, everyMs, endMs } of schedules) {
    const schedule = rows.schedules.get(id);
    const occurrences = [...rows.jobs.values()].filter(({ scheduleId }) => scheduleId === id)
      .flatMap(({ occurrenceAtMs }) => occurrenceAtMs ?? []).sort((a, b) => a - b);
    if (schedule === undefined || occurrences.length === 0) continue;
    for (const [index, occurrence] of occurrences.entries()) {
      const gapMs = index === 0 ? everyMs : occurrence - occurrences[index - 1]!;
      if (gapMs !== everyMs) {
        history.violated(`schedule ${id}: ${gapMs} ms between two occurrences, not ${everyMs}`);
      }
    }
    const last = occurrences.at(-1)!;
    if (last + everyMs <= endMs) {
      history.violated(`schedule ${id} ended ${endMs - last} ms too early`);
    }
  }
}

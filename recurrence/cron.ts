/**
 * Classic cron patterns, as recurrences.
 *
 * @module
 */

import { Cron } from "croner";
import { DAY_SECONDS, daysOf, FIRST_LOCAL, inCalendar, LAST_LOCAL } from "./civil.ts";
import { describeCron } from "./cron_description.ts";
import { type CronFields, readCronFields } from "./cron_fields.ts";
import { firstElapsed, lastElapsed } from "./elapsed_time.ts";
import { listInstants, nextInstant, type Occurrences, previousInstant } from "./occurrences.ts";
import type { CalendarRecurrence, NextOptions, PreviousOptions } from "./recurrence.ts";
import { nextOnWallClock, previousOnWallClock, type WallCalendar } from "./wall_clock.ts";
import type { Zone } from "./zone.ts";

/** A classic cron pattern, such as `0 9 * * MON-FRI`. */
export class CronRecurrence implements CalendarRecurrence {
  /** Always `"cron"`. */
  readonly type = "cron";
  /** Always `null`: a pattern names no zone. */
  readonly timeZone = null;
  readonly #fields: CronFields;
  readonly #occurrences: CronOccurrences;

  /**
   * Reads a pattern; see {@linkcode cron}.
   *
   * @throws {RecurrenceError} with every field that cannot be read.
   */
  constructor(text: string) {
    this.#fields = readCronFields(text);
    this.#occurrences = new CronOccurrences(this.#fields);
  }

  /**
   * The first occurrence strictly after `after`, whose fraction of a second does not count; `undefined` when there is
   * none until `until` (inclusive) or the end of the year 9999.
   *
   * @throws {JobMasterError} `invalid_request` when `timeZone` is no zone.
   */
  next(after: Temporal.Instant, options: NextOptions = {}): Temporal.Instant | undefined {
    return nextInstant(this.#occurrences, after, { ...options, own: null });
  }

  /**
   * Up to `count` occurrences, each the first one after the one before; fewer when they end.
   *
   * @throws {JobMasterError} `invalid_request` when `count` is not 0 to 100,000 or `timeZone` is no zone.
   */
  nextMany(
    after: Temporal.Instant,
    count: number,
    options: NextOptions = {},
  ): readonly Temporal.Instant[] {
    return listInstants(this.#occurrences, after, { ...options, count, own: null });
  }

  /**
   * The last occurrence strictly before `before`; `undefined` when there is none since `since`.
   *
   * @throws {JobMasterError} `invalid_request` when `timeZone` is no zone.
   */
  previous(before: Temporal.Instant, options: PreviousOptions = {}): Temporal.Instant | undefined {
    return previousInstant(this.#occurrences, before, { ...options, own: null });
  }

  /** The pattern as written, with single spaces. */
  toString(): string {
    return this.#fields.text;
  }

  /** What it means in plain English, e.g. `At 09:00 on Monday to Friday`. */
  describe(): string {
    return describeCron(this.#fields);
  }
}

/**
 * Reads a classic cron pattern of at most 256 characters: five fields (minute, hour, day of the month, month, day of
 * the week), six with seconds in front, or one of `@yearly @annually @monthly @weekly @daily @midnight @hourly`.
 *
 * Lists, ranges and steps (`1,15`, `9-17`, `0-59/15`), names (`MON`, `JAN`), `?` for `*`, `L` (last day, `5L` last
 * Friday), `15W` (closest working day) and `1#2` (second Monday) are understood. When both the day of the month and
 * the day of the week are given, either is enough.
 *
 * @throws {RecurrenceError} with every field that cannot be read.
 *
 * @example
 * ```ts
 * import { cron } from "@jobmaster/jobmaster/recurrence";
 * import { strictEqual } from "node:assert/strict";
 *
 * const office = cron("0 9 * * MON-FRI");
 * const next = office.next(Temporal.Instant.from("2027-01-01T12:00:00Z"), { timeZone: "Europe/Lisbon" });
 *
 * strictEqual(String(next), "2027-01-04T09:00:00Z");
 * strictEqual(office.describe(), "At 09:00 on Monday to Friday");
 * ```
 */
export function cron(text: string): CronRecurrence {
  return new CronRecurrence(text);
}

/** Occurrences of a pattern; croner sees the wall clock as if it were UTC. */
class CronOccurrences implements Occurrences, WallCalendar {
  /** A pattern fixes its times of day. */
  readonly floating = false;
  readonly #isElapsed: boolean;
  readonly #pattern: Cron;

  constructor({ fields, text }: CronFields) {
    this.#isElapsed = [fields.minute, fields.hour].some((field) => /^[*?]/.test(field));
    this.#pattern = new Cron(text, { mode: "5-or-6-parts", timezone: "UTC", paused: true });
  }

  next(zone: Zone, after: number): number | null {
    if (!this.#isElapsed) return nextOnWallClock(this, zone, after);
    return firstElapsed(zone, after + 1, (local) => this.#atOrAfter(local));
  }

  previous(zone: Zone, before: number): number | null {
    if (!this.#isElapsed) return previousOnWallClock(this, zone, before);
    return lastElapsed(zone, before - 1, (local) => this.#atOrBefore(local));
  }

  following(_from: number, floor: number): number | null {
    return this.#atOrAfter(floor);
  }

  preceding(_from: number | null, ceiling: number): number | null {
    return this.#atOrBefore(ceiling);
  }

  /** A pattern counts from no start, so there is no phase to keep. */
  lastIn(): null {
    return null;
  }

  #atOrAfter(local: number): number | null {
    if (local > LAST_LOCAL) return null;
    const start = Math.max(local, FIRST_LOCAL);
    const shift = cyclesOf(start);
    const run = this.#pattern.nextRun(new Date((start - shift - 1) * 1_000));
    return run === null ? null : inCalendar(run.getTime() / 1_000 + shift);
  }

  #atOrBefore(local: number): number | null {
    if (local < FIRST_LOCAL) return null;
    const end = Math.min(local, LAST_LOCAL);
    const shift = cyclesOf(end);
    const [run] = this.#pattern.previousRuns(1, new Date((end - shift + 1) * 1_000));
    return run === undefined ? null : inCalendar(run.getTime() / 1_000 + shift);
  }
}

/** The calendar repeats after 400 years; croner ends with the year 2999, so it is asked about 2000 to 2399. */
function cyclesOf(local: number): number {
  return Math.floor((local - YEAR_2000) / CYCLE_SECONDS) * CYCLE_SECONDS;
}

const CYCLE_SECONDS = 146_097 * DAY_SECONDS;
const YEAR_2000 = daysOf(2000, 1, 1) * DAY_SECONDS;

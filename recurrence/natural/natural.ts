/**
 * Recurrences in natural language.
 *
 * @module
 */

import { listInstants, nextInstant, previousInstant } from "../occurrences.ts";
import type { CalendarRecurrence, NextOptions, PreviousOptions } from "../recurrence.ts";
import type { NaturalExpression } from "./ast.ts";
import { convertToCron } from "./cron_conversion.ts";
import type { CronOptions } from "./cron_options.ts";
import { describeNatural } from "./describe.ts";
import { NaturalOccurrences } from "./natural_occurrences.ts";
import { parseNatural } from "./parse.ts";
import { printNatural } from "./print.ts";

/**
 * A recurrence such as `every 2 weeks on [monday, friday] at 09:30`.
 *
 * "Every N" counts from the instant that is asked about when that is an occurrence itself; from any other instant the
 * next occurrence is simply the next match.
 *
 * @example
 * ```ts
 * import { naturalCron } from "@jobmaster/jobmaster/recurrence";
 * import { strictEqual } from "node:assert/strict";
 *
 * const standup = naturalCron("every week on [monday, thursday] at 09:30 tz Europe/Lisbon");
 * const next = standup.next(Temporal.Instant.from("2027-01-01T00:00:00Z"));
 *
 * strictEqual(String(next), "2027-01-04T09:30:00Z");
 * ```
 */
export class NaturalCron implements CalendarRecurrence {
  /** Always `"natural"`. */
  readonly type = "natural";
  /** The expression as data. */
  readonly expression: NaturalExpression;
  readonly #occurrences: NaturalOccurrences;

  /** Creates a recurrence of an expression that is valid by the rules of the language. */
  constructor(expression: NaturalExpression) {
    this.expression = expression;
    this.#occurrences = new NaturalOccurrences(expression);
  }

  /** The zone the expression names; `null` when it names none. It wins over the options' zone. */
  get timeZone(): string | null {
    return this.expression.timeZone;
  }

  /**
   * The first occurrence strictly after `after`, whose fraction of a second does not count; `undefined` when there is
   * none until `until` (inclusive), the end of the year 9999, or 400 years in a row that could have held one.
   *
   * @throws {JobMasterError} `invalid_request` when `timeZone` is no zone.
   */
  next(after: Temporal.Instant, options: NextOptions = {}): Temporal.Instant | undefined {
    return nextInstant(this.#occurrences, after, { ...options, own: this.timeZone });
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
    return listInstants(this.#occurrences, after, { ...options, count, own: this.timeZone });
  }

  /**
   * The last occurrence strictly before `before`; `undefined` when there is none since `since`.
   *
   * From an occurrence that begins a cycle it goes one step back. When there is no occurrence there, or `before` is
   * none itself, it is the last match; steps of hours and below are counted from where that match's window began.
   *
   * @throws {JobMasterError} `invalid_request` when `timeZone` is no zone.
   */
  previous(before: Temporal.Instant, options: PreviousOptions = {}): Temporal.Instant | undefined {
    return previousInstant(this.#occurrences, before, { ...options, own: this.timeZone });
  }

  /**
   * A classic cron pattern. By default one that happens at exactly the same times from every start at which it
   * happens itself, in a zone whose clock never changes; with `exact: false` one field after the other.
   *
   * @throws {JobMasterError} `unsupported` whose `problems` say every reason why there is none, and what would help.
   *
   * @example
   * ```ts
   * import { naturalCron } from "@jobmaster/jobmaster/recurrence";
   * import { strictEqual } from "node:assert/strict";
   *
   * strictEqual(naturalCron("every day at 09:00 between monday and friday").toCron(), "0 9 * * 1-5");
   * ```
   */
  toCron(options: CronOptions = {}): string {
    return convertToCron(this.expression, options);
  }

  /** Text that reads back to the same expression. */
  toString(): string {
    return printNatural(this.expression);
  }

  /** What it means, in plain English. */
  describe(): string {
    return describeNatural(this.expression);
  }
}

/**
 * Reads a natural expression of at most 1,000 characters.
 *
 * @throws {RecurrenceError} with every problem, its place, and what would have been right.
 *
 * @example
 * ```ts
 * import { naturalCron } from "@jobmaster/jobmaster/recurrence";
 * import { strictEqual } from "node:assert/strict";
 *
 * const daily = naturalCron("every day at 09:00");
 * const next = daily.next(Temporal.Instant.from("2027-03-01T10:00:00Z"));
 *
 * strictEqual(String(next), "2027-03-02T09:00:00Z");
 * ```
 */
export function naturalCron(text: string): NaturalCron {
  return new NaturalCron(parseNatural(text));
}

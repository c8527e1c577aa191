/**
 * The port of every recurrence: when something happens again.
 *
 * A recurrence is a value: it holds no clock and no state, so the same question has the same answer everywhere.
 *
 * @module
 */

/** Options of {@linkcode Recurrence.next}. */
export interface NextOptions {
  /** IANA zone in which local times are read, unless the recurrence names its own. @default {"UTC"} */
  readonly timeZone?: string;
  /** The last instant that counts. @default {the end of the year 9999} */
  readonly until?: Temporal.Instant;
}

/** Options of {@linkcode Recurrence.previous}. */
export interface PreviousOptions {
  /** IANA zone in which local times are read, unless the recurrence names its own. @default {"UTC"} */
  readonly timeZone?: string;
  /** The first instant that counts. @default {the beginning of the year 1} */
  readonly since?: Temporal.Instant;
}

/** When something happens again. */
export interface Recurrence {
  /** Names the language it is written in, e.g. `"natural"`, `"cron"`, `"interval"`. */
  readonly type: string;
  /** The zone it names itself; `null` when it names none. It wins over the options' zone. */
  readonly timeZone: string | null;
  /** The first occurrence strictly after `after`, not past `until`; `undefined` when there is none. */
  next(after: Temporal.Instant, options?: NextOptions): Temporal.Instant | undefined;
  /** Text that its type reads back to the same recurrence. */
  toString(): string;
  /** What it means, in plain English, without a full stop. */
  describe(): string;
}

/** A recurrence that can also look back, and list. */
export interface CalendarRecurrence extends Recurrence {
  /** Up to `count` occurrences, each the first one after the one before; fewer when they end. At most 100,000. */
  nextMany(
    after: Temporal.Instant,
    count: number,
    options?: NextOptions,
  ): readonly Temporal.Instant[];
  /** The last occurrence strictly before `before`, not before `since`; `undefined` when there is none. */
  previous(before: Temporal.Instant, options?: PreviousOptions): Temporal.Instant | undefined;
}

/** A language of recurrences. Register your own with a node's `recurrences` option. */
export interface RecurrenceType {
  /** Its name, stored with every schedule; 1 to 50 letters, digits, `-` or `_`. */
  readonly type: string;
  /** Reads a text; throws a `RecurrenceError`, or any error whose message says what is wrong. */
  readonly parse: (text: string) => Recurrence;
}

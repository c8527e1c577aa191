/**
 * Reads the recurrences of schedules: which languages this node knows, and what was read before.
 *
 * A node's own languages are code, so they stay on the thread that has them and are looked up by key.
 *
 * @module
 */

import { encodeError, JobMasterError } from "../core/errors.ts";
import type { NextOccurrence } from "../core/planning.ts";
import type { RecurrenceInput } from "../core/profile.ts";
import type { RecurrenceText, Schedule } from "../core/schedule.ts";
import {
  type Recurrence,
  recurrenceOf,
  type RecurrenceType,
  RecurrenceTypes,
} from "../recurrence/mod.ts";

const registered = new Map<string, RecurrenceTypes>();

/** Makes languages of this thread available to its actors until disposed. @throws {JobMasterError} `configuration_invalid` */
export function registerRecurrences(key: string, types: readonly RecurrenceType[]): Disposable {
  registered.set(key, new RecurrenceTypes(types));
  return { [Symbol.dispose]: () => void registered.delete(key) };
}

/** Most recurrences kept read. */
const MAX_KEPT = 10_000;

/** Reads recurrences and keeps the latest ones. */
export class RecurrenceReader {
  readonly #types: RecurrenceTypes;
  readonly #kept = new Map<string, Recurrence>();

  /** Reads the languages registered under `key`; the built-in ones without. */
  constructor(key: string | null) {
    this.#types = (key === null ? undefined : registered.get(key)) ?? new RecurrenceTypes();
  }

  /**
   * Reads a recurrence.
   *
   * @throws {JobMasterError} `invalid_recurrence` with every problem found.
   */
  read({ type, text }: RecurrenceText): Recurrence {
    const key = `${type} ${text}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const recurrence = this.#types.parse({ type, text });
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(key, recurrence);
    return recurrence;
  }

  /**
   * Finds out what a text or a value of the recurrence library says; the text is kept as it was written.
   *
   * @throws {JobMasterError} `invalid_recurrence` with every problem found.
   */
  recognize(input: RecurrenceInput, type: string | null): RecurrenceText {
    if (typeof input !== "string") return this.#checked({ type: input.type, text: String(input) });
    if (type !== null) return this.#checked({ type, text: input });
    return { type: recurrenceOf(input).type, text: input };
  }

  #checked(text: RecurrenceText): RecurrenceText {
    this.read(text);
    return text;
  }

  /**
   * The occurrences of a schedule as a function.
   *
   * @throws {JobMasterError} `invalid_recurrence` when its text cannot be read.
   */
  occurrencesOf(
    { recurrence, timeZone }: Pick<Schedule, "recurrence" | "timeZone">,
    clusterZone: string,
  ): NextOccurrence {
    const read = this.read(recurrence);
    const options = { timeZone: timeZone ?? clusterZone };
    return (afterMs) => {
      const at = nextOf(read, Temporal.Instant.fromEpochMilliseconds(afterMs), options);
      if (at === undefined || at > afterMs) return at;
      throw new JobMasterError(
        "invalid_recurrence",
        `Cannot use recurrence "${recurrence.text}": after ${afterMs} it answers ${at}, which is not later`,
      );
    };
  }
}

/** A language is code of the application: what it throws is said as a fault of the recurrence. */
function nextOf(
  recurrence: Recurrence,
  after: Temporal.Instant,
  options: { readonly timeZone: string },
): number | undefined {
  try {
    return recurrence.next(after, options)?.epochMilliseconds;
  } catch (error) {
    const { message } = encodeError(error);
    const text = `Cannot find the next occurrence of "${recurrence}": ${message}`;
    throw new JobMasterError("invalid_recurrence", text, { cause: error });
  }
}

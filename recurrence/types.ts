/**
 * The languages of recurrences that are known, and which of them a bare text is written in.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { cron } from "./cron.ts";
import { CRON_MACROS } from "./cron_fields.ts";
import { RecurrenceError } from "./error.ts";
import { interval } from "./interval.ts";
import { naturalCron } from "./natural/natural.ts";
import type { Recurrence, RecurrenceType } from "./recurrence.ts";

/** Longest text of a recurrence, in UTF-16 units. */
export const MAX_RECURRENCE_LENGTH = 1_000;

/** Most types of one registry, the built-in ones included. */
const MAX_TYPES = 100;

const BUILT_IN: readonly RecurrenceType[] = [
  { type: "natural", parse: naturalCron },
  { type: "cron", parse: cron },
  { type: "interval", parse: interval },
];

/** A text and the language it is written in. */
export interface TypedText {
  /** Name of the language. */
  readonly type: string;
  /** The text, at most 1,000 characters. */
  readonly text: string;
}

/**
 * A registry of languages: `natural`, `cron`, `interval` and your own.
 *
 * @example
 * ```ts
 * import { interval, RecurrenceTypes } from "@jobmaster/jobmaster/recurrence";
 * import { strictEqual } from "node:assert/strict";
 *
 * const types = new RecurrenceTypes([
 *   { type: "hours", parse: (text) => interval(`${text}h`) },
 * ]);
 *
 * strictEqual(String(types.parse({ type: "hours", text: "6" })), "PT6H");
 * ```
 */
export class RecurrenceTypes {
  readonly #types: ReadonlyMap<string, RecurrenceType>;

  /**
   * Creates a registry with the built-in types and your own; none by default.
   *
   * @throws {JobMasterError} `configuration_invalid` for a name that is taken or is not 1 to 50 letters, digits, `-`
   * or `_`, a type without a `parse` function, and more than 97 types.
   */
  constructor(own: readonly RecurrenceType[] = []) {
    const problems: string[] = [];
    const types = new Map(BUILT_IN.map((one) => [one.type, one]));
    for (const one of own.slice(0, MAX_TYPES)) {
      const problem = problemOf(one, types);
      if (problem === null) types.set(one.type, one);
      else problems.push(problem);
    }
    if (own.length + BUILT_IN.length > MAX_TYPES) problems.push(`more than ${MAX_TYPES} types`);
    if (problems.length > 0) {
      const message = `Cannot register recurrence types: ${problems.join("; ")}`;
      throw new JobMasterError("configuration_invalid", message, { problems });
    }
    this.#types = types;
  }

  /** Names of the types, the built-in ones first. */
  get names(): readonly string[] {
    return [...this.#types.keys()];
  }

  /**
   * Reads a text in a language. What a type of your own throws becomes a `RecurrenceError`.
   *
   * @throws {RecurrenceError} when the type is unknown or the text is none of its texts.
   */
  parse({ type, text }: TypedText): Recurrence {
    checkLength(text);
    const known = this.#types.get(type);
    if (known === undefined) {
      const message = `${shown(type)} is no type of recurrence here`;
      throw new RecurrenceError(text, [
        { message, offset: 0, length: text.length, expected: this.names },
      ]);
    }
    try {
      return checked(known.parse(text));
    } catch (thrown) {
      if (thrown instanceof RecurrenceError) throw thrown;
      throw refused(text, type, thrown);
    }
  }
}

const builtIn = new RecurrenceTypes();

/**
 * Reads a text in the built-in language it is written in: a cron pattern when it begins with a digit or `*` and has
 * five or six fields, or is a macro such as `@daily`; an interval when it is a duration such as `5m`; natural language
 * otherwise. At most 1,000 characters.
 *
 * @throws {RecurrenceError} with every problem.
 *
 * @example
 * ```ts
 * import { recurrenceOf } from "@jobmaster/jobmaster/recurrence";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const texts = ["every day at 09:00", "0 9 * * *", "PT5M"];
 * const types = texts.map((text) => recurrenceOf(text).type);
 *
 * deepStrictEqual(types, ["natural", "cron", "interval"]);
 * ```
 */
export function recurrenceOf(text: string): Recurrence {
  checkLength(text);
  return builtIn.parse({ type: typeOf(text.trim()), text });
}

function typeOf(text: string): string {
  if (CRON_MACROS.has(text.toLowerCase())) return "cron";
  const fields = text.split(/\s+/).length;
  if (/^[\d*]/.test(text) && (fields === 5 || fields === 6)) return "cron";
  const isDuration = /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text) || /^[-+]?p[\dt]/i.test(text);
  return isDuration ? "interval" : "natural";
}

function checkLength(text: string): void {
  if (typeof text !== "string") {
    throw new JobMasterError("invalid_request", `Cannot read recurrence ${shown(text)}: no text`);
  }
  if (text.length <= MAX_RECURRENCE_LENGTH) return;
  const message = `it has ${text.length} characters, at most ${MAX_RECURRENCE_LENGTH} are read`;
  throw new RecurrenceError(text, [{ message, offset: 0, length: text.length, expected: [] }]);
}

/** Refuses what only looks like a recurrence. */
function checked(parsed: Recurrence): Recurrence {
  if (typeof parsed?.next === "function") return parsed;
  throw new TypeError("the type's parse did not answer a recurrence");
}

function refused(text: string, type: string, thrown: unknown): RecurrenceError {
  const reason = thrown instanceof Error ? thrown.message : shown(thrown);
  const message = `${type} cannot read it: ${reason}`;
  return new RecurrenceError(text, [{ message, offset: 0, length: text.length, expected: [] }]);
}

function problemOf(
  { type, parse }: RecurrenceType,
  types: ReadonlyMap<string, RecurrenceType>,
): string | null {
  const isName = typeof type === "string" && /^[A-Za-z0-9_-]{1,50}$/.test(type);
  if (!isName) return `${shown(type)} is not 1 to 50 letters, digits, "-" or "_"`;
  if (types.has(type)) return `"${type}" is taken`;
  return typeof parse === "function" ? null : `"${type}" has no parse function`;
}

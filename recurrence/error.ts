/**
 * How a recurrence that cannot be read says so: every problem at once, each with its place.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";

/** One thing wrong with a text. */
export interface RecurrenceProblem {
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
  /** Where it starts, in UTF-16 units from the start of the text. */
  readonly offset: number;
  /** How long the part is; 0 for something that is missing. */
  readonly length: number;
  /** What would have been accepted there, in words or samples; may be empty. */
  readonly expected: readonly string[];
}

/** A text that is no recurrence. Its `code` is `invalid_recurrence`. */
export class RecurrenceError extends JobMasterError {
  /** The text, at most 2,000 characters of it. */
  readonly text: string;
  /** Every problem found, in the order of the text. */
  readonly found: readonly RecurrenceProblem[];

  /** Creates an error; `found` holds at least one problem. */
  constructor(text: string, found: readonly RecurrenceProblem[]) {
    const lines = found.map(lineOf);
    super("invalid_recurrence", `Cannot read recurrence ${quoted(text)}: ${lines.join("; ")}`, {
      problems: lines,
    });
    this.text = text.slice(0, 2_000);
    this.found = found;
  }
}

function lineOf({ message, offset, expected }: RecurrenceProblem): string {
  const hint = expected.length === 0 ? "" : `; expected ${expected.join(", ")}`;
  return `at ${offset}: ${message}${hint}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 199)}…`);
}

/**
 * The fields of a cron pattern, and what is wrong with them.
 *
 * @module
 */

import { Cron } from "croner";
import { RecurrenceError, type RecurrenceProblem } from "./error.ts";

/** Longest pattern, in UTF-16 units. */
export const MAX_CRON_LENGTH = 256;

/** The fields by name, as written. */
export interface NamedFields {
  /** Seconds; `0` when the pattern has five fields. */
  readonly second: string;
  /** Minutes. */
  readonly minute: string;
  /** Hours. */
  readonly hour: string;
  /** Days of the month. */
  readonly day: string;
  /** Months. */
  readonly month: string;
  /** Days of the week. */
  readonly weekday: string;
}

/** A pattern that can be read. */
export interface CronFields {
  /** The pattern with single spaces. */
  readonly text: string;
  /** Its fields; those that a macro stands for. */
  readonly fields: NamedFields;
}

/** Every macro, in lower case, and what it stands for. */
export const CRON_MACROS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const NAMES = ["second", "minute", "hour", "day of the month", "month", "day of the week"] as const;

const EXPECTED: readonly (readonly string[])[] = [
  ["0 to 59", "*", "*/15", "0,30"],
  ["0 to 59", "*", "*/15", "0,30"],
  ["0 to 23", "*", "*/2", "9-17"],
  ["1 to 31", "*", "1,15", "L", "15W"],
  ["1 to 12", "*", "JAN", "1-6"],
  ["0 to 7", "*", "MON-FRI", "5L", "1#2"],
];

/** Reads a pattern; throws a `RecurrenceError` with every field that cannot be read. */
export function readCronFields(text: string): CronFields {
  if (typeof text !== "string") throw problem(String(text), whole(0, "a pattern is a text"));
  if (text.length > MAX_CRON_LENGTH) {
    const message = `a pattern has at most ${MAX_CRON_LENGTH} characters, this one ${text.length}`;
    throw problem(text, whole(text.length, message));
  }
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, offset: index }));
  const [first] = words;
  if (words.length === 1 && first!.word.startsWith("@")) return macro(text, first!);
  if (words.length !== 5 && words.length !== 6) {
    const count = words.length === 1 ? "1 field" : `${words.length} fields`;
    throw problem(text, whole(text.length, `a pattern has 5 or 6 fields, this one has ${count}`));
  }
  const found = words.flatMap(({ word, offset }, index) => {
    const field = index + 6 - words.length;
    const reason = refusal(word, field);
    if (reason === null) return [];
    const message = `the ${NAMES[field]} cannot be ${JSON.stringify(word)}: ${reason}`;
    return [{ message, offset, length: word.length, expected: EXPECTED[field]! }];
  });
  if (found.length > 0) throw new RecurrenceError(text, found);
  const plain = words.map(({ word }) => word);
  return { text: plain.join(" "), fields: named(plain) };
}

function macro(
  text: string,
  { word, offset }: { readonly word: string; readonly offset: number },
): CronFields {
  const stands = CRON_MACROS.get(word.toLowerCase());
  if (stands !== undefined) return { text: word.toLowerCase(), fields: named(stands.split(" ")) };
  const message = word.toLowerCase() === "@reboot"
    ? "@reboot is an event, not a time"
    : `${word} is no macro`;
  throw problem(text, { message, offset, length: word.length, expected: [...CRON_MACROS.keys()] });
}

/** What is wrong with one field; `null` when nothing is. */
function refusal(word: string, field: number): string | null {
  if (!/^[\w*?/,#+-]+$/.test(word)) return "it has a character that no field has";
  const fields = ["*", "*", "*", "*", "*", "*"];
  fields[field] = word;
  try {
    new Cron(fields.join(" "), { mode: "6-part", timezone: "UTC", paused: true });
    return null;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return message.replace(/^CronPattern: (Syntax error, )?/, "").replace(/\.$/, "");
  }
}

function named(words: readonly string[]): NamedFields {
  const [second, minute, hour, day, month, weekday] = words.length === 5 ? ["0", ...words] : words;
  return {
    second: second!,
    minute: minute!,
    hour: hour!,
    day: day!,
    month: month!,
    weekday: weekday!,
  };
}

function whole(length: number, message: string): RecurrenceProblem {
  return { message, offset: 0, length, expected: ["0 9 * * MON-FRI", "*/15 * * * *", "@daily"] };
}

function problem(text: string, one: RecurrenceProblem): RecurrenceError {
  return new RecurrenceError(text, [one]);
}

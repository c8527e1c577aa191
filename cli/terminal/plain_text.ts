/**
 * Makes text written by others safe to show on a terminal.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- these are the characters to keep off the terminal
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * `text` on one line, with nothing a terminal would act on: control characters (escape sequences start with one),
 * marks that turn the direction of writing, and invisible ones are shown as `\xNN` or `\uNNNN`.
 */
export function plainText(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => NAMED[character] ?? escaped(character));
}

/** Like {@linkcode plainText}, but its lines stay lines. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|\n/).map((line) => plainText(line.replaceAll("\t", "  ")));
}

/** `value` as JSON text in which every character that could act on a terminal is escaped; the same JSON value. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    UNSAFE,
    (character) => character === "\n" ? character : unicodeEscape(character),
  );
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `text` cut to `max` characters, with a mark where it was cut. */
export function shortened(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}

/**
 * Cuts a text into tokens, and finds what is no word of the language.
 *
 * @module
 */

import type { RecurrenceProblem } from "../error.ts";
import { closeWords } from "./close_words.ts";
import { type Meaning, type Place, placeOf, type Report, reportInto, type Token } from "./token.ts";
import { WORDS } from "./words.ts";
import { zoneName } from "./zone.ts";

/** Longest text that is read, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 1_000;
/** Most digits of a number. */
export const MAX_DIGITS = 9;

/** Spaces, or one mark or blank, or marks that mean nothing, or digits, or everything up to the next of these. */
const PIECE =
  / +|[,:\-+[\];\t\n\r]|[.(){}%$#^=!<>?|\\"']+|\d+|[^ ,:\-+[\];\t\n\r.(){}%$#^=!<>?|\\"'\d]+/g;
/** Marks that mean nothing. */
const MEANINGLESS = /^[.(){}%$#^=!<>?|\\"']/;
const MARKS: ReadonlyMap<string, Exclude<Meaning["kind"], "number">> = new Map([
  [",", "comma"],
  [":", "colon"],
  ["+", "plus"],
  ["-", "minus"],
  ["[", "open"],
  ["]", "close"],
  [";", "semicolon"],
  ["\t", "blank"],
  ["\n", "blank"],
  ["\r", "blank"],
]);
const MARKS_INSTEAD: ReadonlyMap<string, readonly string[]> = new Map([
  ["(", ["["]],
  [")", ["]"]],
  ["{", ["["]],
  ["}", ["]"]],
]);

/** What a text is made of. */
export interface Tokens {
  /** Its tokens, when there is no problem. */
  readonly tokens: readonly Token[];
  /** What is no word of the language. */
  readonly problems: readonly RecurrenceProblem[];
}

/** Cuts a text into tokens. Reads no more of it than {@linkcode MAX_TEXT_LENGTH}; the caller checks. */
export function readTokens(text: string): Tokens {
  const problems: RecurrenceProblem[] = [];
  const report = reportInto(problems);
  const pieces = [...text.matchAll(PIECE)].map((match) => match[0]);
  const tokens: Token[] = [];
  let offset = 0;
  let depth = 0;
  for (let index = 0; index < pieces.length; index++) {
    const piece = gluedNth(pieces[index]!, pieces[index + 1]) ?? pieces[index]!;
    if (piece !== pieces[index]) index++;
    const token = readToken({ piece, offset, before: tokens.slice(-2) }, report);
    if (token.kind === "open") depth++;
    if (token.kind === "close" && --depth < 0) {
      depth = 0;
      report(token, `"]" closes no list`, ["[ before it"]);
    }
    tokens.push(token);
    offset += piece.length;
  }
  return { tokens, problems: withZones(text, tokens, problems) };
}

/** `1st` and `Monday` that are one word. */
function gluedNth(digits: string, letters: string | undefined): string | undefined {
  const word = digits + (letters ?? "");
  return isNumber(digits) && WORDS.has(lowerCase(word)) ? word : undefined;
}

interface Piece {
  readonly piece: string;
  readonly offset: number;
  /** Up to two tokens before it. */
  readonly before: readonly Token[];
}

function readToken({ piece, offset, before }: Piece, report: Report): Token {
  const text = lowerCase(piece);
  const place = { offset, length: piece.length };
  if (isNumber(piece)) {
    if (piece.length > MAX_DIGITS) {
      report(place, `a number of ${piece.length} digits`, [`at most ${MAX_DIGITS} digits`]);
    }
    return { ...place, text, kind: "number", number: Number(piece.slice(0, MAX_DIGITS)) };
  }
  if (piece.startsWith(" ")) return { ...place, text: " ", kind: "space" };
  const mark = MARKS.get(piece);
  if (mark !== undefined) return { ...place, text, kind: mark } as Token;
  const word = WORDS.get(text) ?? prefixedRule(text);
  if (word !== undefined) return { ...place, text, ...word };
  if (zoneName(piece) === null) reportUnknown({ piece: text, offset, before }, report);
  return { ...place, text, kind: "time_zone" };
}

/** `@every` is `every`; nothing but a rule's word takes the sign. */
function prefixedRule(text: string): Meaning | undefined {
  const word = text.startsWith("@") ? WORDS.get(text.slice(1)) : undefined;
  return word?.kind === "rule" ? word : undefined;
}

function reportUnknown({ piece, offset, before }: Piece, report: Report): void {
  const place: Place = { offset, length: piece.length };
  const last = before.at(-1);
  if (MEANINGLESS.test(piece)) {
    const isDot = piece === "." && last?.kind === "number";
    const expected = isDot ? [":", "-"] : MARKS_INSTEAD.get(piece[0]!);
    report(place, `${shown(piece)} is no part of the language`, expected);
  } else if (last?.kind === "space" && before[0]?.kind === "rule" && before[0].rule === "zone") {
    report(place, `${shown(piece)} is no time zone`, ["Europe/Berlin", "UTC"]);
  } else if (piece.startsWith("@")) {
    const rest = piece.slice(1);
    const near = WORDS.has(rest) ? [rest] : closeWords(rest);
    const expected = near.length === 0 ? ["@every", "@at", "@between"] : near;
    report(place, `${shown(piece)} is no rule, and only a rule may start with "@"`, expected);
  } else {
    const glued = last?.kind === "number" ? closeWords(last.text + piece) : [];
    const isGlued = last !== undefined && glued.length > 0;
    const whole = isGlued ? placeOf([last, place]) : place;
    const word = isGlued ? last.text + piece : piece;
    report(whole, `${shown(word)} is no word of the language`, isGlued ? glued : closeWords(piece));
  }
}

/** Says of a zone that exists, but cannot be written, what can be done about it: once, and not about its parts. */
function withZones(
  text: string,
  tokens: readonly Token[],
  problems: readonly RecurrenceProblem[],
): readonly RecurrenceProblem[] {
  if (problems.length === 0) return problems;
  let kept = problems;
  for (const token of tokens) {
    if (token.kind !== "rule" || token.rule !== "zone") continue;
    const after = /^ +([^\s,;]+)/.exec(text.slice(token.offset + token.length));
    const zone = after === null ? null : zoneName(after[1]!);
    if (zone === null) continue;
    const end = token.offset + token.length + after![0].length;
    const offset = end - after![1]!.length;
    const others = kept.filter((problem) => problem.offset < offset || problem.offset >= end);
    if (others.length === kept.length) continue;
    const message = `the name of the time zone ${shown(zone)} cannot be written in an expression`;
    const expected = ["the time zone in the option timeZone instead"];
    kept = [...others, { message, offset, length: end - offset, expected }];
  }
  return kept === problems ? kept : kept.toSorted((a, b) => a.offset - b.offset);
}

function isNumber(piece: string): boolean {
  return /^\d+$/.test(piece);
}

/** Lower case of ASCII alone: no other letter becomes one of a word. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function shown(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 39)}…`);
}

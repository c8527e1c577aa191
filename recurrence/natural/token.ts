/**
 * The smallest parts of an expression, each with its place in the text.
 *
 * @module
 */

import type { RecurrenceProblem } from "../error.ts";
import type { Word } from "./words.ts";

/** A part of a text. */
export interface Place {
  /** Where it starts, in UTF-16 units. */
  readonly offset: number;
  /** How many of them it has. */
  readonly length: number;
}

/** What a token stands for: a word, or one of those that no table lists. */
export type Meaning =
  | Word
  /** Digits. */
  | { readonly kind: "number"; readonly number: number }
  /** An IANA time zone. */
  | { readonly kind: "time_zone" }
  /** A run of spaces, or a mark that means something. */
  | { readonly kind: "space" | "comma" | "colon" | "plus" | "minus" | "open" | "close" }
  /** A line break or tab: ends no value. */
  | { readonly kind: "blank" }
  /** `;`. */
  | { readonly kind: "semicolon" };

/** One token of a text. */
export type Token = Meaning & Place & {
  /** It in lower case. */
  readonly text: string;
};

/** Takes note of a problem. */
export type Report = (place: Place, message: string, expected?: readonly string[]) => void;

/** A {@linkcode Report} that collects into `problems`. */
export function reportInto(problems: RecurrenceProblem[]): Report {
  return ({ offset, length }, message, expected = []) =>
    void problems.push({ message, offset, length, expected });
}

/** The place of some tokens together; there must be one. */
export function placeOf(tokens: readonly Place[]): Place {
  const first = tokens[0]!;
  const last = tokens[tokens.length - 1]!;
  return { offset: first.offset, length: last.offset + last.length - first.offset };
}

/** Some tokens as one text in lower case; any gap between them is one space. */
export function textOf(tokens: readonly Token[]): string {
  let text = "";
  let end = tokens[0]?.offset ?? 0;
  for (const token of tokens) {
    if (token.kind === "space") continue;
    text += token.offset > end ? ` ${token.text}` : token.text;
    end = token.offset + token.length;
  }
  return text;
}

/** Whether it only separates: a space, a tab or a line break. */
export function isBlank({ kind }: Token): boolean {
  return kind === "space" || kind === "blank";
}

/** The tokens without blanks at both ends. */
export function trimmed(tokens: readonly Token[]): readonly Token[] {
  const start = tokens.findIndex((token) => !isBlank(token));
  return start < 0 ? [] : tokens.slice(start, tokens.findLastIndex((t) => !isBlank(t)) + 1);
}

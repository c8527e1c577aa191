/**
 * Tokens to clauses: a rule's word and what follows it, up to the next rule's word.
 *
 * @module
 */

import type { Unit } from "./ast.ts";
import { type Place, placeOf, type Report, type Token } from "./token.ts";
import type { RuleName } from "./words.ts";

/** Most clauses of an expression. */
export const MAX_CLAUSES = 50;

type RuleToken = Extract<Token, { readonly kind: "rule" }>;

/** A rule's word and what follows it. */
export interface Clause extends Place {
  /** What the rule does. */
  readonly rule: RuleName;
  /** The unit that the word brings along, as in `daily`. */
  readonly unit: Unit | null;
  /** The word. */
  readonly word: Token;
  /** What follows it. */
  readonly body: readonly Token[];
}

/** The clauses of an expression. What stands before the first is dropped: that is a rule of the language. */
export function splitClauses(tokens: readonly Token[], report: Report): readonly Clause[] {
  const starts = tokens.flatMap((word, index) => word.kind === "rule" ? [{ word, index }] : []);
  if (starts.length > MAX_CLAUSES) {
    report(starts[MAX_CLAUSES]!.word, `more than ${MAX_CLAUSES} clauses`);
    return [];
  }
  return starts.map(({ word, index }, nth) =>
    clauseOf(word, tokens.slice(index + 1, starts[nth + 1]?.index))
  );
}

function clauseOf(word: RuleToken, body: readonly Token[]): Clause {
  const end = body.findLastIndex((token) => !isSeparator(token)) + 1;
  const place = placeOf([word, ...body.slice(0, end)]);
  return { ...place, rule: word.rule, unit: word.unit, word, body };
}

/** Whether a token stands between clauses rather than in one. */
function isSeparator({ kind }: Token): boolean {
  return kind === "space" || kind === "blank" || kind === "comma" || kind === "semicolon";
}

/**
 * Tokens to groups: those that make one value together, such as `hour 10`, `9 pm` or `FirstDay + 2`.
 *
 * @module
 */

import type { Unit } from "./ast.ts";
import type { Token } from "./token.ts";

/** The tokens of one value; never empty, and without blanks at its ends. */
export type Group = readonly Token[];

/** A unit's word that is no suffix. */
export type UnitToken = Extract<Token, { readonly kind: "unit" }>;

/** Splits at commas, and at the spaces that do not hold a value together. */
export function groupsOf(tokens: readonly Token[]): readonly Group[] {
  const groups: Token[][] = [];
  let gap: "none" | "space" | "comma" = "comma";
  for (const token of tokens) {
    if (token.kind === "comma" || token.kind === "space") {
      if (gap !== "comma") gap = token.kind;
      continue;
    }
    const group = groups.at(-1);
    if (group === undefined || gap === "comma" || gap === "space" && splits(group.at(-1)!, token)) {
      groups.push([token]);
    } else {
      group.push(token);
    }
    gap = "none";
  }
  return groups;
}

/** Whether the space between two tokens ends a value. */
export function splits(before: Token, after: Token): boolean {
  if (before.kind === "closest" || before.kind === "minus" || after.kind === "minus") return false;
  if (before.kind === "plus") return after.kind !== "number";
  if (after.kind === "plus") return !isSpecial(before);
  if (isUnit(before)) return after.kind !== "number" && !isSuffix(after) && !isSpecial(after);
  if (isUnit(after)) return !isSpecial(before);
  return !(before.kind === "number" && after.kind === "half");
}

/** Whether a token is a word of a day, or a bound: what a unit's word or a sign may stand beside. */
export function isSpecial({ kind }: Token): boolean {
  return kind === "bound" || kind === "day" || kind === "closest";
}

/** Whether a token is a suffix such as `th`. */
export function isSuffix(token: Token): boolean {
  return token.kind === "unit" && token.suffix;
}

/** Whether a token is a unit's word that is no suffix. */
export function isUnit(token: Token | undefined): token is UnitToken {
  return token?.kind === "unit" && !token.suffix;
}

/** The unit's word nearest to the end; `null` when there is none. */
export function lastUnit(tokens: readonly Token[]): Unit | null {
  return tokens.findLast(isUnit)?.unit ?? null;
}

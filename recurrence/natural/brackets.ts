/**
 * Lists in brackets: where they are and which parts they have.
 *
 * @module
 */

import type { Unit } from "./ast.ts";
import { lastUnit } from "./groups.ts";
import { type Report, type Token, trimmed } from "./token.ts";

/** What stands in brackets. */
export interface Brackets {
  /** The unit before the bracket, of values that name none; `null` when there is none. */
  readonly unit: Unit | null;
  /** What stands between the commas; at least one, and none is empty. */
  readonly parts: readonly (readonly Token[])[];
}

/** Reads a clause's list; `null` when there is a problem, which is reported. What stands around it means nothing. */
export function readBrackets(
  body: readonly Token[],
  most: { readonly count: number; readonly what: string },
  report: Report,
): Brackets | null {
  const start = body.findIndex(({ kind }) => kind === "open");
  const close = body.findIndex(({ kind }) => kind === "close");
  const end = close < 0 ? body.length : close;
  const second = body.find(({ kind }, index) => kind === "open" && index > start);
  if (second !== undefined) {
    report(second, "a clause takes one list, and a list takes no other");
    return null;
  }
  const parts: Token[][] = [[]];
  let empty = false;
  const endPart = (at: Token): void => {
    if (trimmed(parts.at(-1)!).length > 0) return;
    empty = true;
    const isWhole = parts.length === 1 && at.kind !== "comma";
    report(at, isWhole ? "the list is empty" : "a value is missing in the list", [
      "monday",
      "15th",
    ]);
  };
  for (const token of body.slice(start + 1, end)) {
    if (token.kind !== "comma") {
      parts.at(-1)!.push(token);
      continue;
    }
    endPart(token);
    parts.push([]);
    if (parts.length > most.count) {
      report(token, `more than ${most.count} ${most.what}`);
      return null;
    }
  }
  endPart(body[end] ?? body[start]!);
  if (empty) return null;
  return { unit: lastUnit(body.slice(0, start)), parts: parts.map(trimmed) };
}

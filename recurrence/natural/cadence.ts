/**
 * Reads `every …` and its anchor.
 *
 * @module
 */

import type { Anchor, Cadence, Unit } from "./ast.ts";
import type { Clause } from "./clauses.ts";
import { MAX_DIGITS } from "./lexer.ts";
import { type Place, placeOf, type Report, type Token } from "./token.ts";
import { capitalized, WEEKDAY_NAMES, WORDS } from "./words.ts";

/** A cadence, and where it is written. */
export interface PlacedCadence {
  /** The cadence; its interval may still be 0. */
  readonly cadence: Cadence;
  /** Where the clause stands. */
  readonly place: Place;
}

/** Reads a cadence; `null` when there is a problem, which is reported. Words left over mean nothing. */
export function readCadence(clause: Clause, report: Report): PlacedCadence | null {
  const tokens = clause.body.filter(({ kind }) =>
    kind !== "space" && kind !== "blank" && kind !== "semicolon"
  );
  if (clause.unit !== null) {
    return withAnchor(clause, { interval: 1, unit: clause.unit }, { tokens, report });
  }
  const [first, second] = tokens;
  if (first?.kind === "name" && first.unit === "week") {
    const anchor = { text: first.text, value: first.number };
    return { cadence: { interval: 1, unit: "week", anchor }, place: clause };
  }
  if (first?.kind === "number" && second?.kind === "unit") {
    const count = { interval: first.number, unit: second.unit };
    return withAnchor(clause, count, { tokens: tokens.slice(2), report });
  }
  if (first?.kind === "unit") {
    return withAnchor(clause, { interval: 1, unit: first.unit }, {
      tokens: tokens.slice(1),
      report,
    });
  }
  return fail(clause, tokens, report);
}

function fail({ word }: Clause, [first, second]: readonly Token[], report: Report): null {
  const every = word.text;
  if (first === undefined) {
    report(word, `"${every}" lacks a unit`, [
      `${every} day`,
      `${every} 2 weeks`,
      `${every} monday`,
    ]);
  } else if (first.kind === "number") {
    const expected = second?.kind === "name" && second.unit === "week"
      ? [
        `${every} ${first.text} weeks AnchoredOn ${capitalized(WEEKDAY_NAMES[second.number - 1]!)}`,
      ]
      : [`${every} ${first.text} minutes`, `${every} ${first.text} days`];
    report(placeOf([word, first]), `"${every} ${first.text}" lacks a unit`, expected);
  } else if (first.kind === "comma") {
    report(first, `a comma cannot stand between "${every}" and its unit`, [`${every} day`]);
  } else if (first.kind === "open") {
    report(first, `a list is no cadence`, [`${every} week on [monday, friday]`]);
  } else if (first.kind === "minus" || first.kind === "plus") {
    report(first, "the interval takes no sign", [`${every} 2 days`]);
  } else if (first.kind === "name") {
    report(first, `"${every} ${first.text}" is no cadence`, [`${every} year in ${first.text}`]);
  } else if (first.kind === "day" || first.kind === "bound" || first.kind === "closest") {
    report(first, `"${every} ${first.text}" is no cadence`, [`${every} month on ${first.text}`]);
  } else {
    const expected = [`${every} day`, `${every} 2 weeks`, `${every} monday`];
    report(first, `"${first.text}" is no unit`, expected);
  }
  return null;
}

interface Rest {
  readonly tokens: readonly Token[];
  readonly report: Report;
}

/** Looks for an anchor in what follows the unit. */
function withAnchor(
  clause: Clause,
  count: { readonly interval: number; readonly unit: Unit },
  { tokens, report }: Rest,
): PlacedCadence | null {
  const at = tokens.findIndex(({ kind }) => kind === "anchor");
  if (at < 0) return { cadence: { ...count, anchor: null }, place: clause };
  const kept = tokens.slice(at + 1).filter(({ kind }) => kind !== "comma" && kind !== "unit");
  if (kept.length === 0) {
    const word = tokens[at]!;
    report(word, `"${word.text}" has no value`, [`${word.text} ${anchorSample(count.unit)}`]);
    return null;
  }
  const bracket = kept.find(({ kind }) => kind === "open" || kind === "close");
  if (bracket !== undefined) {
    report(bracket, "an anchor takes no list", [anchorSample(count.unit)]);
    return null;
  }
  const anchor = anchorOf(kept, count.unit);
  const place = placeOf(kept);
  const digits = anchor.text.match(/\d+/g)?.find(({ length }) => length > MAX_DIGITS);
  if (digits !== undefined) {
    report(place, `a number of ${digits.length} digits`, [`at most ${MAX_DIGITS} digits`]);
    return null;
  }
  if (count.unit === "week" && anchor.value !== null && !(anchor.value >= 1 && anchor.value <= 7)) {
    report(place, `${anchor.text} is no weekday`, ["1 (sunday) to 7 (saturday)", "monday"]);
    return null;
  }
  return { cadence: { ...count, anchor }, place: clause };
}

function anchorSample(unit: Unit): string {
  if (unit === "week") return "monday";
  return unit === "month" ? "january" : "5";
}

function anchorOf(tokens: readonly Token[], unit: Unit): Anchor {
  const text = tokens.reduce((joined, token, index) => {
    const before = tokens[index - 1];
    return before !== undefined && runTogether(before, token)
      ? `${joined} ${token.text}`
      : joined + token.text;
  }, "");
  return { text, value: anchorValue(text, unit) };
}

/** Whether two tokens without a space would be read as other tokens. */
function runTogether(before: Token, after: Token): boolean {
  if (isMark(before) || isMark(after) || after.kind === "number") return false;
  return before.kind !== "number" || /^\d/.test(after.text);
}

function isMark({ kind }: Token): boolean {
  return kind === "colon" || kind === "plus" || kind === "minus";
}

function anchorValue(text: string, unit: Unit): number | null {
  if (/^[+-]?\d+$/.test(text)) return Number(text) || 0; // never -0
  const word = WORDS.get(text);
  return word?.kind === "name" && word.unit === unit ? word.number : null;
}

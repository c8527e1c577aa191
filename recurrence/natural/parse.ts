/**
 * Reads natural expressions.
 *
 * Three steps, each only when the one before found nothing wrong: words, clauses, the expression as a whole. So an
 * error names every problem of its step, and none that only follows from another.
 *
 * @module
 */

import { RecurrenceError, type RecurrenceProblem } from "../error.ts";
import type { NaturalExpression } from "./ast.ts";
import { type PlacedCadence, readCadence } from "./cadence.ts";
import { checkExpression } from "./check.ts";
import { type Clause, splitClauses } from "./clauses.ts";
import { type PlacedFilter, readFilters } from "./filters.ts";
import { MAX_TEXT_LENGTH, readTokens } from "./lexer.ts";
import { printNatural } from "./print.ts";
import { type Report, reportInto, trimmed } from "./token.ts";
import { zoneName } from "./zone.ts";

/**
 * Reads a natural expression such as `every 2 weeks on [monday, friday] at 09:30 tz Europe/Berlin`.
 *
 * @throws {RecurrenceError} with every problem, its place, and what would have been right.
 */
export function parseNatural(text: string): NaturalExpression {
  refuse(text, outsideProblems(text));
  const { tokens, problems } = readTokens(text);
  refuse(text, problems);

  const found: RecurrenceProblem[] = [];
  const report = reportInto(found);
  const clauses = splitClauses(tokens, report).map((clause) => readClause(clause, report));
  refuse(text, found);

  const cadences = clauses.flatMap(({ cadence }) => cadence ?? []);
  const filters = clauses.flatMap((clause) => clause.filters);
  const whole = { offset: 0, length: text.length };
  checkExpression({ cadences, filters, whole }, report);
  refuse(text, found);

  const expression = {
    cadence: cadences[0]?.cadence ?? null,
    filters: filters.map(({ filter }) => filter),
    timeZone: clauses.find(({ timeZone }) => timeZone !== null)?.timeZone ?? null,
  };
  refuse(text, sizeProblems(text, expression));
  return expression;
}

/** Texts up to this length never get too long when they are printed. */
const ALWAYS_PRINTABLE = MAX_TEXT_LENGTH / 5;

/** An expression must be readable in the spelling it is kept in. */
function sizeProblems(text: string, expression: NaturalExpression): readonly RecurrenceProblem[] {
  if (text.length <= ALWAYS_PRINTABLE) return [];
  const { length } = printNatural(expression);
  if (length <= MAX_TEXT_LENGTH) return [];
  const message = `an expression of ${length} characters when it is written out`;
  return [{
    message,
    offset: 0,
    length: text.length,
    expected: [`at most ${MAX_TEXT_LENGTH} characters`],
  }];
}

/** What one clause says; at most one of the three. */
interface ReadClause {
  readonly cadence: PlacedCadence | null;
  readonly filters: readonly PlacedFilter[];
  readonly timeZone: string | null;
}

function readClause(clause: Clause, report: Report): ReadClause {
  return {
    cadence: clause.rule === "every" ? readCadence(clause, report) : null,
    filters: clause.rule === "every" || clause.rule === "zone"
      ? []
      : readFilters(clause, report) ?? [],
    timeZone: clause.rule === "zone" ? readZone(clause, report) : null,
  };
}

function readZone({ word, body }: Clause, report: Report): string | null {
  const tokens = trimmed(body).filter(({ kind }) => kind !== "space");
  const text = tokens.map((token) => token.text).join("");
  const name = zoneName(text);
  if (name !== null) return name;
  const first = tokens.findIndex(({ kind }) => kind === "comma" || kind === "semicolon");
  if (text === "") {
    report(word, `"${word.text}" has no value`, ["Europe/Berlin", "UTC"]);
  } else if (first > 0) {
    const mark = tokens[first]!;
    report(mark, `"${mark.text}" cannot follow a time zone`, ["a space"]);
  } else {
    const last = tokens.at(-1)!;
    const { offset } = tokens[0]!;
    const place = { offset, length: last.offset + last.length - offset };
    report(place, `"${text}" is no time zone`, ["Europe/Berlin", "UTC"]);
  }
  return null;
}

/** What can be said without looking into the text. */
function outsideProblems(text: unknown): readonly RecurrenceProblem[] {
  if (typeof text !== "string") {
    const message = `an expression is a text, not ${text === null ? "null" : typeof text}`;
    return [{ message, offset: 0, length: 0, expected: ["every day at 09:00"] }];
  }
  if (text.length <= MAX_TEXT_LENGTH) return [];
  const message = `a text of ${text.length} characters`;
  const length = text.length - MAX_TEXT_LENGTH;
  const expected = [`at most ${MAX_TEXT_LENGTH} characters`];
  return [{ message, offset: MAX_TEXT_LENGTH, length, expected }];
}

function refuse(text: unknown, problems: readonly RecurrenceProblem[]): void {
  if (problems.length === 0) return;
  const ordered = problems.toSorted((a, b) => a.offset - b.offset);
  throw new RecurrenceError(typeof text === "string" ? text : "", ordered);
}

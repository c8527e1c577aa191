import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { NaturalExpression } from "../../recurrence/natural/ast.ts";
import { MatchSearch } from "../../recurrence/natural/match_search.ts";
import { modelOf, UNIT, unitsOf } from "../../recurrence/natural/model.ts";
import { NaturalCron } from "../../recurrence/natural/natural.ts";
import { windowStart } from "../../recurrence/natural/window.ts";
import { zoneOf } from "../../recurrence/zone.ts";
import { naturalExpression } from "./support/natural_arbitrary.ts";
import { oracleMatches, oracleNext } from "./support/recurrence_oracle.ts";
import { tameExpression } from "./support/tame_arbitrary.ts";

const START_MS = Date.UTC(2019, 0, 1);

/** Whole seconds from 2019 to 2031, many of them at the edges of days and months. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: 12 * 366 * 86_400 }),
  fc.integer({ min: 0, max: 12 * 366 * 24 }).map((hours) => hours * 3_600),
  fc.integer({ min: 0, max: 12 * 366 }).map((days) => days * 86_400),
).map((seconds) => Temporal.Instant.fromEpochMilliseconds(START_MS + seconds * 1_000));

const noZone = (expression: NaturalExpression): NaturalExpression => ({
  ...expression,
  timeZone: null,
});

const anyExpression = fc.oneof(
  { weight: 3, arbitrary: tameExpression },
  { weight: 2, arbitrary: naturalExpression.map(noZone) },
);

function plain(at: Temporal.Instant): Temporal.PlainDateTime {
  return at.toZonedDateTimeISO("UTC").toPlainDateTime();
}

Deno.test("NaturalCron.next agrees with the oracle when any expression is chained three times", () => {
  fc.assert(
    fc.property(anyExpression, instant, (expression, base) => {
      const recurrence = new NaturalCron(expression);
      let after = base;
      for (let count = 0; count < 3; count++) {
        const expected = oracleNext(expression, plain(after));
        const found = recurrence.next(after);
        if (expected.found === null) {
          ok(
            found === undefined ||
              Temporal.PlainDateTime.compare(plain(found), expected.until) >= 0,
          );
          return;
        }
        equal(found?.toString(), `${expected.found.toString({ smallestUnit: "second" })}Z`);
        after = found!;
      }
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("NaturalCron.next is after its start, matches and ends at until when any expression is asked", () => {
  fc.assert(
    fc.property(anyExpression, instant, (expression, base) => {
      const recurrence = new NaturalCron(expression);
      const found = recurrence.next(base);
      if (found === undefined) return;
      ok(Temporal.Instant.compare(found, base) > 0);
      ok(oracleMatches(expression, plain(found)));
      equal(recurrence.next(base, { until: found })?.toString(), found.toString());
      equal(recurrence.next(base, { until: found.subtract({ nanoseconds: 1 }) }), undefined);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("NaturalCron.previous is before its end and matches when any expression is asked", () => {
  fc.assert(
    fc.property(anyExpression, instant, (expression, base) => {
      const recurrence = new NaturalCron(expression);
      const found = recurrence.previous(base);
      if (found === undefined) return;
      ok(Temporal.Instant.compare(found, base) < 0);
      ok(oracleMatches(expression, plain(found)), found.toString());
      equal(recurrence.previous(base, { since: found })?.toString(), found.toString());
      equal(recurrence.previous(base, { since: found.add({ nanoseconds: 1 }) }), undefined);
    }),
    { numRuns: 4_000 },
  );
});

Deno.test("NaturalCron.previous is undone by next when an expression has filters alone", () => {
  fc.assert(
    fc.property(anyExpression, instant, (expression, base) => {
      fc.pre(expression.cadence === null);
      const recurrence = new NaturalCron(expression);
      const previous = recurrence.previous(base);
      if (previous === undefined) return;
      const next = recurrence.next(previous);
      const first = recurrence.next(base.subtract({ seconds: 1 }));
      // Between two occurrences next leads to the one that is not before the end.
      ok(next === undefined || Temporal.Instant.compare(next, base) >= 0);
      if (first !== undefined && recurrence.previous(first.add({ seconds: 1 }))?.equals(first)) {
        equal(next?.toString(), first.toString());
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("NaturalCron.previous walks the chain back when it began where a window begins", () => {
  fc.assert(
    fc.property(tameExpression, instant, (expression, base) => {
      const { cadence } = expression;
      fc.pre(cadence !== null && expression.filters.length > 0 && !hasEndlessList(expression));
      fc.pre(["second", "minute", "hour"].includes(cadence!.unit));
      const recurrence = new NaturalCron(expression);
      const before = base.subtract({ hours: 24 * 400 });
      const quiet = recurrence.next(before);
      fc.pre(quiet !== undefined && beginsWindow(expression, quiet!));
      let at = quiet!;
      for (let count = 0; count < 5; count++) {
        const next = recurrence.next(at);
        if (next === undefined || !staysInStep(expression, at, next)) return;
        equal(recurrence.previous(next)?.toString(), at.toString());
        at = next;
      }
    }),
    { numRuns: 1_500 },
  );
});

/** Whether a list takes the place of steps: another filter may keep it unfinished, or it has the cadence's unit. */
function hasEndlessList({ filters, cadence }: NaturalExpression): boolean {
  const units = filters.map(unitsOf);
  return filters.some((rule, index) =>
    rule.kind === "list" && (
      units[index]!.some((unit) => unit >= UNIT[cadence!.unit]) ||
      units.some((others, at) => at !== index && others.some((its) => units[index]!.includes(its)))
    )
  );
}

/** Whether no match precedes an instant in its cell of the cadence's unit and in the cell before. */
function beginsWindow(expression: NaturalExpression, at: Temporal.Instant): boolean {
  const length = { second: 1, minute: 60, hour: 3_600 }[expression.cadence!.unit as "second"];
  const local = at.epochMilliseconds / 1_000;
  const last = new MatchSearch(modelOf(expression)).last(local - 1, null);
  return last === null || last < local - local % length - length;
}

/**
 * Whether a step stays in its window or ends at the start of the next one. Steps that jump over a window, or land in
 * the middle of one, cannot be seen from behind.
 */
function staysInStep(
  expression: NaturalExpression,
  from: Temporal.Instant,
  to: Temporal.Instant,
): boolean {
  const search = new MatchSearch(modelOf(expression));
  const unit = modelOf(expression).cadence!.unit;
  const [start, end] = [from, to].map((at) => at.epochMilliseconds / 1_000) as [number, number];
  const match = beginsWindow(expression, to) ? search.last(end - 1, null)! : end;
  return windowStart(search, { zone: zoneOf("UTC"), match, unit }) <= start;
}

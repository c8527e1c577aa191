import { deepEqual, equal, ok } from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { cron } from "../../recurrence/cron.ts";
import { NaturalCron } from "../../recurrence/natural/natural.ts";
import { naturalExpression } from "./support/natural_arbitrary.ts";
import { tameExpression } from "./support/tame_arbitrary.ts";

const OPTIONS = { seconds: true, nthHash: true, closestW: true } as const;

const instant = fc.integer({ min: 0, max: 12 * 366 * 86_400 })
  .map((seconds) => Temporal.Instant.fromEpochMilliseconds(Date.UTC(2019, 0, 1) + seconds * 1_000));

Deno.test("NaturalCron.toCron happens at the same times when it answers at all", () => {
  let answered = 0;
  const expression = fc.oneof(
    { weight: 9, arbitrary: tameExpression },
    naturalExpression.map((one) => ({ ...one, timeZone: null })),
  );
  fc.assert(
    fc.property(expression, instant, (expression, base) => {
      const recurrence = new NaturalCron(expression);
      const pattern = patternOf(recurrence);
      if (pattern === null) return;
      answered++;
      const classic = cron(pattern);
      const start = classic.next(base);
      if (start === undefined) return equal(recurrence.next(base), undefined);
      const expected = classic.nextMany(start, 12).map(String);
      deepEqual(recurrence.nextMany(start, 12).map(String), expected, pattern);
    }),
    { numRuns: 12_000 },
  );
  ok(answered > 800, `only ${answered} had a pattern`);
});

function patternOf(recurrence: NaturalCron): string | null {
  try {
    return recurrence.toCron(OPTIONS);
  } catch {
    return null; // says why, which other tests look at
  }
}

const field = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min, max }).map(String),
    fc.integer({ min: 2, max: Math.min(12, max) }).map((step) => `*/${step}`),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map((ends) => {
      const [a, b] = ends.sort((x, y) => x - y);
      return `${a}-${b}`;
    }),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((all) =>
      all.join()
    ),
  );

const pattern = fc.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(" "));

Deno.test("CronRecurrence.next and previous agree with croner when the zone is UTC", () => {
  fc.assert(
    fc.property(pattern, instant, (text, base) => {
      const classic = cron(text);
      const croner = new Cron(text, { timezone: "UTC", paused: true });
      const from = new Date(base.epochMilliseconds);
      deepEqual(
        classic.nextMany(base, 3).map((one) => one.epochMilliseconds),
        croner.nextRuns(3, from).map((one) => one.getTime()),
      );
      const [previous] = croner.previousRuns(1, from);
      equal(classic.previous(base)?.epochMilliseconds, previous?.getTime());
    }),
    { numRuns: 700 },
  );
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { Cron } from "croner";
import { naturalCron } from "../../recurrence/natural/natural.ts";
import alignment from "./cases/cron_alignment.json" with { type: "json" };
import occurrences from "./cases/occurrences.json" with { type: "json" };

interface OccurrenceCase {
  readonly expr: string;
  readonly base: string;
  readonly expect: readonly (string | null)[];
  readonly note: string;
  readonly tz?: string;
  readonly baseWall?: string;
  readonly max?: string;
}

/** Runs a chain of next() and answers it in the words of the case. */
function chain(text: string, given: OccurrenceCase): readonly (string | null)[] {
  const recurrence = naturalCron(text);
  const zone = given.tz ?? "UTC";
  const instant = (wall: string): Temporal.Instant =>
    Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).toInstant();
  const until = given.max === undefined ? undefined : instant(given.max).subtract({ seconds: 1 });
  let after = given.baseWall === undefined
    ? Temporal.Instant.from(given.base)
    : instant(given.baseWall);
  return given.expect.map(() => {
    const next = recurrence.next(after, { timeZone: zone, ...(until && { until }) });
    if (next === undefined) return null;
    after = next;
    return given.tz === undefined
      ? next.toString()
      : next.toZonedDateTimeISO(zone).toPlainDateTime().toString();
  });
}

for (const given of occurrences as readonly OccurrenceCase[]) {
  Deno.test(`NaturalCron.next answers the given chain when asked "${given.expr}" (${given.note}, ${given.base})`, () => {
    deepEqual(chain(given.expr, given), given.expect);
    deepEqual(chain(given.expr.replaceAll("@", " "), given), given.expect);
  });
}

for (const given of alignment) {
  Deno.test(`NaturalCron.next agrees with croner ${given.count} times when asked "${given.expr}" from ${given.base}`, () => {
    const recurrence = naturalCron(given.expr);
    const found = recurrence.nextMany(Temporal.Instant.from(given.base), given.count);
    const cron = new Cron(given.cron, { timezone: "UTC", paused: true });
    const expected = cron.nextRuns(given.count, new Date(given.base)).map((run) => run.getTime());
    equal(found.length, given.count);
    deepEqual(found.map((instant) => instant.epochMilliseconds), expected);
  });
}

Deno.test("The given cases are all there when they are read", () => {
  ok(occurrences.length >= 100 && alignment.length >= 28);
});

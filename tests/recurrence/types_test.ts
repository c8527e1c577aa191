import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import {
  interval,
  RecurrenceError,
  recurrenceOf,
  type RecurrenceType,
  RecurrenceTypes,
} from "../../recurrence/mod.ts";
import { JobMasterError } from "../../core/errors.ts";

const DETECTED: readonly (readonly [string, string])[] = [
  ["@daily", "cron"],
  ["@HOURLY", "cron"],
  ["@daily at 09:00", "natural"],
  ["@every 2 days", "natural"],
  ["0 9 * * MON-FRI", "cron"],
  ["* * * * * *", "cron"],
  ["90s", "interval"],
  ["5m", "interval"],
  ["PT5M", "interval"],
  ["p1d", "interval"],
  ["every day at 09:00", "natural"],
  ["at 10:00", "natural"],
];

for (const [text, type] of DETECTED) {
  Deno.test(`recurrenceOf reads ${type} when the text is "${text}"`, () => {
    equal(recurrenceOf(text).type, type);
    equal(recurrenceOf(` ${text} `).type, type);
  });
}

Deno.test("recurrenceOf refuses a text when it has more than 1,000 characters", () => {
  throws(() => recurrenceOf("every day at 09:00".padEnd(1_001)), RecurrenceError);
  throws(
    () => recurrenceOf(5 as never),
    (error: JobMasterError) => error.code === "invalid_request",
  );
});

function thrower(thrown: unknown): never {
  throw thrown;
}

const own: RecurrenceType = { type: "hours", parse: (text) => interval(`${text}h`) };

Deno.test("RecurrenceTypes.parse reads a language of one's own when it is registered", () => {
  const types = new RecurrenceTypes([own]);
  equal(String(types.parse({ type: "hours", text: "6" })), "PT6H");
  equal(types.parse({ type: "cron", text: "0 9 * * *" }).type, "cron");
  deepEqual(types.names, ["natural", "cron", "interval", "hours"]);
});

Deno.test("RecurrenceTypes.parse throws a RecurrenceError when a language of one's own throws or answers nothing", () => {
  const types = new RecurrenceTypes([
    {
      type: "broken",
      parse: () => {
        throw new RangeError("no such moon");
      },
    },
    {
      type: "odd",
      parse: () => {
        return thrower("a text");
      },
    },
    { type: "empty", parse: () => undefined as never },
  ]);
  const reasons = { broken: /no such moon/, odd: /a text/, empty: /did not answer a recurrence/ };
  for (const [type, reason] of Object.entries(reasons)) {
    throws(() => types.parse({ type, text: "x" }), (error: unknown) => {
      ok(error instanceof RecurrenceError);
      match(error.message, reason);
      return true;
    });
  }
});

Deno.test("RecurrenceTypes.parse names the types when it is asked for an unknown one", () => {
  throws(() => new RecurrenceTypes([own]).parse({ type: "moon", text: "x" }), (error: unknown) => {
    ok(error instanceof RecurrenceError);
    deepEqual(error.found[0]!.expected, ["natural", "cron", "interval", "hours"]);
    return true;
  });
});

Deno.test("RecurrenceTypes refuses a name when it is taken, built in or no name", () => {
  const named = (type: string): RecurrenceType => ({ ...own, type });
  for (
    const types of [[named("cron")], [own, own], [named("")], [named("a b")], [
      named("x".repeat(51)),
    ]]
  ) {
    throws(
      () => new RecurrenceTypes(types),
      (error: JobMasterError) =>
        error.code === "configuration_invalid" && error.problems.length === 1,
    );
  }
  throws(() => new RecurrenceTypes([{ type: "x", parse: 5 as never }]), JobMasterError);
  const many = Array.from({ length: 98 }, (_, index) => named(`own${index}`));
  throws(() => new RecurrenceTypes(many), JobMasterError);
});

/**
 * What callers say about recurring schedules, checked before any cluster is asked.
 */

import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { JobMasterError } from "../../core/errors.ts";
import {
  checkScheduleChange,
  checkScheduleRequest,
  parseScheduleId,
  uuidOrNull,
} from "../../core/schedule_input.ts";

const UUID = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
const REQUEST = { definitionId: "hello", expression: "every day at 09:00" };

function problemsOf(check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof JobMasterError)) throw error;
    strictEqual(error.code, "invalid_request");
    return error.problems.length > 0 ? error.problems : [error.message];
  }
}

Deno.test("parseScheduleId reads a UUID of any case and the ids of static schedules", () => {
  strictEqual(parseScheduleId(UUID.toUpperCase()), UUID);
  for (const id of [UUID, "maintenance:greet", "Météo:R.1_b-2", "7", "a".repeat(250)]) {
    strictEqual(parseScheduleId(id), id);
  }
});

Deno.test("parseScheduleId refuses what no schedule can be called", () => {
  for (const id of ["", "a b", "a::b", ":a", "a\n", "a/b", "a".repeat(251), 7, null, undefined]) {
    throws(() => parseScheduleId(id), {
      code: "invalid_request",
      message: /^Cannot use schedule id .*: it must be 1 to 250 letters and digits/,
    });
  }
});

Deno.test("uuidOrNull tells a UUID from everything else", () => {
  deepStrictEqual([uuidOrNull(UUID.toUpperCase()), uuidOrNull(`${UUID}0`), uuidOrNull(null)], [
    UUID,
    null,
    null,
  ]);
});

Deno.test("checkScheduleRequest takes a request with or without an id", () => {
  doesNotThrow(() => checkScheduleRequest(REQUEST));
  doesNotThrow(() => checkScheduleRequest({ ...REQUEST, id: UUID.toUpperCase() }));
  doesNotThrow(() => checkScheduleRequest({ ...REQUEST, data: "x".repeat(1_000_000) }));
});

Deno.test("checkScheduleRequest names every problem, that of the id included", () => {
  const bad = { expression: "", id: "greet", overlap: "wait", colour: "red" };

  const problems = problemsOf(() => checkScheduleRequest(bad));

  strictEqual(problems.length, 5);
  for (const word of ["colour", "definitionId", "expression", "overlap", "schedule id"]) {
    strictEqual(
      problems.filter((line) => line.includes(`${word} `) || line.includes(`"${word}"`))
        .length >= 1,
      true,
      word,
    );
  }
  deepStrictEqual(problemsOf(() => checkScheduleRequest({ ...REQUEST, id: "greet" })), [
    `Cannot use schedule id "greet": it must be a UUID such as "${UUID}"`,
  ]);
});

Deno.test("checkScheduleRequest and checkScheduleChange refuse what is no object", () => {
  for (const check of [checkScheduleRequest, checkScheduleChange]) {
    for (const value of [undefined, null, [], "1h", 7]) {
      const [line = ""] = problemsOf(() => check(value));
      strictEqual(/it must be an object$/.test(line), true, line);
    }
  }
});

Deno.test("checkScheduleChange takes any part of a change, and none", () => {
  for (
    const change of [
      {},
      { expression: "1h" },
      { endBefore: "2027-01-31T09:00:00Z" },
      { startAfter: null, lane: null, data: null },
    ]
  ) doesNotThrow(() => checkScheduleChange(change));
});

Deno.test("checkScheduleChange names every problem and keeps the code of a bad payload", () => {
  const problems = problemsOf(() =>
    checkScheduleChange({ id: UUID, misfire: "all(0)", expressionType: "cron" })
  );

  strictEqual(problems.length, 3, problems.join("\n"));
  throws(() => checkScheduleChange({ data: "\ud800" }), { code: "invalid_payload" });
});

/**
 * Requests for schedules: every field read, every mistake found.
 */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { formatMisfire, readMisfire } from "../../core/misfire.ts";
import {
  changeScheduleRules,
  readScheduleRequest,
  type ScheduleRequest,
} from "../../core/schedule_request.ts";
import { aSchedule } from "../support/factories.ts";

const CONTEXT = { maxPayloadBytes: 100 };

const read = (request: object) =>
  readScheduleRequest({ definitionId: "a", expression: "every day", ...request }, CONTEXT);

Deno.test("readScheduleRequest completes what is not said", () => {
  deepStrictEqual(read({}), {
    definitionId: "a",
    recurrence: { type: null, text: "every day" },
    timeZone: null,
    data: "null",
    metadata: {},
    priority: null,
    lane: null,
    timeoutMs: null,
    maxRetries: null,
    retry: null,
    startAfterMs: null,
    endBeforeMs: null,
    misfire: { policy: "all", max: 100 },
    overlap: "queue",
    jitterMs: 0,
  });
});

Deno.test("readScheduleRequest reads every field", () => {
  const rules = read({
    expressionType: "cron",
    timeZone: "europe/lisbon",
    data: { n: 1 },
    metadata: { team: "a" },
    priority: "High",
    lane: "Mail",
    timeout: "5m",
    maxRetries: 2,
    retry: { base: "1s", jitter: "none" },
    startAfter: "2027-01-01T00:00:00Z",
    endBefore: "2027-02-01T00:00:00+01:00",
    misfire: "latest",
    overlap: "skip",
    jitter: "30s",
  });

  deepStrictEqual(rules.recurrence, { type: "cron", text: "every day" });
  deepStrictEqual([rules.timeZone, rules.data, rules.lane], ["Europe/Lisbon", '{"n":1}', "mail"]);
  deepStrictEqual([rules.timeoutMs, rules.maxRetries, rules.jitterMs], [300_000, 2, 30_000]);
  deepStrictEqual([rules.priority, rules.overlap, rules.misfire], [
    "High",
    "skip",
    { policy: "latest" },
  ]);
  deepStrictEqual([rules.retry?.baseMs, rules.retry?.jitter], [1_000, "none"]);
  strictEqual(rules.endBeforeMs, Date.UTC(2027, 0, 31, 23));
});

for (
  const [request, message] of [
    [{ definitionId: undefined as unknown }, /definitionId undefined/],
    [{ definitionId: "a b" }, /definitionId "a b"/],
    [{ expression: undefined }, /expression null: it must be text/],
    [{ expression: " " }, /expression " "/],
    [{ expression: 5 }, /expression 5/],
    [{ expression: "x".repeat(1_001) }, /1001 characters: at most 1000/],
    [{ expressionType: "a b" }, /expressionType "a b"/],
    [{ timeZone: "Mars/Base" }, /timeZone "Mars\/Base": it must be an IANA zone/],
    [{ metadata: [] }, /metadata/],
    [{ priority: "Urgent" }, /priority "Urgent"/],
    [{ lane: "a b" }, /lane "a b"/],
    [{ timeout: "soon" }, /timeout "soon"/],
    [{ timeout: 0 }, /timeout 0/],
    [{ maxRetries: 11 }, /maxRetries 11/],
    [{ retry: { base: "x" } }, /retry.base "x"/],
    [{ startAfter: "2027-01-01" }, /startAfter "2027-01-01"/],
    [{ endBefore: "tomorrow" }, /endBefore "tomorrow"/],
    [
      { startAfter: "2027-01-02T00:00:00Z", endBefore: "2027-01-02T00:00:00Z" },
      /endBefore: it must be later than startAfter/,
    ],
    [{ misfire: "sometimes" }, /misfire "sometimes"/],
    [{ overlap: "never" }, /overlap "never"/],
    [{ jitter: "25h" }, /jitter "25h"/],
    [{ colour: "red" }, /field "colour": the fields are definitionId, expression/],
  ] as const
) {
  Deno.test(`readScheduleRequest refuses ${Deno.inspect(request).slice(0, 60)}`, () => {
    throws(() => read(request), { code: "invalid_request", message });
  });
}

Deno.test("readScheduleRequest tells of every problem at once", () => {
  throws(
    () => read({ priority: "x", overlap: "y", jitter: "z", colour: "red" }),
    (error: unknown) => {
      strictEqual((error as { problems: string[] }).problems.length, 4);
      return true;
    },
  );
});

Deno.test("readScheduleRequest keeps the code of a payload that does not fit", () => {
  throws(() => read({ data: "x".repeat(200) }), { code: "payload_too_large" });
  throws(() => read({ data: { f: () => 1 } }), { code: "invalid_payload" });
});

Deno.test("readScheduleRequest refuses what is no object", () => {
  for (const value of [null, 5, "x", []]) {
    throws(() => readScheduleRequest(value as unknown as ScheduleRequest, CONTEXT), {
      code: "invalid_request",
    });
  }
});

Deno.test("changeScheduleRules keeps what the change leaves out", () => {
  const current = aSchedule({ priority: "Low", jitterMs: 5, timeZone: "UTC" });

  const rules = changeScheduleRules(current, { overlap: "allow", timeZone: null }, CONTEXT);

  deepStrictEqual(
    [rules.priority, rules.jitterMs, rules.overlap, rules.timeZone],
    ["Low", 5, "allow", null],
  );
  deepStrictEqual(rules.recurrence, current.recurrence);
});

Deno.test("changeScheduleRules lets a new expression tell its own language", () => {
  const rules = changeScheduleRules(aSchedule(), { expression: "0 9 * * *" }, CONTEXT);

  deepStrictEqual(rules.recurrence, { type: null, text: "0 9 * * *" });
});

Deno.test("changeScheduleRules refuses what cannot change", () => {
  for (const change of [{ definitionId: "b" }, { id: "x" }, { status: "Paused" }]) {
    throws(() => changeScheduleRules(aSchedule(), change as object, CONTEXT), {
      code: "invalid_request",
      message: /the fields are expression/,
    });
  }
  throws(() => changeScheduleRules(aSchedule(), { expressionType: "cron" }, CONTEXT), {
    message: /give expression, too/,
  });
});

Deno.test("readMisfire reads every form and formatMisfire writes it back", () => {
  const forms: readonly [unknown, string][] = [
    ["skip", "skip"],
    ["latest", "latest"],
    ["all", "all(100)"],
    ["all(7)", "all(7)"],
    [{ policy: "all", max: 900 }, "all(900)"],
    [{ policy: "all" }, "all(100)"],
    [{ policy: "skip" }, "skip"],
  ];
  for (const [form, text] of forms) strictEqual(formatMisfire(readMisfire(form)), text);
});

Deno.test("readMisfire refuses every other form", () => {
  const forms = [
    "",
    "all()",
    "all(0)",
    "all(901)",
    "all(x)",
    "ALL",
    5,
    null,
    {},
    [],
    {
      policy: "skip",
      max: 5,
    },
    { policy: "all", max: 1.5 },
    { policy: "all", min: 5 },
  ];
  for (const form of forms) {
    throws(() => readMisfire(form), (error: unknown) => {
      ok((error as Error).message.includes("misfire"), (error as Error).message);
      return (error as { code: string }).code === "invalid_request";
    });
  }
});

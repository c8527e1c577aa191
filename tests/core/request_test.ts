/**
 * How a request to run a job is read and completed.
 */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  type AcceptedRequest,
  acceptRequest,
  MAX_JOBS_PER_CALL,
  REQUEST_FIELDS,
  type RequestContext,
} from "../../core/request.ts";
import { aDefinition, AT_MS, jobId, settings } from "../support/factories.ts";

type Fields = Readonly<Record<string, unknown>>;

function accept(fields: Fields, given: Partial<RequestContext> = {}): AcceptedRequest {
  const context = { definition: aDefinition(), settings: settings(), nowMs: AT_MS, ...given };
  return acceptRequest({ definitionId: "mail.send", ...fields }, context);
}

function refuses(fields: Fields, message: string | RegExp): void {
  throws(() => accept(fields), { name: "JobMasterError", code: "invalid_request", message });
}

const DEFINED = aDefinition({
  timeoutMs: 7_000,
  maxRetries: 7,
  retry: { baseMs: 7, factor: 7, maxMs: 77, jitter: "none" },
  priority: "High",
  lane: "mail",
  metadata: { team: "a", kind: "x" },
});

Deno.test("acceptRequest completes a bare request from the cluster", () => {
  deepStrictEqual(accept({}), {
    id: null,
    definitionId: "mail.send",
    data: "null",
    metadata: {},
    priority: "Medium",
    lane: "",
    timeoutMs: 60_000,
    maxRetries: 3,
    retry: null,
    scheduledAtMs: AT_MS,
    uniqueKey: null,
    acceptance: "durable",
  });
});

Deno.test("acceptRequest lets the definition win over the cluster", () => {
  const { timeoutMs, maxRetries, retry, priority, lane, metadata } = accept({}, {
    definition: DEFINED,
    settings: settings({ defaultTimeoutMs: 1, defaultMaxRetries: 1 }),
  });
  deepStrictEqual(
    { timeoutMs, maxRetries, retry, priority, lane, metadata },
    {
      timeoutMs: 7_000,
      maxRetries: 7,
      retry: { baseMs: 7, factor: 7, maxMs: 77, jitter: "none" },
      priority: "High",
      lane: "mail",
      metadata: { team: "a", kind: "x" },
    },
  );
});

Deno.test("acceptRequest lets the call win over the definition", () => {
  const call = {
    timeout: "2s",
    maxRetries: 0,
    retry: { factor: 2 },
    priority: "Low",
    lane: "",
    metadata: { team: "b" },
  };
  const { timeoutMs, maxRetries, retry, priority, lane, metadata } = accept(call, {
    definition: DEFINED,
  });
  deepStrictEqual(
    { timeoutMs, maxRetries, retry, priority, lane, metadata },
    {
      timeoutMs: 2_000,
      maxRetries: 0,
      retry: { baseMs: 7, factor: 2, maxMs: 77, jitter: "none" },
      priority: "Low",
      lane: "",
      metadata: { team: "b", kind: "x" },
    },
  );
});

Deno.test("acceptRequest lets retries of 0 in the definition win over the cluster", () => {
  strictEqual(accept({}, { definition: aDefinition({ maxRetries: 0 }) }).maxRetries, 0);
});

Deno.test("acceptRequest completes a retry policy from the cluster when the definition has none", () => {
  const cluster = settings({ retry: { baseMs: 5, factor: 3, maxMs: 50, jitter: "none" } });
  deepStrictEqual(accept({ retry: { base: "1s" } }, { settings: cluster }).retry, {
    baseMs: 1_000,
    factor: 3,
    maxMs: 50,
    jitter: "none",
  });
});

Deno.test("acceptRequest reads payload, id, key and lane", () => {
  const { id, data, lane, uniqueKey } = accept({
    id: jobId(10).toUpperCase(),
    data: { to: ["é"] },
    lane: "Mail",
    uniqueKey: "k".repeat(200),
  });
  deepStrictEqual([id, data, lane, uniqueKey], [
    jobId(10),
    '{"to":["é"]}',
    "mail",
    "k".repeat(200),
  ]);
});

Deno.test("acceptRequest makes a job due at an instant, after a while, or now", () => {
  strictEqual(accept({ at: "2027-01-31T09:00:00+01:00" }).scheduledAtMs, 1_801_382_400_000);
  strictEqual(accept({ at: new Date(AT_MS + 5) }).scheduledAtMs, AT_MS + 5);
  strictEqual(accept({ after: "5m" }).scheduledAtMs, AT_MS + 300_000);
  strictEqual(accept({ after: 0 }).scheduledAtMs, AT_MS);
});

Deno.test("acceptRequest makes a job of the past due at once", () => {
  ok(accept({ at: "2001-01-01T00:00:00Z" }).scheduledAtMs <= AT_MS);
});

Deno.test("acceptRequest refuses at and after together", () => {
  refuses({ at: new Date(AT_MS), after: 0 }, "Cannot use at and after together: give one of them");
});

Deno.test("acceptRequest refuses a field it does not know, those of every object included", () => {
  strictEqual(
    REQUEST_FIELDS.join(", "),
    "definitionId, data, metadata, priority, lane, timeout, maxRetries, retry, at, after, uniqueKey, id, acceptance",
  );
  for (const field of ["dueAt", "Data", "constructor", "__proto__", "toString"]) {
    refuses(
      JSON.parse(`{"${field}":1}`),
      `Cannot schedule a job with field "${field}": the fields are ${REQUEST_FIELDS.join(", ")}`,
    );
  }
});

Deno.test("acceptRequest names the field, the value and the rule", () => {
  refuses({ id: "7" }, /^Cannot read job id "7": it must be a UUID such as /);
  refuses({ id: null }, /^Cannot read job id null: it must be a UUID such as /);
  refuses(
    { priority: "Urgent" },
    'Cannot use priority "Urgent": it must be one of VeryLow, Low, Medium, High, Critical',
  );
  refuses({ lane: "a b" }, /^Cannot use lane "a b": it must be 1 to 25 letters/);
  refuses({ timeout: 0 }, "Cannot use timeout 0: it must be between PT0.001S and PT876000H");
  refuses({ maxRetries: 11 }, "Cannot use maxRetries 11: it must be a whole number from 0 to 10");
  refuses({ retry: 3 }, /^Cannot use retry 3: it must be an object/);
  refuses(
    { at: "2027-01-31T09:00:00" },
    /^Cannot use at "2027-01-31T09:00:00": it must be an instant/,
  );
  refuses({ at: AT_MS }, /^Cannot use at 1800000000000: it must be an instant/);
  refuses({ after: "-5m" }, /^Cannot use after "-5m": it must be like/);
  refuses({ metadata: { a: {} } }, /^Cannot use metadata "a": its value must be/);
});

Deno.test("acceptRequest takes a unique key of 1 to 200 characters of plain text", () => {
  strictEqual(accept({ uniqueKey: null }).uniqueKey, null);
  const rule = "it must be 1 to 200 characters of text";
  refuses({ uniqueKey: "" }, `Cannot use uniqueKey "": ${rule}`);
  refuses({ uniqueKey: 7 }, `Cannot use uniqueKey 7: ${rule}`);
  refuses({ uniqueKey: "a\0" }, `Cannot use uniqueKey "a\\u0000": ${rule}`);
  refuses({ uniqueKey: "\uD800" }, `Cannot use uniqueKey "\\ud800": ${rule}`);
  refuses({ uniqueKey: "k".repeat(201) }, `Cannot use uniqueKey "${"k".repeat(78)}…: ${rule}`);
});

Deno.test("acceptRequest refuses a payload that is no JSON or above the cluster's limit", () => {
  throws(() => accept({ data: { a: 1n } }), {
    code: "invalid_payload",
    message: "Cannot take data.a: a bigint is not a JSON value",
  });
  const limited = { settings: settings({ maxPayloadBytes: 10 }) };
  strictEqual(accept({ data: "12345678" }, limited).data, '"12345678"');
  throws(() => accept({ data: "123456789" }, limited), {
    code: "payload_too_large",
    message: "Cannot take data: its JSON has 11 bytes and the limit is 10",
  });
});

Deno.test("a call may schedule 5,000 jobs", () => {
  strictEqual(MAX_JOBS_PER_CALL, 5_000);
});

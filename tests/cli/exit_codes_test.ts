import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ApiError } from "../../cli/api_error.ts";
import { EXIT, exitCodeOf } from "../../cli/exit_codes.ts";
import { ERROR_CODES, type ErrorCode, JobMasterError } from "../../core/errors.ts";

Deno.test("EXIT has the documented numbers", () => {
  deepStrictEqual(Object.values(EXIT), [0, 1, 2, 3, 4, 5, 6, 7, 8, 130, 143]);
});

const USAGE: readonly ErrorCode[] = [
  "invalid_request",
  "invalid_payload",
  "payload_too_large",
  "invalid_recurrence",
  "configuration_invalid",
];
const CONFLICT: readonly ErrorCode[] = [
  "job_state_conflict",
  "schedule_state_conflict",
  "agent_connection_conflict",
  "cluster_archived",
  "cluster_not_active",
];

function expected(code: ErrorCode): number {
  if (USAGE.includes(code)) return 2;
  if (code.endsWith("_not_found")) return 3;
  if (CONFLICT.includes(code)) return 5;
  if (code === "wait_timeout" || code === "ask_timeout") return 6;
  if (code.endsWith("_unavailable") || code === "schema_outdated") return 7;
  return 1;
}

for (const code of ERROR_CODES) {
  Deno.test(`exitCodeOf answers ${expected(code)} when the code is ${code}`, () => {
    strictEqual(exitCodeOf(new JobMasterError(code, "x")), expected(code));
    strictEqual(exitCodeOf(new ApiError(500, code, "x")), expected(code), "from an API, too");
  });
}

for (
  const [status, code] of [
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 3],
    [408, 6],
    [409, 5],
    [413, 2],
    [418, 1],
    [500, 1],
    [502, 7],
    [503, 7],
    [504, 6],
  ] as const
) {
  Deno.test(`exitCodeOf answers ${code} when only the status ${status} is known`, () => {
    strictEqual(exitCodeOf(new ApiError(status, "something_new", "x")), code);
  });
}

Deno.test("exitCodeOf answers 1 when anything else was thrown", () => {
  strictEqual(exitCodeOf(new TypeError("x")), 1);
  strictEqual(exitCodeOf("text"), 1);
  strictEqual(exitCodeOf(undefined), 1);
});

/**
 * What callers say about recurring schedules, refused where no cluster would take it: before any cluster is asked.
 *
 * @module
 */

import { JobMasterError } from "./errors.ts";
import { parseJobId, type ScheduleId } from "./ids.ts";
import { parseId, shown } from "./names.ts";
import { DEFAULT_MISFIRE, DEFAULT_OVERLAP, type ScheduleRules } from "./schedule.ts";
import {
  changeScheduleRules,
  readScheduleRequest,
  type ScheduleChangeRequest,
  type ScheduleRequest,
} from "./schedule_request.ts";

/** How large a payload may be is the cluster's own setting: it judges. */
const CONTEXT = { maxPayloadBytes: 0 };

/** Rules for a change to start from: whether a change can be read depends on no rule it leaves alone. */
const ANY_RULES: ScheduleRules = {
  definitionId: "any",
  recurrence: { type: "interval", text: "1d" },
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
  misfire: DEFAULT_MISFIRE,
  overlap: DEFAULT_OVERLAP,
  jitterMs: 0,
};

/**
 * Reads the id of a recurring schedule: a UUID, of whichever case, or the id its code gives it.
 *
 * @throws {JobMasterError} `invalid_request` that names the value and the rule.
 */
export function parseScheduleId(value: unknown): ScheduleId {
  const id = parseId(value, "schedule id");
  return uuidOrNull(id) ?? id;
}

/**
 * Reads the id a caller gives a new schedule: a UUID, so that it never is one that code could give.
 *
 * @throws {JobMasterError} `invalid_request` that names the value and the rule.
 */
export function parseNewScheduleId(value: unknown): ScheduleId {
  const id = uuidOrNull(value);
  if (id !== null) return id;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use schedule id ${
      shown(value)
    }: it must be a UUID such as "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"`,
  );
}

/** `text` as a UUID in small letters; `null` when it is none. */
export function uuidOrNull(text: unknown): string | null {
  try {
    return parseJobId(text);
  } catch {
    return null; // not a UUID: the caller says what it may be instead
  }
}

/**
 * Checks a request for a new schedule, its id included. Whether the recurrence can be read is not checked.
 *
 * @throws {JobMasterError} `invalid_request`, `invalid_payload` or `payload_too_large` with every problem found.
 */
export function checkScheduleRequest(request: unknown): void {
  const problems = problemsOf(() => readScheduleRequest(request as ScheduleRequest, CONTEXT));
  const id = (request as { readonly id?: unknown } | null | undefined)?.id;
  if (id !== undefined) problems.push(...problemsOf(() => parseNewScheduleId(id)));
  throwIfAny(problems);
}

/**
 * Checks a change of a schedule. Whether the recurrence can be read is not checked.
 *
 * @throws {JobMasterError} `invalid_request`, `invalid_payload` or `payload_too_large` with every problem found.
 */
export function checkScheduleChange(change: unknown): void {
  throwIfAny(
    problemsOf(() => changeScheduleRules(ANY_RULES, change as ScheduleChangeRequest, CONTEXT)),
  );
}

/** What `read` refuses, one line each. What is no `invalid_request` ends the check. */
function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof JobMasterError) || error.code !== "invalid_request") throw error;
    return error.problems.length > 0 ? [...error.problems] : [error.message];
  }
}

function throwIfAny(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new JobMasterError("invalid_request", problems.join("; "), {
    problems: problems.length > 1 ? problems : [],
  });
}

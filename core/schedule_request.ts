/**
 * How a request for a recurring schedule becomes its rules: every field read and checked, in one place for the library,
 * the program and HTTP. Whether the recurrence can be read is for the caller to find out: it knows the languages.
 *
 * @module
 */

import { oneOf, parseRetry, readTimeZone, type RetryInput, wholeNumber } from "./cluster.ts";
import { JobMasterError } from "./errors.ts";
import { type Metadata, PRIORITIES, type Priority } from "./job.ts";
import { readMetadata } from "./metadata.ts";
import { type MisfireInput, readMisfire } from "./misfire.ts";
import { parseId, parseLane, shown } from "./names.ts";
import { encodePayload } from "./payload.ts";
import { DEFAULT_RETRY_POLICY, MAX_RETRIES } from "./retry.ts";
import {
  DEFAULT_MISFIRE,
  DEFAULT_OVERLAP,
  MAX_JITTER_MS,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type RecurrenceText,
  type ScheduleRules,
} from "./schedule.ts";
import { type DurationInput, type InstantInput, parseDuration, parseInstant } from "./time.ts";

/** What a caller may change about a schedule. */
export interface ScheduleChangeRequest {
  /** When it fires, e.g. `"every week on [mon, fri] at 09:00"`, `"0 9 * * 1-5"`, `"90s"`; at most 1,000 characters. */
  readonly expression?: string;
  /** The language of `expression`. @default {told from the text} */
  readonly expressionType?: string;
  /** IANA zone of its local times, unless the expression names its own; `null` is the cluster's. @default {null} */
  readonly timeZone?: string | null;
  /** The payload of its jobs: any JSON value. @default {null} */
  readonly data?: unknown;
  /** Tags of its jobs; they win over the definition's. */
  readonly metadata?: Metadata;
  /** How urgent its jobs are; `null` is the definition's. @default {null} */
  readonly priority?: Priority | null;
  /** The lane of its jobs; `null` is the definition's. @default {null} */
  readonly lane?: string | null;
  /** How long one attempt may take; `null` is the definition's, else the cluster's. @default {null} */
  readonly timeout?: DurationInput | null;
  /** Retries of its jobs, 0 to 10; `null` is the definition's, else the cluster's. @default {null} */
  readonly maxRetries?: number | null;
  /** How long to wait between attempts; `null` is the definition's, else the cluster's. @default {null} */
  readonly retry?: RetryInput | null;
  /** Occurrences come after this instant; a past one is now. @default {now} */
  readonly startAfter?: InstantInput | null;
  /** No occurrence comes after this instant; `null` is no end. @default {null} */
  readonly endBefore?: InstantInput | null;
  /** What happens to occurrences that could not be planned for more than a minute. @default {"all(100)"} */
  readonly misfire?: MisfireInput;
  /** What happens to an occurrence while a job of the schedule has not ended. @default {"queue"} */
  readonly overlap?: OverlapPolicy;
  /** Each job is due up to this much after its occurrence, by chance; at most 24 h. @default {0} */
  readonly jitter?: DurationInput;
}

/** What a caller may say of a new schedule. */
export interface ScheduleRequest extends ScheduleChangeRequest {
  /** The definition its jobs run. */
  readonly definitionId: string;
  /** See {@linkcode ScheduleChangeRequest.expression}. */
  readonly expression: string;
  /** Its id, a UUID; makes the request safe to repeat. @default {a new UUIDv7} */
  readonly id?: string;
}

/** The rules a request asks for; `expressionType` `null` is to be told from the text. */
export type RequestedRules = Omit<ScheduleRules, "recurrence"> & {
  /** When it fires. */
  readonly recurrence: Omit<RecurrenceText, "type"> & { readonly type: string | null };
};

/** The rules of a request that says nothing. */
const UNSAID: Omit<RequestedRules, "definitionId" | "recurrence"> = {
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

/** Longest expression, in characters. */
export const MAX_EXPRESSION_LENGTH = 1_000;

type Fields = Readonly<Record<string, unknown>>;
type Reader = (value: unknown, maxPayloadBytes: number) => Partial<RequestedRules>;

const nullable = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === null ? null : read(value);

const READERS: Readonly<
  Record<Exclude<keyof ScheduleChangeRequest, "expression" | "expressionType">, Reader>
> = {
  timeZone: (value) => ({ timeZone: nullable(value, readTimeZone) }),
  data: (value, maxBytes) => ({ data: encodePayload(value, { what: "data", maxBytes }) }),
  metadata: (value) => ({ metadata: readMetadata(value, {}) }),
  priority: (value) => ({ priority: nullable(value, (it) => oneOf(it, PRIORITIES, "priority")) }),
  lane: (value) => ({ lane: nullable(value, (it) => parseLane(it)) }),
  timeout: (value) => ({
    timeoutMs: nullable(value, (it) => parseDuration(it, { what: "timeout", minMs: 1 })),
  }),
  maxRetries: (value) => ({
    maxRetries: nullable(
      value,
      (it) => wholeNumber(it, "maxRetries", { min: 0, max: MAX_RETRIES }),
    ),
  }),
  retry: (value) => ({ retry: nullable(value, (it) => parseRetry(it, DEFAULT_RETRY_POLICY)) }),
  startAfter: (value) => ({
    startAfterMs: nullable(value, (it) => parseInstant(it, "startAfter")),
  }),
  endBefore: (value) => ({ endBeforeMs: nullable(value, (it) => parseInstant(it, "endBefore")) }),
  misfire: (value) => ({ misfire: readMisfire(value) }),
  overlap: (value) => ({ overlap: oneOf(value, OVERLAP_POLICIES, "overlap") }),
  jitter: (value) => ({
    jitterMs: parseDuration(value, { what: "jitter", maxMs: MAX_JITTER_MS }),
  }),
};

/** Every field a change may have. */
export const SCHEDULE_CHANGE_FIELDS: readonly string[] = [
  "expression",
  "expressionType",
  ...Object.keys(READERS),
];

/** Every field a new schedule may have. */
export const SCHEDULE_REQUEST_FIELDS: readonly string[] = [
  "definitionId",
  ...SCHEDULE_CHANGE_FIELDS,
  "id",
];

/** What the reading depends on. */
export interface ScheduleRequestContext {
  /** Largest payload, in bytes of UTF-8 JSON; 0 and below is no limit. */
  readonly maxPayloadBytes: number;
}

/**
 * Reads a request for a new schedule; its `id` is the caller's to read.
 *
 * @throws {JobMasterError} `invalid_request`, `invalid_payload` or `payload_too_large` with every problem found.
 */
export function readScheduleRequest(
  request: ScheduleRequest,
  context: ScheduleRequestContext,
): RequestedRules {
  const fields = objectOf(request);
  const problems = new Problems("create a schedule", SCHEDULE_REQUEST_FIELDS);
  problems.refuseUnknown(fields);
  const definitionId = problems.take(
    () => parseId(fields.definitionId, "definitionId"),
    "",
  );
  const recurrence = problems.take(() => readExpression(fields, null), { type: null, text: "" });
  const rules = readFields(fields, { ...UNSAID, definitionId, recurrence }, { context, problems });
  problems.throwIfAny();
  return rules;
}

/**
 * The rules after a change; what it leaves out stays.
 *
 * @throws {JobMasterError} `invalid_request`, `invalid_payload` or `payload_too_large` with every problem found.
 */
export function changeScheduleRules(
  current: ScheduleRules,
  change: ScheduleChangeRequest,
  context: ScheduleRequestContext,
): RequestedRules {
  const fields = objectOf(change);
  const problems = new Problems("change a schedule", SCHEDULE_CHANGE_FIELDS);
  problems.refuseUnknown(fields);
  const recurrence = problems.take(() => readExpression(fields, current.recurrence), {
    type: null,
    text: "",
  });
  const rules = readFields(fields, { ...current, recurrence }, { context, problems });
  problems.throwIfAny();
  return rules;
}

function readFields(
  fields: Fields,
  start: RequestedRules,
  { context, problems }: { readonly context: ScheduleRequestContext; readonly problems: Problems },
): RequestedRules {
  let rules = start;
  for (const [name, read] of Object.entries(READERS)) {
    const value = fields[name];
    if (value === undefined) continue;
    const part = problems.take(() => read(value, context.maxPayloadBytes), {});
    rules = { ...rules, ...part };
  }
  const { startAfterMs, endBeforeMs } = rules;
  if (startAfterMs !== null && endBeforeMs !== null && endBeforeMs <= startAfterMs) {
    problems.add("Cannot use endBefore: it must be later than startAfter");
  }
  return rules;
}

function readExpression(
  { expression, expressionType }: Fields,
  current: RecurrenceText | null,
): RequestedRules["recurrence"] {
  if (expressionType !== undefined && expression === undefined) {
    throw refusal("Cannot use expressionType alone: give expression, too");
  }
  if (expression === undefined && current !== null) return current;
  if (typeof expression !== "string" || expression.trim() === "") {
    throw refusal(
      `Cannot use expression ${
        shown(expression ?? null)
      }: it must be text such as "every day at 09:00", "0 9 * * *" or "90s"`,
    );
  }
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw refusal(
      `Cannot use an expression of ${expression.length} characters: at most ${MAX_EXPRESSION_LENGTH}`,
    );
  }
  const type = expressionType === undefined || expressionType === null
    ? null
    : parseId(expressionType, "expressionType");
  return { type, text: expression };
}

function objectOf(value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw refusal(`Cannot read ${shown(value)}: it must be an object`);
}

function refusal(message: string): JobMasterError {
  return new JobMasterError("invalid_request", message);
}

/** Gathers what is wrong, so that a caller hears of everything at once. */
class Problems {
  readonly #action: string;
  readonly #known: readonly string[];
  readonly #lines: string[] = [];

  constructor(action: string, known: readonly string[]) {
    this.#action = action;
    this.#known = known;
  }

  add(line: string): void {
    this.#lines.push(line);
  }

  /** What `read` answers; `fallback` when it refuses. What is no `invalid_request` ends the reading. */
  take<T>(read: () => T, fallback: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof JobMasterError) || error.code !== "invalid_request") throw error;
      this.#lines.push(error.message);
      return fallback;
    }
  }

  refuseUnknown(fields: Fields): void {
    for (const name of Object.keys(fields)) {
      if (this.#known.includes(name)) continue;
      this.add(
        `Cannot ${this.#action} with field ${shown(name)}: the fields are ${
          this.#known.join(", ")
        }`,
      );
    }
  }

  throwIfAny(): void {
    if (this.#lines.length === 0) return;
    throw new JobMasterError("invalid_request", this.#lines.join("; "), {
      problems: this.#lines.length > 1 ? this.#lines : [],
    });
  }
}

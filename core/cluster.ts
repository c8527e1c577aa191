/**
 * What a cluster is: a namespace with settings that can change while it runs.
 *
 * @module
 */

import { JobMasterError } from "./errors.ts";
import { shown } from "./names.ts";
import { DEFAULT_RETRY_POLICY, MAX_RETRIES, type RetryPolicy } from "./retry.ts";
import { type DurationInput, parseDuration } from "./time.ts";

/** Every cluster mode. */
export const CLUSTER_MODES = ["Active", "Passive", "Archived"] as const;

/** `Active` runs jobs; `Passive` accepts and holds them; `Archived` refuses them. */
export type ClusterMode = typeof CLUSTER_MODES[number];

/** Every legal step: a mode may change to any other. */
export const CLUSTER_TRANSITIONS: Readonly<Record<ClusterMode, readonly ClusterMode[]>> = {
  Active: ["Passive", "Archived"],
  Passive: ["Active", "Archived"],
  Archived: ["Active", "Passive"],
};

/** The settings of a cluster. Stored in the master; every node follows a change within seconds. */
export interface ClusterSettings {
  /** Whether jobs are accepted and run. @default {"Active"} */
  readonly mode: ClusterMode;
  /** How long one attempt may take when neither call nor definition says, in milliseconds. @default {60_000} */
  readonly defaultTimeoutMs: number;
  /** Retries when neither call nor definition says. 0 to 10. @default {3} */
  readonly defaultMaxRetries: number;
  /** Jobs due later than this wait on the master, in milliseconds. 10 s to 24 h. @default {600_000} */
  readonly transientThresholdMs: number;
  /** Largest payload, as UTF-8 bytes of its JSON; -1 is no limit. @default {131_072} */
  readonly maxPayloadBytes: number;
  /** IANA zone in which schedules without one are read. @default {"UTC"} */
  readonly timeZone: string;
  /** How long final jobs and logs are kept after they finish, in milliseconds; `null` keeps them. @default {30 days} */
  readonly retentionMs: number | null;
  /** How long to wait between attempts. */
  readonly retry: RetryPolicy;
}

/** The settings of a new cluster. */
export const DEFAULT_CLUSTER_SETTINGS: ClusterSettings = {
  mode: "Active",
  defaultTimeoutMs: 60_000,
  defaultMaxRetries: 3,
  transientThresholdMs: 600_000,
  maxPayloadBytes: 131_072,
  timeZone: "UTC",
  retentionMs: 30 * 86_400_000,
  retry: DEFAULT_RETRY_POLICY,
};

/** A cluster, as the master stores it. */
export interface Cluster {
  /** Its name. */
  readonly id: string;
  /** Its settings. */
  readonly settings: ClusterSettings;
  /** Counts changes of the settings. */
  readonly version: number;
  /** When it was first started, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When its settings last changed, in epoch milliseconds. */
  readonly updatedAtMs: number;
}

/** A change of some settings, as users write it. */
export interface ClusterSettingsInput {
  /** See {@linkcode ClusterSettings.mode}. */
  readonly mode?: ClusterMode;
  /** See {@linkcode ClusterSettings.defaultTimeoutMs}. */
  readonly defaultTimeout?: DurationInput;
  /** See {@linkcode ClusterSettings.defaultMaxRetries}. */
  readonly defaultMaxRetries?: number;
  /** See {@linkcode ClusterSettings.transientThresholdMs}. */
  readonly transientThreshold?: DurationInput;
  /** See {@linkcode ClusterSettings.maxPayloadBytes}. */
  readonly maxPayloadBytes?: number;
  /** See {@linkcode ClusterSettings.timeZone}. */
  readonly timeZone?: string;
  /** See {@linkcode ClusterSettings.retentionMs}. */
  readonly retention?: DurationInput | null;
  /** See {@linkcode ClusterSettings.retry}; what is left out keeps its value. */
  readonly retry?: RetryInput;
}

/** A retry policy as users write it; what is left out keeps the value it had. */
export interface RetryInput {
  /** Longest wait after the first failure. @default {"10s"} */
  readonly base?: DurationInput;
  /** Growth per further failure, 1 to 100. @default {2} */
  readonly factor?: number;
  /** Longest wait ever. @default {"1h"} */
  readonly max?: DurationInput;
  /** Whether the wait is spread. @default {"full"} */
  readonly jitter?: "full" | "none";
}

type Reader = (value: unknown) => Partial<ClusterSettings>;

const READERS: Readonly<Record<keyof ClusterSettingsInput, Reader>> = {
  mode: (value) => ({ mode: oneOf(value, CLUSTER_MODES, "mode") }),
  defaultTimeout: (value) => ({
    defaultTimeoutMs: parseDuration(value, { what: "defaultTimeout", minMs: 1 }),
  }),
  defaultMaxRetries: (value) => ({
    defaultMaxRetries: wholeNumber(value, "defaultMaxRetries", { min: 0, max: MAX_RETRIES }),
  }),
  transientThreshold: (value) => ({
    transientThresholdMs: parseDuration(value, {
      what: "transientThreshold",
      minMs: 10_000,
      maxMs: 86_400_000,
    }),
  }),
  maxPayloadBytes: (value) => ({
    maxPayloadBytes: wholeNumber(value, "maxPayloadBytes", { min: -1, max: 64 * 1024 * 1024 }),
  }),
  timeZone: (value) => ({ timeZone: readTimeZone(value) }),
  retention: (value) => ({
    retentionMs: value === null ? null : parseDuration(value, { what: "retention", minMs: 1_000 }),
  }),
  retry: () => ({}), // read below: it needs the current policy
};

/**
 * The settings after `change`, every field checked.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found.
 */
export function changeSettings(
  current: ClusterSettings,
  change: Readonly<Record<string, unknown>> | ClusterSettingsInput,
): ClusterSettings {
  const problems: string[] = [];
  let next = current;
  for (const [field, value] of Object.entries(change)) {
    if (value === undefined) continue;
    const read = READERS[field as keyof ClusterSettingsInput];
    if (read === undefined || !Object.hasOwn(READERS, field)) {
      problems.push(
        `Cannot set ${shown(field)}: the settings are ${Object.keys(READERS).join(", ")}`,
      );
      continue;
    }
    try {
      next = field === "retry"
        ? { ...next, retry: parseRetry(value, current.retry) }
        : { ...next, ...read(value) };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) {
    throw new JobMasterError("invalid_request", problems.join("; "), { problems });
  }
  return next;
}

/**
 * Reads a retry policy; what is left out is taken from `base`.
 *
 * @throws {JobMasterError} `invalid_request` that names the field, the value and the rule.
 */
export function parseRetry(value: unknown, base: RetryPolicy = DEFAULT_RETRY_POLICY): RetryPolicy {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use retry ${shown(value)}: it must be an object of base, factor, max and jitter`,
    );
  }
  const input = value as Record<string, unknown>;
  const unknown = Object.keys(input).find((key) =>
    !["base", "factor", "max", "jitter"].includes(key)
  );
  if (unknown !== undefined) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use retry field ${shown(unknown)}: the fields are base, factor, max and jitter`,
    );
  }
  return {
    baseMs: input.base === undefined
      ? base.baseMs
      : parseDuration(input.base, { what: "retry.base" }),
    factor: input.factor === undefined ? base.factor : factor(input.factor),
    maxMs: input.max === undefined ? base.maxMs : parseDuration(input.max, { what: "retry.max" }),
    jitter: input.jitter === undefined
      ? base.jitter
      : oneOf(input.jitter, ["full", "none"] as const, "retry.jitter"),
  };
}

function factor(value: unknown): number {
  if (typeof value === "number" && value >= 1 && value <= 100) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use retry.factor ${shown(value)}: it must be a number from 1 to 100`,
  );
}

/**
 * Reads one of a fixed set of words, exactly as written.
 *
 * @throws {JobMasterError} `invalid_request` that lists the words.
 */
export function oneOf<T extends string>(value: unknown, words: readonly T[], what: string): T {
  if (words.includes(value as T)) return value as T;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${what} ${shown(value)}: it must be one of ${words.join(", ")}`,
  );
}

/**
 * Reads a whole number within bounds.
 *
 * @throws {JobMasterError} `invalid_request` that names the bounds.
 */
export function wholeNumber(
  value: unknown,
  what: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${what} ${shown(value)}: it must be a whole number from ${min} to ${max}`,
  );
}

/**
 * Reads the name of an IANA zone, in any letter case, as the platform spells it.
 *
 * @throws {JobMasterError} `invalid_request` when there is no such zone.
 */
export function readTimeZone(value: unknown): string {
  const known = typeof value === "string" ? knownZone(value) : undefined;
  if (known !== undefined) return known;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use timeZone ${shown(value)}: it must be an IANA zone such as "Europe/Lisbon"`,
  );
}

function knownZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined; // not a zone: the caller says what would be right
  }
}

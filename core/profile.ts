/**
 * Schedules declared in code: a named set of them, each with a stable id.
 *
 * @module
 */

import type { AnyJobDefinition, JobDefinition } from "./definition.ts";
import { JobMasterError } from "./errors.ts";
import { MAX_ID_LENGTH, parseId, shown } from "./names.ts";
import type { ScheduleChangeRequest } from "./schedule_request.ts";

/** When something happens again: text, or a value of the recurrence library such as `naturalCron("every day")`. */
export type RecurrenceInput =
  | string
  | {
    /** Names the language. */
    readonly type: string;
    /** The text. */
    toString(): string;
  };

/** What may be said of a schedule besides definition and recurrence. */
export interface ScheduleSettings<Input = unknown>
  extends Omit<ScheduleChangeRequest, "expression" | "expressionType" | "data"> {
  /** The payload of its jobs. @default {null} */
  readonly data?: Input;
}

/** What may be said of a schedule declared in code. */
export interface StaticScheduleOptions<Input = unknown> extends ScheduleSettings<Input> {
  /** Stable id within its set. Renaming it makes another schedule. @default {the definition's id} */
  readonly id?: string;
}

/** A schedule declared in code. */
export interface StaticSchedule {
  /** `{set}:{id}`: its id in the cluster. */
  readonly id: string;
  /** The definition its jobs run. */
  readonly definition: AnyJobDefinition;
  /** When it fires. */
  readonly recurrence: RecurrenceInput;
  /** Everything else. */
  readonly settings: ScheduleSettings;
}

/** A set of schedules declared in code. */
export interface ScheduleProfile {
  /** Its stable id. */
  readonly profileId: string;
  /** Its schedules; their ids differ. */
  readonly schedules: readonly StaticSchedule[];
}

/** Takes the schedules of a set; calls can be chained. */
export interface ScheduleCollector {
  /** Adds a schedule of `definition`'s jobs. @throws {JobMasterError} `configuration_invalid` for a repeated or bad id */
  add<I, O>(
    definition: JobDefinition<I, O>,
    recurrence: RecurrenceInput,
    options?: StaticScheduleOptions<I>,
  ): ScheduleCollector;
}

/** Options of {@linkcode defineSchedules}. */
export interface ProfileOptions {
  /** The lane of its schedules that name none. @default {the definition's} */
  readonly lane?: string;
}

/**
 * Declares a set of schedules. Nodes started with it keep its schedules alive; removed from all code they plan nothing
 * after five minutes at most and are `Inactive` within an hour; declared again they go on under the same id.
 *
 * @throws {JobMasterError} `configuration_invalid` that names the field, the value and the rule.
 *
 * @example
 * ```ts
 * import { defineJob, defineSchedules } from "@jobmaster/jobmaster";
 *
 * const report = defineJob<{ kind: string }>({ id: "report" }, (job) => job.data.kind);
 * export const nightly = defineSchedules("maintenance", (schedules) =>
 *   schedules.add(report, "every day at 02:30 tz Europe/Lisbon", { data: { kind: "night" } }));
 * ```
 */
export function defineSchedules(
  profileId: string,
  configure: (schedules: ScheduleCollector) => unknown,
  options: ProfileOptions = {},
): ScheduleProfile {
  try {
    const profile = parseId(profileId, "schedule profile id");
    const entries = new Map<string, StaticSchedule>();
    const collector: ScheduleCollector = {
      add(definition, recurrence, { id, ...settings } = {}) {
        const entry = readEntry(profile, { definition, recurrence, id, settings });
        if (entries.has(entry.id)) throw repeated(entry.id);
        const lane = settings.lane ?? options.lane;
        entries.set(
          entry.id,
          lane === undefined ? entry : { ...entry, settings: { ...settings, lane } },
        );
        return collector;
      },
    };
    configure(collector);
    return Object.freeze({ profileId: profile, schedules: [...entries.values()] });
  } catch (error) {
    throw new JobMasterError("configuration_invalid", (error as Error).message, { cause: error });
  }
}

interface Entry {
  readonly definition: AnyJobDefinition;
  readonly recurrence: RecurrenceInput;
  readonly id: string | undefined;
  readonly settings: ScheduleSettings;
}

function readEntry(profile: string, { definition, recurrence, id, settings }: Entry) {
  if (typeof definition?.handler !== "function") {
    throw new JobMasterError(
      "invalid_request",
      `Cannot add ${
        shown(definition)
      } to schedules "${profile}": it must be what defineJob() returns`,
    );
  }
  const name = parseId(id ?? definition.id, "schedule id");
  const whole = `${profile}:${name}`;
  if (whole.length > MAX_ID_LENGTH) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use schedule id ${
        shown(whole)
      }: set and id together have at most ${MAX_ID_LENGTH} characters`,
    );
  }
  return { id: whole, definition, recurrence, settings };
}

function repeated(id: string): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot add schedule "${id}" twice: give each an id of its own, { id: "…" }`,
  );
}

/** Whether a value is what {@linkcode defineSchedules} returns. */
export function isScheduleProfile(value: unknown): value is ScheduleProfile {
  const candidate = value as Partial<ScheduleProfile> | null;
  return typeof candidate === "object" && candidate !== null &&
    typeof candidate.profileId === "string" && Array.isArray(candidate.schedules);
}

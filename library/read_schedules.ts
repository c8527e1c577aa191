/**
 * Reads the schedules that code declares: every mistake found, before anything starts.
 *
 * @module
 */

import { RecurrenceReader, registerRecurrences } from "../actors/recurrences.ts";
import type { DeclaredSchedule } from "../actors/scheduler_protocol.ts";
import { JobMasterError } from "../core/errors.ts";
import { readMetadata } from "../core/metadata.ts";
import { isScheduleProfile, type ScheduleProfile, type StaticSchedule } from "../core/profile.ts";
import { shown } from "../core/names.ts";
import { readScheduleRequest } from "../core/schedule_request.ts";
import type { RecurrenceType } from "../recurrence/mod.ts";

/** What the reading depends on. */
export interface ReadSchedulesOptions {
  /** The node's own languages of recurrences. */
  readonly recurrences: readonly RecurrenceType[];
  /** Largest payload, in bytes of UTF-8 JSON; 0 and below is no limit. */
  readonly maxPayloadBytes: number;
  /** Takes what is wrong. */
  readonly problems: string[];
}

const KEY = "reading options";

/** Reads sets of schedules into plain data; what is wrong is added to `problems`. */
export function readSchedules(
  profiles: readonly ScheduleProfile[],
  { recurrences, maxPayloadBytes, problems }: ReadSchedulesOptions,
): readonly DeclaredSchedule[] {
  try {
    using _languages = registerRecurrences(KEY, recurrences);
    const reader = new RecurrenceReader(KEY);
    const declared = [...new Set(profiles)].flatMap((profile) =>
      readProfile(profile, { reader, maxPayloadBytes, problems })
    );
    refuseRepeated(declared, problems);
    return declared;
  } catch (error) {
    problems.push((error as Error).message);
    return [];
  }
}

interface ProfileContext {
  readonly reader: RecurrenceReader;
  readonly maxPayloadBytes: number;
  readonly problems: string[];
}

function readProfile(
  profile: ScheduleProfile,
  context: ProfileContext,
): readonly DeclaredSchedule[] {
  if (!isScheduleProfile(profile)) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot use schedules ${shown(profile)}: give what defineSchedules() returns`,
    );
  }
  return profile.schedules.flatMap((schedule) => {
    try {
      return [readSchedule(profile.profileId, schedule, context)];
    } catch (error) {
      context.problems.push(`Schedule "${schedule.id}": ${(error as Error).message}`);
      return [];
    }
  });
}

function readSchedule(
  profileId: string,
  { id, definition, recurrence, settings }: StaticSchedule,
  { reader, maxPayloadBytes }: ProfileContext,
): DeclaredSchedule {
  const text = reader.recognize(recurrence, null);
  const rules = readScheduleRequest({
    ...settings,
    definitionId: definition.id,
    expression: text.text,
    expressionType: text.type,
  }, { maxPayloadBytes });
  readMetadata(rules.metadata, definition.defaults.metadata); // both together are bounded
  return { id, profileId, rules: { ...rules, recurrence: text } };
}

function refuseRepeated(declared: readonly DeclaredSchedule[], problems: string[]): void {
  const seen = new Set<string>();
  for (const { id } of declared) {
    if (seen.has(id)) problems.push(`Cannot declare schedule "${id}" twice`);
    seen.add(id);
  }
}

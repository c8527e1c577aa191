/**
 * The job of one occurrence of a schedule, or of a run asked for by hand.
 *
 * @module
 */

import type { BucketIndex } from "../core/assignment.ts";
import type { Bucket } from "../core/bucket.ts";
import type { ClusterSettings } from "../core/cluster.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import type { Random } from "../core/random.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import type { Schedule } from "../core/schedule.ts";
import type { NewJob, Placement } from "../storage/port.ts";

/** What a job is made from. */
export interface ScheduleJobInput {
  /** The schedule. */
  readonly schedule: Schedule;
  /** The defaults of its definition. */
  readonly definition: DefinitionDefaults;
  /** What the cluster is like. */
  readonly scene: {
    readonly settings: ClusterSettings;
    readonly buckets: BucketIndex<Bucket>;
    readonly nowMs: number;
  };
  /** The occurrence, in epoch milliseconds; `null` for a run asked for by hand, which is due now. */
  readonly occurrenceAtMs: number | null;
}

/** A job without its id. Schedule > definition > cluster. */
export function jobOfSchedule(
  { random }: { readonly random: Random },
  { schedule, definition, scene, occurrenceAtMs }: ScheduleJobInput,
): Omit<NewJob, "id"> {
  const { settings, nowMs } = scene;
  const dueAtMs = occurrenceAtMs ?? nowMs;
  const splayMs = occurrenceAtMs === null ? 0 : Math.floor(random.next() * schedule.jitterMs);
  const scheduledAtMs = dueAtMs + splayMs;
  const lane = schedule.lane ?? definition.lane;
  const priority = schedule.priority ?? definition.priority;
  const near = scheduledAtMs <= nowMs + settings.transientThresholdMs;
  const chosen = near ? scene.buckets.choose(lane, priority, random) : undefined;
  // Over an agent connection the coordinator sends it: it has to be stored before.
  const bucket = chosen?.agentConnectionId === STANDALONE_AGENT ? chosen : undefined;
  return {
    clusterId: schedule.clusterId,
    definitionId: definition.id,
    priority,
    lane,
    data: schedule.data,
    metadata: { ...definition.metadata, ...schedule.metadata },
    triggerSource: schedule.type === "Static" ? "StaticRecurring" : "DynamicRecurring",
    scheduleId: schedule.id,
    occurrenceAtMs,
    uniqueKey: null,
    originalScheduledAtMs: dueAtMs,
    scheduledAtMs,
    createdAtMs: nowMs,
    maxRetries: schedule.maxRetries ?? definition.maxRetries ?? settings.defaultMaxRetries,
    timeoutMs: schedule.timeoutMs ?? definition.timeoutMs ?? settings.defaultTimeoutMs,
    retry: schedule.retry ?? definition.retry,
    placement: bucket === undefined ? null : placementIn(bucket),
  };
}

function placementIn({ id, epoch }: Bucket): Placement {
  return { bucketId: id, epoch, claim: false };
}

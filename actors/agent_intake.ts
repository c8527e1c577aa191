/**
 * Jobs that an agent connection alone accepts: the owner of their bucket saves them in the master.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { codeOf } from "../core/errors.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import { pick } from "../core/random.ts";
import type { NewJob } from "../storage/port.ts";
import { offerOf, pendingJob } from "./agent_messages.ts";
import type { SubmittedJob } from "./client.ts";
import { insertJobs } from "./placing.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";

/** A job and the bucket whose owner is to save it. */
interface Placed {
  readonly job: NewJob;
  readonly bucket: Bucket;
}

/**
 * Hands jobs to agent connections. Those that have none, or whose connection fails, are stored in the master: the
 * answer says which promise was given. One that was stored although an agent connection has it too is saved once.
 */
export async function acceptByAgents(
  context: SchedulerContext,
  state: SchedulerState,
  jobs: readonly NewJob[],
): Promise<readonly SubmittedJob[]> {
  const placed = jobs.flatMap((job): Placed[] => {
    const bucket = bucketFor(context, state, job);
    return bucket === undefined ? [] : [{ job, bucket }];
  });
  const accepted = new Map<string, SubmittedJob>();
  const byAgent = Map.groupBy(placed, ({ bucket }) => bucket.agentConnectionId);
  await Promise.all(
    [...byAgent].map(([agent, part]) => offer(context, state, { agent, part, accepted })),
  );
  const rest = jobs.filter(({ id }) => !accepted.has(id));
  const stored = rest.length === 0 ? [] : await insertJobs(context, state, rest);
  const durable = new Map(rest.map(({ id }, index) => [id, stored[index]!]));
  return jobs.map(({ id }) => accepted.get(id) ?? durable.get(id)!);
}

async function offer(
  context: SchedulerContext,
  { posts }: SchedulerState,
  { agent, part, accepted }: {
    readonly agent: string;
    readonly part: readonly Placed[];
    readonly accepted: Map<string, SubmittedJob>;
  },
): Promise<void> {
  try {
    const messages = part.map(({ job, bucket }) => offerOf(job, bucket.id));
    const { acceptance, oversize } = await posts.offer(agent, messages);
    const tooLong = new Set(oversize);
    part.forEach(({ job, bucket }, index) => {
      if (tooLong.has(messages[index]!.id)) return;
      accepted.set(job.id, { created: true, job: pendingJob(job, bucket), acceptance });
    });
  } catch (error) {
    context.log(
      "debug",
      `Agent connection "${agent}" took no jobs, the master does: ${codeOf(error)}`,
    );
  }
}

/** What is due much later waits in the master, and only the master knows of unique keys. */
function bucketFor(
  { clock, random }: SchedulerContext,
  { settings, buckets }: SchedulerState,
  { uniqueKey, scheduledAtMs, lane, priority }: NewJob,
): Bucket | undefined {
  const isNear = scheduledAtMs <= clock.now() + settings.transientThresholdMs;
  if (uniqueKey !== null || settings.mode !== "Active" || !isNear) return undefined;
  const able = buckets.matching(lane, priority)
    .filter(({ agentConnectionId }) => agentConnectionId !== STANDALONE_AGENT);
  return pick(able, random);
}

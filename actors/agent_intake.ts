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
import { type Offer, offerOf, pendingJob } from "./agent_messages.ts";
import type { SubmittedJob } from "./client.ts";
import { insertJobs } from "./placing.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";

/** An offer and the bucket whose owner is to save its job. */
interface Placed {
  readonly offer: Offer;
  readonly bucket: Bucket;
}

/**
 * Hands jobs to agent connections. Those that have none, or whose connection fails, are stored in the master: the
 * answer says which promise was given. One that was stored although an agent connection has it too is saved once, and
 * it is placed in the bucket it was offered to: only that bucket's owner may have started it.
 */
export async function acceptByAgents(
  context: SchedulerContext,
  state: SchedulerState,
  offers: readonly Offer[],
): Promise<readonly SubmittedJob[]> {
  const jobs = offers.map(({ job }) => job);
  const placed = offers.flatMap((offer): Placed[] => {
    const bucket = bucketFor(context, state, offer.job);
    return bucket === undefined ? [] : [{ offer, bucket }];
  });
  const accepted = new Map<string, SubmittedJob>();
  const byAgent = Map.groupBy(placed, ({ bucket }) => bucket.agentConnectionId);
  await Promise.all(
    [...byAgent].map(([agent, part]) => hand(context, state, { agent, part, accepted })),
  );
  const offeredTo = new Map(placed.map(({ offer, bucket }) => [offer.job.id, bucket]));
  const rest = jobs.filter(({ id }) => !accepted.has(id)).map((job): NewJob => {
    const bucket = offeredTo.get(job.id);
    if (bucket === undefined) return job;
    return { ...job, placement: { bucketId: bucket.id, epoch: bucket.epoch, claim: false } };
  });
  const stored = rest.length === 0 ? [] : await insertJobs(context, state, rest);
  const durable = new Map(rest.map(({ id }, index) => [id, stored[index]!]));
  return jobs.map(({ id }) => accepted.get(id) ?? durable.get(id)!);
}

async function hand(
  context: SchedulerContext,
  { posts }: SchedulerState,
  { agent, part, accepted }: {
    readonly agent: string;
    readonly part: readonly Placed[];
    readonly accepted: Map<string, SubmittedJob>;
  },
): Promise<void> {
  try {
    const messages = part.map(({ offer, bucket }) => offerOf(offer, bucket));
    const { acceptance, oversize } = await posts.offer(agent, messages);
    const tooLong = new Set(oversize);
    part.forEach(({ offer: { job }, bucket }, index) => {
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

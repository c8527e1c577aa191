/**
 * The children of a worker: heartbeat, settler, drainer, and one agent per bucket.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { WORKER_DUTIES } from "../core/worker.ts";
import { bucketAgent } from "./bucket_agent.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import { drainer } from "./drainer.ts";
import { heartbeat, type HeartbeatMessage } from "./heartbeat.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { settler } from "./settler.ts";
import type { WorkerArgs, WorkerContext } from "./worker_protocol.ts";
import type { RegisteredWorker } from "./worker_life.ts";

/** How early a job may sit in a bucket's buffer, in milliseconds. */
const LEAD_TIME_MS = 30_000;

/** The collaborators of a worker. */
export interface WorkerChildren {
  /** Renews its lease. */
  readonly heartbeat: ActorRef<HeartbeatMessage>;
  /** Address of the settler. */
  readonly settler: string;
  /** The agents of its buckets, by bucket id. */
  readonly agents: ReadonlyMap<string, ActorRef<BucketAgentMessage>>;
}

/** Starts the children of a worker. */
export async function spawnChildren(
  context: WorkerContext,
  args: WorkerArgs,
  { worker, buckets }: RegisteredWorker,
): Promise<WorkerChildren> {
  const { clusterId, storage, transport, spec, lease } = args;
  const pulse = await context.spawn({
    key: "heartbeat",
    actor: heartbeat,
    args: {
      spec,
      life: { clusterId, workerId: worker.id, incarnation: worker.incarnation },
      leaseMs: lease.leaseMs,
      renewMs: lease.renewMs,
    },
    placement: "thread",
  });
  const { address } = await context.spawn({
    key: "settler",
    actor: settler,
    args: { clusterId, storage },
  });
  if (WORKER_DUTIES[args.mode].drains) {
    await context.spawn({
      key: "drainer",
      actor: drainer,
      args: { clusterId, storage, transport, workerId: worker.id },
    });
  }
  const owner = { ...args, incarnation: worker.incarnation, settler: address };
  const agents = await spawnAgents(context, owner, buckets ?? []);
  return { heartbeat: pulse, settler: address, agents };
}

/** What agents of buckets need beside their bucket. */
export interface BucketOwner extends WorkerArgs {
  /** Address of the settler. */
  readonly settler: string;
  /** The worker's life. */
  readonly incarnation: number;
}

/** Starts the agents of buckets. */
export async function spawnAgents(
  context: WorkerContext,
  owner: BucketOwner,
  buckets: readonly Bucket[],
): Promise<ReadonlyMap<string, ActorRef<BucketAgentMessage>>> {
  const agents = new Map<string, ActorRef<BucketAgentMessage>>();
  for (const bucket of buckets) {
    agents.set(bucket.id, await spawnAgent(context, owner, bucket));
  }
  return agents;
}

/** Key of the agent of a bucket among the children of a worker. */
export function agentKey(bucketId: string): string {
  return `bucket_agent-${bucketId}`;
}

function spawnAgent(
  context: WorkerContext,
  args: BucketOwner,
  bucket: Bucket,
): Promise<ActorRef<BucketAgentMessage>> {
  const { clusterId, parallelism, bufferSize, storage, transport, settler, handlers } = args;
  const { isolation, host, graceMs } = args;
  return context.spawn({
    key: agentKey(bucket.id),
    actor: bucketAgent,
    args: {
      clusterId,
      bucketId: bucket.id,
      priority: bucket.priority,
      workerId: args.workerId,
      parallelism,
      bufferSize,
      leadTimeMs: LEAD_TIME_MS,
      storage,
      transport,
      settler,
      handlers,
      isolation,
      host,
      graceMs,
      incarnation: args.incarnation,
    },
  });
}

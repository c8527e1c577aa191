/**
 * Random calls about clusters, buckets, workers and leases.
 *
 * @module
 */

import fc from "fast-check";
import { BUCKET_STATUSES, BUCKET_TRANSITIONS } from "../../core/bucket.ts";
import { CLUSTER_MODES } from "../../core/cluster.ts";
import { PRIORITIES } from "../../core/job.ts";
import type { BucketFilter } from "../../storage/port.ts";
import { aBucket, aDefinition, settings } from "../support/factories.ts";
import {
  cluster,
  instant,
  offset,
  oneOf,
  type Operation,
  operation,
  POOL,
  target,
} from "./model_world.ts";

const bucket = oneOf(POOL.buckets);
const worker = oneOf(POOL.workers);
const back = fc.constantFrom(0, 0, 0, 0, 0, 1);
/** Leases never end on a step of the clock. */
const leaseMs = fc.constantFrom(25, 100_005, 100_005, 100_005);
const life = fc.record({ cluster, worker, back });

const setMode = operation(
  "clusters.update",
  fc.record({
    cluster,
    mode: fc.constantFrom("Active", "Active", "Active", ...CLUSTER_MODES),
    off: offset,
  }),
  async ({ cluster, mode, off }, side) => {
    const clusterId = side.cluster(cluster);
    const { version } = (await side.master.clusters.find({ clusterId }))!;
    const change = { settings: settings({ mode }), version: version + off, nowMs: 5 };
    return await side.master.clusters.update({ clusterId, ...change });
  },
);

const ensure = operation(
  "clusters.ensure",
  fc.record({ cluster, nowMs: instant }),
  ({ cluster, nowMs }, side) => {
    const clusterId = side.cluster(cluster);
    return side.master.clusters.ensure({ clusterId, settings: settings(), nowMs });
  },
);

const definition = fc.record({
  id: fc.constantFrom("d-0", "D-1", "d-2"),
  lane: fc.constantFrom("", "x"),
});

const definitions = operation(
  "clusters.saveDefinitions and listDefinitions",
  fc.record({ cluster, definitions: fc.array(definition, { maxLength: 3 }) }),
  async ({ cluster, definitions }, side) => {
    const clusterId = side.cluster(cluster);
    const { clusters } = side.master;
    await clusters.saveDefinitions({
      clusterId,
      definitions: definitions.map(aDefinition),
      nowMs: 1,
    });
    return await clusters.listDefinitions({ clusterId, limit: 2 });
  },
);

const createBuckets = operation(
  "buckets.create",
  fc.record({
    cluster,
    owner: worker,
    back,
    buckets: fc.array(
      fc.record({
        bucket,
        priority: fc.constantFrom(...PRIORITIES),
        lane: fc.constantFrom("", "slow"),
        created: instant,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  (args, side) => {
    const { clusterId, workerId, incarnation } = side.life(args.cluster, args.owner, args.back);
    const buckets = args.buckets.map(({ bucket, priority, lane, created: createdAtMs }) =>
      aBucket({
        ...{ id: `b-${bucket}`, clusterId, workerId, incarnation },
        ...{ priority, lane, createdAtMs },
      })
    );
    return side.master.buckets.create({ clusterId, buckets });
  },
);

const filter: fc.Arbitrary<BucketFilter> = fc.record({
  statuses: fc.subarray([...BUCKET_STATUSES]),
  workerId: fc.constantFrom("w-0", "w-1"),
  lane: fc.constantFrom("", "slow"),
  priority: fc.constantFrom(...PRIORITIES),
  agentConnectionId: fc.constantFrom("agent-1", "agent-2"),
}, { requiredKeys: [] });

const listBuckets = operation(
  "buckets.list and find",
  fc.record({ cluster, filter: fc.oneof(fc.constant({}), filter), bucket }),
  async ({ cluster, filter, bucket }, side) => {
    const clusterId = side.cluster(cluster);
    const { buckets } = side.master;
    const found = await buckets.find({ clusterId, bucketId: `b-${bucket}` });
    return { found, listed: await buckets.list({ clusterId, filter, limit: 2 }) };
  },
);

const step = operation(
  "buckets.step",
  fc.record({
    cluster,
    bucket: target,
    off: offset,
    legal: fc.constantFrom(true, true, true, false),
    choice: fc.nat({ max: 5 }),
    owner: fc.option(fc.record({ worker, back })),
    now: instant,
  }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const bucketId = facts.bucketFor(clusterId, args.bucket, BUCKET_STATUSES);
    const from = facts.bucket(clusterId, bucketId)?.status ?? "Active";
    const legal = BUCKET_TRANSITIONS[from];
    const choices = args.legal && legal.length > 0 ? legal : BUCKET_STATUSES;
    const to = choices[args.choice % choices.length]!;
    const takesOwner = to !== "Lost" && to !== "ReadyToDelete"; // those end ownership
    const owner = args.owner === null || !takesOwner
      ? {}
      : { owner: side.life(args.cluster, args.owner.worker, args.owner.back) };
    const proof = facts.proof(clusterId, bucketId, args.off);
    return side.master.buckets.step({ ...proof, from, to, ...owner, nowMs: args.now });
  },
);

const renewEpoch = operation(
  "buckets.renewEpoch",
  fc.record({ life, bucket: target, off: offset }),
  ({ life: { cluster, worker, back }, bucket, off }, side, facts) => {
    const clusterId = side.cluster(cluster);
    const proof = facts.proof(clusterId, facts.bucketFor(clusterId, bucket, ["Active"]), off);
    return side.master.buckets.renewEpoch({ ...proof, ...side.life(cluster, worker, back) });
  },
);

const removeBucket = operation(
  "buckets.remove",
  fc.record({ cluster, bucket: target }),
  ({ cluster, bucket }, side, facts) => {
    const clusterId = side.cluster(cluster);
    const bucketId = facts.bucketFor(clusterId, bucket, ["ReadyToDelete"]);
    return side.master.buckets.remove({ clusterId, bucketId });
  },
);

const register = operation(
  "workers.register",
  fc.record({ cluster, worker, leaseMs }),
  ({ cluster, worker, leaseMs }, side) => side.register(cluster, worker, leaseMs),
);

const renew = operation(
  "workers.renew",
  fc.record({ life, leaseMs }),
  ({ life: { cluster, worker, back }, leaseMs }, side) =>
    side.master.workers.renew({
      ...side.life(cluster, worker, back),
      leaseMs: side.leaseMs(leaseMs),
    }),
);

const stopping = operation(
  "workers.stopping",
  life,
  ({ cluster, worker, back }, side) =>
    side.master.workers.stopping(side.life(cluster, worker, back)),
);

const removeWorker = operation(
  "workers.remove",
  fc.record({ life, nowMs: instant }),
  ({ life: { cluster, worker, back }, nowMs }, side) =>
    side.master.workers.remove({ ...side.life(cluster, worker, back), nowMs }),
);

const listWorkers = operation(
  "workers.list and find",
  fc.record({ cluster, worker }),
  async ({ cluster, worker }, side) => {
    const clusterId = side.cluster(cluster);
    const { workers } = side.master;
    const found = await workers.find({ clusterId, workerId: `w-${worker}` });
    return { found, listed: await workers.list({ clusterId, limit: 9 }) };
  },
);

const expire = operation(
  "workers.expire",
  fc.record({ cluster, back, forgetAfterMs: fc.constantFrom(20, 100_000_000), nowMs: instant }),
  async ({ cluster, back, ...when }, side) => {
    const lease = side.lease(cluster, back);
    const found = await side.master.workers.expire({
      clusterId: side.cluster(cluster),
      lease,
      ...when,
    });
    if (typeof found === "string") return found;
    return { workers: found.workers.toSorted(), buckets: found.buckets.toSorted() };
  },
);

const acquire = operation(
  "workers.acquireLease",
  fc.record({ cluster, holder: worker, leaseMs }),
  ({ cluster, holder, leaseMs }, side) => side.acquire(cluster, `w-${holder}`, leaseMs),
);

const releaseLease = operation(
  "workers.releaseLease",
  fc.record({ cluster, back }),
  ({ cluster, back }, side) => {
    const clusterId = side.cluster(cluster);
    const lease = side.lease(cluster, back);
    return side.master.workers.releaseLease({ clusterId, lease });
  },
);

/** Every call about clusters, buckets and workers, with how often it is made. */
export const clusterOperations: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 2, arbitrary: setMode },
  { weight: 1, arbitrary: ensure },
  { weight: 1, arbitrary: definitions },
  { weight: 5, arbitrary: createBuckets },
  { weight: 1, arbitrary: listBuckets },
  { weight: 4, arbitrary: step },
  { weight: 2, arbitrary: renewEpoch },
  { weight: 2, arbitrary: removeBucket },
  { weight: 1, arbitrary: register },
  { weight: 1, arbitrary: renew },
  { weight: 1, arbitrary: stopping },
  { weight: 1, arbitrary: removeWorker },
  { weight: 1, arbitrary: listWorkers },
  { weight: 2, arbitrary: expire },
  { weight: 3, arbitrary: acquire },
  { weight: 1, arbitrary: releaseLease },
];

/**
 * Promises of making, listing and deleting buckets.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { type Bucket, BUCKET_COLORS, BUCKET_STATUSES } from "../../core/bucket.ts";
import { PRIORITIES } from "../../core/job.ts";
import type { BucketFilter, Master, NewBucket } from "../../storage/port.ts";
import { aBucket, AT_MS } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { bucketIn, walk } from "./placement_cases.ts";
import { Scene } from "./scene.ts";

/** A filter, and what it promises in plain code. */
interface Sample {
  readonly filter: BucketFilter;
  readonly matches: (bucket: Bucket) => boolean;
}

const SAMPLES: Readonly<Record<keyof BucketFilter, readonly Sample[]>> = {
  statuses: [
    ...BUCKET_STATUSES.map((status): Sample => ({
      filter: { statuses: [status] },
      matches: (bucket) => bucket.status === status,
    })),
    {
      filter: { statuses: ["Lost", "Active"] },
      matches: (bucket) => bucket.status === "Lost" || bucket.status === "Active",
    },
    { filter: { statuses: [] }, matches: () => false },
  ],
  workerId: [
    { filter: { workerId: "w-1" }, matches: (bucket) => bucket.workerId === "w-1" },
    { filter: { workerId: "w-9" }, matches: () => false },
  ],
  lane: [
    { filter: { lane: "" }, matches: (bucket) => bucket.lane === "" },
    { filter: { lane: "slow" }, matches: (bucket) => bucket.lane === "slow" },
  ],
  priority: PRIORITIES.map((priority) => ({
    filter: { priority },
    matches: (bucket) => bucket.priority === priority,
  })),
  agentConnectionId: [
    {
      filter: { agentConnectionId: "agent-2" },
      matches: (bucket) => bucket.agentConnectionId === "agent-2",
    },
  ],
};

const KEYS = Object.keys(SAMPLES) as readonly (keyof BucketFilter)[];

/** Promises of `buckets.create`, `list`, `find` and `remove`. */
export const bucketCases: readonly MasterCase[] = [
  {
    name: "buckets.create stores whole buckets, Active under epoch 1",
    async run(master) {
      const scene = await Scene.open(master);
      const { incarnation } = scene.worker;
      const given = [
        aBucket({ id: "b-3", incarnation, priority: "Critical", lane: "slow" }),
        aBucket({ id: "b-2", incarnation, color: BUCKET_COLORS.Red!, createdAtMs: AT_MS + 1 }),
      ];

      const made = await master.buckets.create({ clusterId: "c-1", buckets: given });

      equal(made, given.map(activeBucket));
      const stored = { clusterId: "c-1", bucketId: "b-3" };
      equal(await master.buckets.find(stored), activeBucket(given[0]!));
      equal(await master.buckets.find({ ...stored, clusterId: "c-2" }), null);
      equal(await master.buckets.find({ ...stored, bucketId: "b-9" }), null);
      const all = await master.buckets.list({ clusterId: "c-1", filter: {}, limit: 9 });
      equal(all, [scene.bucket, activeBucket(given[1]!), activeBucket(given[0]!)]);
    },
  },
  {
    name: "buckets.create leaves a stored bucket as it is when it is repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const { incarnation } = scene.worker;
      const stepped = await bucketIn(master, scene, "Completing");
      const buckets = [
        aBucket({ incarnation, lane: "other" }),
        aBucket({ id: "b-2", incarnation, lane: "first" }),
        aBucket({ id: "b-2", incarnation, lane: "second" }),
      ];

      const made = await master.buckets.create({ clusterId: "c-1", buckets });

      const second = activeBucket(buckets[1]!);
      equal(made, [stepped, second, second]);
    },
  },
  {
    name: "buckets.create answers not_owner and makes nothing when one owner is not alive",
    async run(master) {
      const scene = await Scene.open(master);
      const { incarnation } = scene.worker;
      const gone = await scene.register({ id: "w-2" });
      await master.workers.remove({ ...scene.life(gone), nowMs: AT_MS });
      const wrong: readonly Partial<NewBucket>[] = [
        { workerId: "w-9" },
        { workerId: null },
        { workerId: "w-2", incarnation: gone.incarnation },
        { incarnation: incarnation + 1 },
        { incarnation: incarnation - 1 },
      ];

      for (const part of wrong) {
        const buckets = [
          aBucket({ id: "b-2", incarnation }),
          aBucket({ id: "b-3", incarnation, ...part }),
        ];
        equal(await master.buckets.create({ clusterId: "c-1", buckets }), "not_owner");
      }

      const all = await master.buckets.list({ clusterId: "c-1", filter: {}, limit: 9 });
      equal(all, [scene.bucket]);
    },
  },
  {
    name: "buckets.create works for a worker that is stopping",
    async run(master) {
      const scene = await Scene.open(master);
      await master.workers.stopping(scene.life());

      equal((await scene.makeBucket({ id: "b-2" })).status, "Active");
    },
  },
  {
    name: "buckets.list answers buckets by id, up to its limit, of its cluster",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      for (const id of ["b-9", "B-5", "b-10"]) await scene.makeBucket({ id });
      const list = async (limit: number) => {
        const buckets = await master.buckets.list({ clusterId: "c-1", filter: {}, limit });
        return buckets.map(({ id }) => id);
      };

      equal(await list(9), ["B-5", "b-1", "b-10", "b-9"]);
      equal(await list(2), ["B-5", "b-1"]);
      equal(await master.buckets.list({ clusterId: "c-2", filter: {}, limit: 9 }), [other.bucket]);
    },
  },
  ...KEYS.map((key, index): MasterCase => ({
    name: `buckets.list shows exactly what matches ${key}, alone and with others`,
    async run(master) {
      const buckets = await storeVariety(master);
      const others = KEYS.slice(index + 1).flatMap((other) => SAMPLES[other]);
      for (const first of SAMPLES[key]) {
        await check(master, buckets, first);
        for (const second of others) {
          await check(master, buckets, {
            filter: { ...first.filter, ...second.filter },
            matches: (bucket) => first.matches(bucket) && second.matches(bucket),
          });
        }
      }
    },
  })),
  ...BUCKET_STATUSES.map((status): MasterCase => ({
    name: `buckets.remove answers ${
      status === "ReadyToDelete" ? "removed" : "conflict"
    } when the bucket is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const bucket = await bucketIn(master, scene, status);
      const one = { clusterId: "c-1", bucketId: "b-1" };

      const answer = await master.buckets.remove(one);

      const removes = status === "ReadyToDelete";
      equal(answer, removes ? "removed" : "conflict");
      equal(await master.buckets.find(one), removes ? null : bucket);
      equal(await master.buckets.remove(one), "conflict");
    },
  })),
  ...(["AssignedToBucket", "Onboarded", "Queued", "Processing"] as const).map((
    status,
  ): MasterCase => ({
    name: `buckets.remove answers not_empty while an ${status} job points to the bucket`,
    async run(master) {
      const scene = await Scene.open(master);
      await scene.inStatus(status);
      const bucket = await bucketIn(master, scene, "ReadyToDelete");
      const one = { clusterId: "c-1", bucketId: "b-1" };

      equal(await master.buckets.remove(one), "not_empty");
      equal(await master.buckets.find(one), bucket);
    },
  })),
  {
    name: "buckets.remove works when the bucket's jobs have ended or left",
    async run(master) {
      const scene = await Scene.open(master);
      const released = await scene.assigned({ id: "01900000-0000-7000-8000-0000000000aa" });
      await master.jobs.release({ ...scene.proof(), jobIds: [released.id] });
      await scene.final("Succeeded");
      await bucketIn(master, scene, "ReadyToDelete");

      equal(await master.buckets.remove({ clusterId: "c-1", bucketId: "b-1" }), "removed");
    },
  },
];

function activeBucket({ incarnation: _, ...given }: NewBucket): Bucket {
  return { ...given, status: "Active", epoch: 1, statusChangedAtMs: given.createdAtMs };
}

async function check(
  master: Master,
  buckets: readonly Bucket[],
  { filter, matches }: Sample,
): Promise<void> {
  const listed = await master.buckets.list({ clusterId: "c-1", filter, limit: 100 });
  const what = JSON.stringify(filter);
  equal([what, listed], [what, buckets.filter(matches)]);
}

/** Twenty-four buckets, by id: every status, and every other field in several values. */
async function storeVariety(master: Master): Promise<readonly Bucket[]> {
  const scene = await Scene.open(master);
  const second = await scene.register({ id: "w-2" });
  for (let i = 10; i < 34; i++) {
    const given = {
      id: `b-${i}`,
      lane: i % 5 < 2 ? "slow" : "",
      priority: PRIORITIES[i % PRIORITIES.length]!,
      agentConnectionId: `agent-${i % 3}`,
    };
    const bucket = await scene.makeBucket(given, i % 7 < 3 ? second : scene.worker);
    const status = BUCKET_STATUSES[i % BUCKET_STATUSES.length]!;
    await walk(master, scene, { bucket, status });
  }
  return await master.buckets.list({ clusterId: "c-1", filter: {}, limit: 100 });
}

/**
 * The small world in which random operations meet: two clusters with few jobs, buckets and workers, so that
 * they hit each other, and what each of the two masters granted in it.
 *
 * @module
 */

import fc from "fast-check";
import type { Bucket, BucketStatus } from "../../core/bucket.ts";
import type { BucketId, JobId, ScheduleId } from "../../core/ids.ts";
import type { Job, JobStatus } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { BucketProof, LeaseProof, Master, WorkerLife } from "../../storage/port.ts";
import { aBucket, aWorker, jobId, settings } from "../support/factories.ts";

/** How many of each there are in a cluster. */
export const POOL = {
  clusters: 2,
  jobs: 8,
  schedules: 3,
  buckets: 4,
  workers: 2,
  logs: 8,
} as const;

/** Instants of the world, small so that they tie; the databases' clocks are far beyond. */
export const instant = fc.integer({ min: 0, max: 9 });

/** Which of `count`. */
export function oneOf(count: number): fc.Arbitrary<number> {
  return fc.nat({ max: count - 1 });
}

/** Which cluster: mostly the first, so that more meets there. */
export const cluster = fc.constantFrom(0, 0, 0, 1);

/** Which of the fitting records: mostly one that fits, now and then any. */
export const target: fc.Arbitrary<Target> = fc.record({
  number: fc.nat({ max: 7 }),
  aimed: fc.constantFrom(true, true, true, true, true, true, true, false),
});

/** A choice that is made when it is known what is there. */
export interface Target {
  /** Which one. */
  readonly number: number;
  /** Of those that fit, or of all there may be. */
  readonly aimed: boolean;
}

/** How far a fence is off: mostly not at all. */
export const offset = fc.constantFrom(...Array.from({ length: 16 }, () => 0), 1, -1);

/** One random call. */
export interface Operation {
  /** What it is, for people. */
  readonly label: string;
  /** Makes the call. `facts` are of before the call, the same for both masters. */
  run(side: Side, facts: Facts): Promise<unknown>;
}

/** Makes operations of `args`. */
export function operation<Args>(
  name: string,
  args: fc.Arbitrary<Args>,
  run: (args: Args, side: Side, facts: Facts) => Promise<unknown>,
): fc.Arbitrary<Operation> {
  return args.map((chosen) => {
    const label = `${name} ${JSON.stringify(chosen)}`;
    const bound = { label, run: (side: Side, facts: Facts) => run(chosen, side, facts) };
    return { ...bound, [fc.toStringMethod]: () => label };
  });
}

/** Outlasts every sequence, in milliseconds. */
const LONG_LEASE_MS = 100_005;

/** One of the two masters, with the numbers only it knows. */
export class Side {
  /** The master. */
  readonly master: Master;
  /** Lives in the order in which they were granted. */
  readonly lives: WorkerLife[] = [];
  /** Terms in the order in which they were granted. */
  readonly leases: (LeaseProof & { readonly clusterId: string })[] = [];
  /** Whether it is the memory master, which is called first. */
  readonly isModel: boolean;
  readonly #prefix: string;
  readonly #clockStands: boolean;

  /** Calls `master`, in clusters whose names start with `prefix`. */
  constructor(
    master: Master,
    prefix: string,
    { isModel, clockStands }: { readonly isModel: boolean; readonly clockStands: boolean },
  ) {
    this.master = master;
    this.isModel = isModel;
    this.#prefix = prefix;
    this.#clockStands = clockStands;
  }

  /** How long a lease is: one that may run out only if time passes for both masters at once. */
  leaseMs(wantedMs: number): number {
    return this.#clockStands ? wantedMs : LONG_LEASE_MS;
  }

  /** Which registration of the sequence a life was. */
  ordinalOf(life: { readonly clusterId: string; readonly incarnation: number }): number {
    return this.lives.findIndex((each) =>
      each.clusterId === life.clusterId && each.incarnation === life.incarnation
    );
  }

  /** Name of a cluster. */
  cluster(number: number): string {
    return `${this.#prefix}-${number}`;
  }

  /** Registers a worker and remembers its life. */
  async register(cluster: number, worker: number, leaseMs: number) {
    const clusterId = this.cluster(cluster);
    const registered = await this.master.workers.register({
      worker: aWorker({ id: `w-${worker}`, clusterId }),
      leaseMs: this.leaseMs(leaseMs),
    });
    const { id: workerId, incarnation } = registered;
    this.lives.push({ clusterId, workerId, incarnation });
    return registered;
  }

  /** A life that was granted; `back` counts from the latest one of that worker. */
  life(cluster: number, worker: number, back: number): WorkerLife {
    const clusterId = this.cluster(cluster);
    const workerId = `w-${worker}`;
    const known = this.lives.filter((life) =>
      life.clusterId === clusterId && life.workerId === workerId
    );
    return { clusterId, workerId, incarnation: known.at(-1 - back)?.incarnation ?? 0 };
  }

  /** Acquires the lease and remembers the term; answers whether it was granted, and whether anew. */
  async acquire(cluster: number, holder: string, wantedMs: number): Promise<string> {
    const clusterId = this.cluster(cluster);
    const leaseMs = this.leaseMs(wantedMs);
    const name = "coordinator";
    const granted = await this.master.workers.acquireLease({ clusterId, name, holder, leaseMs });
    if (granted === null) return "refused";
    const lease = { clusterId, name, holder, term: granted.term };
    const before = this.leases.findLast((each) => each.clusterId === clusterId);
    this.leases.push(lease);
    if (before?.term === granted.term) return "renewed";
    return before === undefined || granted.term > before.term ? "granted" : "term went back";
  }

  /** A lease that was granted; `back` counts from the latest one of the cluster. */
  lease(cluster: number, back: number): LeaseProof {
    const clusterId = this.cluster(cluster);
    const known = this.leases.filter((lease) => lease.clusterId === clusterId);
    const { name, holder, term } = known.at(-1 - back) ?? known.at(-1)!;
    return { name, holder, term };
  }

  /** Makes both clusters, with a worker, three buckets and a coordinator's lease each. */
  async begin(): Promise<void> {
    for (let cluster = 0; cluster < POOL.clusters; cluster++) {
      const clusterId = this.cluster(cluster);
      await this.master.clusters.ensure({ clusterId, settings: settings(), nowMs: 0 });
      const { id: workerId, incarnation } = await this.register(cluster, 0, 100_005);
      const owner = { clusterId, workerId, incarnation };
      const buckets = ["b-0", "b-1", "b-2"].map((id) => aBucket({ ...owner, id, createdAtMs: 0 }));
      await this.master.buckets.create({ clusterId, buckets });
      await this.acquire(cluster, "w-0", 100_005);
    }
  }
}

/** What the model knew before a call, to aim at what is there. */
export class Facts {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #buckets: ReadonlyMap<string, Bucket>;
  readonly #schedules: ReadonlyMap<string, Schedule>;

  /** Looks jobs, buckets and schedules up in what {@linkcode Facts.of} read. */
  constructor(
    jobs: readonly Job[],
    buckets: readonly Bucket[],
    schedules: readonly Schedule[],
  ) {
    this.#schedules = new Map(schedules.map((each) => [`${each.clusterId} ${each.id}`, each]));
    this.#jobs = new Map(jobs.map((job) => [`${job.clusterId} ${job.id}`, job]));
    this.#buckets = new Map(buckets.map((bucket) => [`${bucket.clusterId} ${bucket.id}`, bucket]));
  }

  /** Reads them. */
  static async of(side: Side): Promise<Facts> {
    const jobs: Job[] = [];
    const buckets: Bucket[] = [];
    const schedules: Schedule[] = [];
    for (let cluster = 0; cluster < POOL.clusters; cluster++) {
      const all = { clusterId: side.cluster(cluster), filter: {}, limit: 100 };
      const sort = { by: "createdAt", direction: "asc" } as const;
      jobs.push(...(await side.master.queries.list({ ...all, sort, cursor: null })).items);
      buckets.push(...await side.master.buckets.list(all));
      schedules.push(...(await side.master.schedules.list({ ...all, cursor: null })).items);
    }
    return new Facts(jobs, buckets, schedules);
  }

  /** The job, if it is stored. */
  job(clusterId: string, id: JobId): Job | undefined {
    return this.#jobs.get(`${clusterId} ${id}`);
  }

  /** The id of a job in one of `statuses`, if the target aims and there is one. */
  jobFor(clusterId: string, target: Target, statuses: readonly JobStatus[]): JobId {
    const fitting = [...this.#jobs.values()].filter((job) =>
      job.clusterId === clusterId && statuses.includes(job.status)
    );
    return choose(fitting, target)?.id ?? jobId(target.number);
  }

  /** The id of a bucket with jobs in one of `statuses`, if the target aims and there is one. */
  bucketWith(clusterId: string, target: Target, statuses: readonly JobStatus[]): BucketId {
    const job = this.job(clusterId, this.jobFor(clusterId, target, statuses));
    const any = this.bucketFor(clusterId, target, ["Active"]);
    return (target.aimed ? job?.bucketId : null) ?? any;
  }

  /** The id of a bucket in one of `statuses`, if the target aims and there is one. */
  bucketFor(clusterId: string, target: Target, statuses: readonly BucketStatus[]): BucketId {
    const fitting = [...this.#buckets.values()].filter((bucket) =>
      bucket.clusterId === clusterId && statuses.includes(bucket.status)
    );
    return choose(fitting, target)?.id ?? bucketName(target);
  }

  /** The schedule, if it is stored. */
  schedule(clusterId: string, id: ScheduleId): Schedule | undefined {
    return this.#schedules.get(`${clusterId} ${id}`);
  }

  /** The id of a schedule, if the target aims and there is one. */
  scheduleFor(clusterId: string, target: Target): ScheduleId {
    const fitting = [...this.#schedules.values()].filter((each) => each.clusterId === clusterId);
    return choose(fitting, target)?.id ?? `s-${target.number % POOL.schedules}`;
  }

  /** The bucket, if it is stored. */
  bucket(clusterId: string, bucketId: string): Bucket | undefined {
    return this.#buckets.get(`${clusterId} ${bucketId}`);
  }

  /** Proof of owning a bucket, off by `offset`. */
  proof(clusterId: string, bucketId: string, offset: number): BucketProof {
    const epoch = (this.bucket(clusterId, bucketId)?.epoch ?? 1) + offset;
    return { clusterId, bucketId, epoch };
  }
}

function choose<T>(fitting: readonly T[], { number, aimed }: Target): T | undefined {
  return aimed ? fitting[number % Math.max(1, fitting.length)] : undefined;
}

function bucketName({ number }: Target): BucketId {
  return `b-${number % POOL.buckets}`;
}

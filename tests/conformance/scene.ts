/**
 * What most cases start from: a cluster with one worker, its bucket and a coordinator's lease.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import type { Bucket } from "../../core/bucket.ts";
import type { ClusterMode } from "../../core/cluster.ts";
import type { JobId } from "../../core/ids.ts";
import type { Execution, FinalStatus, Job, JobStatus, OutcomeKind } from "../../core/job.ts";
import type { Worker } from "../../core/worker.ts";
import type {
  BucketProof,
  ChangeResult,
  InsertedJob,
  JobChange,
  LeaseProof,
  Master,
  NewBucket,
  NewJob,
  NewWorker,
  Placement,
  Settlement,
  WorkerLife,
} from "../../storage/port.ts";
import { aBucket, aFailure, aSettlement, AT_MS, aWorker, newJob } from "../support/factories.ts";
import { settings } from "../support/factories.ts";

/** Long enough to outlast every case, in milliseconds. */
export const LONG_LEASE_MS = 600_000;

/** A started cluster. */
export class Scene {
  /** Its name. */
  readonly clusterId: string;
  /** Its worker, `w-1`. */
  readonly worker: Worker;
  /** Its bucket, `b-1`, under epoch 1. */
  readonly bucket: Bucket;
  /** The coordinator's lease. */
  readonly lease: LeaseProof;
  readonly #master: Master;

  /** Wraps what {@linkcode Scene.open} made. */
  constructor(
    master: Master,
    parts: Pick<Scene, "clusterId" | "worker" | "bucket" | "lease">,
  ) {
    this.#master = master;
    this.clusterId = parts.clusterId;
    this.worker = parts.worker;
    this.bucket = parts.bucket;
    this.lease = parts.lease;
  }

  /** Makes the cluster and what belongs to it. */
  static async open(master: Master, clusterId = "c-1"): Promise<Scene> {
    await master.clusters.ensure({ clusterId, settings: settings(), nowMs: AT_MS });
    const worker = await master.workers.register({
      worker: aWorker({ clusterId }),
      leaseMs: LONG_LEASE_MS,
    });
    const { incarnation } = worker;
    const bucket = aBucket({ clusterId, incarnation });
    const buckets = await master.buckets.create({ clusterId, buckets: [bucket] });
    const granted = await master.workers.acquireLease({
      clusterId,
      name: "coordinator",
      holder: worker.id,
      leaseMs: LONG_LEASE_MS,
    });
    const lease = { name: "coordinator", holder: worker.id, term: granted!.term };
    return new Scene(master, { clusterId, worker, bucket: (buckets as Bucket[])[0]!, lease });
  }

  /** Proof of owning the scene's bucket, or another one. */
  proof(bucket: Pick<Bucket, "id" | "epoch"> = this.bucket): BucketProof {
    return { clusterId: this.clusterId, bucketId: bucket.id, epoch: bucket.epoch };
  }

  /** The life of the scene's worker, or another one. */
  life({ id, incarnation }: Pick<Worker, "id" | "incarnation"> = this.worker): WorkerLife {
    return { clusterId: this.clusterId, workerId: id, incarnation };
  }

  /** A place in the scene's bucket. */
  placement(claim = false): Placement {
    return { bucketId: this.bucket.id, epoch: this.bucket.epoch, claim };
  }

  /** Registers another worker. */
  register(given: Partial<NewWorker>, leaseMs = LONG_LEASE_MS): Promise<Worker> {
    const worker = aWorker({ clusterId: this.clusterId, ...given });
    return this.#master.workers.register({ worker, leaseMs });
  }

  /** Makes another bucket of the scene's worker, or of another one. */
  async makeBucket(given: Partial<NewBucket>, owner: Worker = this.worker): Promise<Bucket> {
    const { clusterId } = this;
    const { id: workerId, incarnation } = owner;
    const bucket = aBucket({ clusterId, workerId, incarnation, ...given });
    const made = await this.#master.buckets.create({ clusterId, buckets: [bucket] });
    return (made as readonly Bucket[])[0]!;
  }

  /** Takes the bucket away from its owner; answers it as it is then. */
  async loseBucket(bucket: Bucket = this.bucket): Promise<Bucket> {
    const lost = await this.#master.buckets.step({
      ...this.proof(bucket),
      from: bucket.status,
      to: "Lost",
      nowMs: AT_MS,
    });
    return lost as Bucket;
  }

  /** Sets the cluster's mode. */
  async setMode(mode: ClusterMode): Promise<void> {
    const { clusterId } = this;
    const cluster = await this.#master.clusters.find({ clusterId });
    const { version, settings } = cluster!;
    const changed = { ...settings, mode };
    await this.#master.clusters.update({ clusterId, version, settings: changed, nowMs: AT_MS });
  }

  /** Inserts jobs and answers what became of each. */
  async insert(...jobs: readonly Partial<NewJob>[]): Promise<readonly InsertedJob[]> {
    const { clusterId } = this;
    const result = await this.#master.jobs.insert({
      clusterId,
      jobs: jobs.map((job) => newJob({ clusterId, ...job })),
    });
    strictEqual(result.outcome, "accepted");
    return result.outcome === "accepted" ? result.jobs : [];
  }

  /** A stored job on the master. */
  async held(given: Partial<NewJob> = {}): Promise<Job> {
    return (await this.insert(given))[0]!.job;
  }

  /** A stored job in the scene's bucket. */
  assigned(given: Partial<NewJob> = {}): Promise<Job> {
    return this.held({ placement: this.placement(), ...given });
  }

  /** A stored job of which attempt 1 is granted. */
  queued(given: Partial<NewJob> = {}): Promise<Job> {
    return this.held({ placement: this.placement(true), ...given });
  }

  /** A stored job whose attempt 1 runs since {@linkcode AT_MS} + 500. */
  async processing(given: Partial<NewJob> = {}): Promise<Job> {
    return await this.start(await this.queued(given));
  }

  /** Marks the granted attempt as running since {@linkcode AT_MS} + 500. */
  async start(job: Job): Promise<Job> {
    const mark = {
      jobId: job.id,
      status: "Processing",
      fence: job.attempts,
      startedAtMs: AT_MS + 500,
      progress: null,
    } as const;
    const proof = this.proof({ id: job.bucketId!, epoch: this.bucket.epoch });
    await this.#master.jobs.mark({ ...proof, marks: [mark] });
    return await this.find(job.id);
  }

  /** A stored job in any status the master stores. */
  async inStatus(status: JobStatus, given: Partial<NewJob> = {}): Promise<Job> {
    switch (status) {
      case "AssignedToBucket":
        return await this.assigned(given);
      case "Onboarded":
        return await this.onboard(await this.assigned(given));
      case "Queued":
        return await this.queued(given);
      case "Processing":
        return await this.processing(given);
      case "Succeeded":
      case "Failed":
      case "Cancelled":
        return await this.final(status, given);
      default:
        return await this.held(given);
    }
  }

  /** Marks a placed job as onboarded. */
  async onboard(job: Job): Promise<Job> {
    const mark = {
      jobId: job.id,
      status: "Onboarded",
      fence: job.revision,
      startedAtMs: null,
      progress: null,
    } as const;
    await this.#master.jobs.mark({ ...this.proof(), marks: [mark] });
    return await this.find(job.id);
  }

  /** A stored job that has ended in its first attempt. */
  async final(status: FinalStatus, given: Partial<NewJob> = {}): Promise<Job> {
    const job = await this.processing(given);
    const outcome = status.toLowerCase() as OutcomeKind;
    const error = status === "Failed" ? aFailure() : null;
    const result = status === "Succeeded" ? '{"sent":true}' : null;
    return await this.settle(job, { outcome, error, result, next: { status } });
  }

  /** Ends the granted attempt of a job. */
  async settle(job: Job, given: Partial<Settlement> = {}): Promise<Job> {
    const settlement = aSettlement(job, given);
    const { clusterId } = this;
    await this.#master.jobs.settle({ clusterId, settlements: [settlement] });
    return await this.find(job.id);
  }

  /** Grants the next attempt of placed jobs in the scene's bucket. */
  async claim(...jobs: readonly Job[]): Promise<readonly Job[]> {
    const items = jobs.map(({ id, revision }) => ({ jobId: id, revision }));
    await this.#master.jobs.claim({ ...this.proof(), items });
    return await Promise.all(jobs.map(({ id }) => this.find(id)));
  }

  /** Puts a held job into the scene's bucket. */
  async assign(job: Job, bucket: Bucket = this.bucket): Promise<Job> {
    const { clusterId, lease } = this;
    const place = { bucketId: bucket.id, epoch: bucket.epoch };
    const assignments = [{ jobId: job.id, revision: job.revision, ...place }];
    await this.#master.jobs.assign({ clusterId, lease, assignments });
    return await this.find(job.id);
  }

  /** Changes a job at {@linkcode AT_MS} + 5,000. */
  change(jobId: JobId, change: JobChange): Promise<ChangeResult> {
    const { clusterId } = this;
    return this.#master.jobs.change({ clusterId, jobId, nowMs: AT_MS + 5_000, change });
  }

  /** The job, which must exist. */
  async find(jobId: JobId): Promise<Job> {
    const job = await this.#master.queries.find({ clusterId: this.clusterId, jobId });
    if (job === null) throw new Error(`Job "${jobId}" is not stored`);
    return job;
  }

  /** The executions of a job. */
  executions(jobId: JobId): Promise<readonly Execution[]> {
    return this.#master.history.listExecutions({ clusterId: this.clusterId, jobId, limit: 100 });
  }
}

/**
 * How jobs reach their attempts: listed when due, assigned, fetched, claimed, marked, released.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { Job, JobStatus } from "../../core/job.ts";
import type { DueJob, JobStore } from "../port.ts";
import { batch, byId } from "./batches.ts";
import { checkBatch } from "./batch_limits.ts";
import { PRIORITY } from "./codes.ts";
import { flowStatements } from "./job_flow_statements.ts";
import { marksOf } from "./job_marks.ts";
import type { Proofs } from "./proofs.ts";
import { jobOf, type Row, statusOf } from "./rows.ts";
import type { SqlDatabase } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Flow = Pick<JobStore, "listDue" | "assign" | "fetch" | "claim" | "mark" | "release">;
type Input<Method extends keyof Flow> = Parameters<Flow[Method]>[0];
type Output<Method extends keyof Flow> = Awaited<ReturnType<Flow[Method]>>;

/** Most routes one statement asks for. */
const MAX_ROUTES = 32;

/** Brings jobs to their attempts. */
export class JobFlow implements Flow {
  readonly #database: SqlDatabase;
  readonly #proofs: Proofs;
  readonly #sql: ReturnType<typeof flowStatements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, proofs: Proofs) {
    this.#database = database;
    this.#proofs = proofs;
    this.#sql = flowStatements(database.dialect, tables);
  }

  /** See {@linkcode JobStore.listDue}. */
  async listDue(input: Input<"listDue">): Promise<readonly DueJob[]> {
    const due: DueJob[] = [];
    for (let at = 0; at < input.routes.length; at += MAX_ROUTES) {
      const routes = input.routes.slice(at, at + MAX_ROUTES);
      due.push(...await this.#listDue({ ...input, routes }));
    }
    return due;
  }

  async #listDue({ clusterId, dueBeforeMs, routes }: Input<"listDue">): Promise<readonly DueJob[]> {
    const values = routes.flatMap((
      { lane, priority, limit },
    ) => [clusterId, lane, PRIORITY[priority], dueBeforeMs, limit]);
    const rows = await this.#database.read((session) =>
      session.rows(this.#sql.due(routes.length), values)
    );
    return routes.flatMap(({ lane, priority }, route) =>
      rows.filter((row) => row[0] === route).map((row) => ({
        id: row[1] as JobId,
        priority,
        lane,
        scheduledAtMs: row[2] as number,
        revision: row[3] as number,
      }))
    );
  }

  /** See {@linkcode JobStore.assign}. */
  async assign({ clusterId, lease, assignments }: Input<"assign">): Promise<Output<"assign">> {
    checkBatch(assignments, "assignments");
    const wanted = idsOf(assignments);
    return await this.#database.write(async (tx) => {
      const [held, buckets, rows] = await Promise.all([
        this.#proofs.holdsLease(tx, clusterId, lease),
        this.#proofs.bucketsOf(tx, clusterId, assignments.map(({ bucketId }) => bucketId)),
        tx.rows(this.#sql.lock, [wanted, clusterId]),
      ]);
      if (!held) return "lease_lost";
      const waiting = rows.map(lockedOf).filter(({ status }) => status === "HeldOnMaster");
      const revisions = new Map(waiting.map(({ id, revision }) => [id, revision]));
      const moves = assignments.flatMap(({ jobId, revision, bucketId, epoch }) => {
        const bucket = buckets.get(bucketId);
        if (bucket?.status !== "Active" || bucket.epoch !== epoch) return [];
        if (revisions.get(jobId) !== revision) return [];
        revisions.delete(jobId); // an id that comes twice is moved once
        const { agentConnectionId, workerId } = bucket;
        return [{
          id: jobId,
          bucket_id: bucketId,
          agent_connection_id: agentConnectionId,
          worker_id: workerId,
        }];
      });
      if (moves.length > 0) tx.last(this.#sql.assign, [batch(moves), clusterId]);
      return moves.map(({ id }) => id);
    });
  }

  /** See {@linkcode JobStore.fetch}. */
  async fetch(input: Input<"fetch">): Promise<readonly Job[] | "not_owner"> {
    const { clusterId, bucketId, dueBeforeMs, limit } = input;
    return await this.#database.read(async (session) => {
      const [bucket, rows] = await Promise.all([
        this.#proofs.seenBucket(session, input),
        session.rows(this.#sql.fetch, [clusterId, bucketId, dueBeforeMs, limit]),
      ]);
      return bucket === null ? "not_owner" : rows.map((row) => jobOf(clusterId, row));
    });
  }

  /** See {@linkcode JobStore.claim}. */
  async claim(input: Input<"claim">): Promise<Output<"claim">> {
    const { clusterId, bucketId, items } = input;
    checkBatch(items, "jobs");
    const wanted = idsOf(items);
    return await this.#database.write(async (tx) => {
      const [bucket, mode, rows] = await Promise.all([
        this.#proofs.provenBucket(tx, input),
        this.#proofs.modeOf(tx, clusterId),
        tx.rows(this.#sql.lock, [wanted, clusterId]),
      ]);
      if (bucket?.status !== "Active" && bucket?.status !== "Completing") return "not_owner";
      if (mode !== "Active") return "cluster_not_active";
      const locked = new Map(rows.map(lockedOf).map((job) => [job.id, job]));
      const granted = items.flatMap(({ jobId, revision }) => {
        const job = locked.get(jobId);
        if (job?.bucketId !== bucketId || job.revision !== revision) return [];
        if (!UNCLAIMED_STATUSES.includes(job.status)) return [];
        locked.delete(jobId); // an id that comes twice is granted once
        return [{ jobId, attempt: job.attempts + 1 }];
      });
      if (granted.length > 0) {
        const { workerId } = bucket;
        const claims = granted.map(({ jobId: id }) => ({ id, worker_id: workerId }));
        tx.last(this.#sql.claim, [batch(claims), clusterId]);
      }
      return granted;
    });
  }

  /** See {@linkcode JobStore.mark}. */
  async mark(input: Input<"mark">): Promise<Output<"mark">> {
    const { clusterId, bucketId, marks } = input;
    checkBatch(marks, "marks");
    const given = batch(byId(marksOf(marks)));
    const wanted = idsOf(marks);
    return await this.#database.write(async (tx) => {
      const [bucket] = await Promise.all([
        this.#proofs.provenBucket(tx, input),
        tx.rows(this.#sql.lock, [wanted, clusterId]),
      ]);
      if (bucket === null) return "not_owner";
      if (marks.length > 0) tx.last(this.#sql.mark, [given, clusterId, bucketId]);
      return "marked";
    });
  }

  /** See {@linkcode JobStore.release}. */
  async release(input: Input<"release">): Promise<number | "not_owner"> {
    const { clusterId, bucketId, jobIds } = input;
    checkBatch(jobIds, "jobs");
    const given = idsOf(jobIds.map((jobId) => ({ jobId })));
    return await this.#database.write(async (tx) => {
      const [bucket] = await Promise.all([
        this.#proofs.provenBucket(tx, input),
        tx.rows(this.#sql.lock, [given, clusterId]),
      ]);
      if (bucket === null) return "not_owner";
      return await tx.run(this.#sql.release, [given, clusterId, bucketId]);
    });
  }
}

const UNCLAIMED_STATUSES: readonly JobStatus[] = ["AssignedToBucket", "Onboarded"];

/** What calls compare of a locked job. */
interface Locked {
  readonly id: JobId;
  readonly status: JobStatus;
  readonly revision: number;
  readonly bucketId: string | null;
  readonly attempts: number;
}

function lockedOf(row: Row): Locked {
  return {
    id: row[0] as JobId,
    status: statusOf(row[1]),
    revision: row[2] as number,
    bucketId: row[3] as string | null,
    attempts: row[4] as number,
  };
}

/** The batch of ids to lock, each once. */
function idsOf(items: readonly { readonly jobId: JobId }[]): string {
  return batch(byId([...new Set(items.map(({ jobId }) => jobId))].map((id) => ({ id }))));
}

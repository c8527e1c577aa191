/**
 * How jobs reach their attempts: listed when due, assigned, fetched, claimed, marked, released.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { Assignment, DueJob, JobMark, JobStore } from "../port.ts";
import { HELD, PRIORITY, STATUS, UNCLAIMED } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { Proofs } from "./proofs.ts";
import { JOB_COLUMNS, jobOf, jsonOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Flow = Pick<JobStore, "listDue" | "assign" | "fetch" | "claim" | "mark" | "release">;
type Input<Method extends keyof Flow> = Parameters<Flow[Method]>[0];
type Output<Method extends keyof Flow> = Awaited<ReturnType<Flow[Method]>>;

/** Brings jobs to their attempts. */
export class JobFlow implements Flow {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, proofs: Proofs) {
    this.#connection = connection;
    this.#proofs = proofs;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode JobStore.listDue}. */
  listDue({ clusterId, dueBeforeMs, routes }: Input<"listDue">): Promise<readonly DueJob[]> {
    return this.#connection.read(() =>
      routes.flatMap(({ lane, priority, limit }) => {
        const rows = this.#sql.due.all(clusterId, lane, PRIORITY[priority], dueBeforeMs, limit);
        return rows.map((row) => ({
          id: row[0] as JobId,
          priority,
          lane,
          scheduledAtMs: row[1] as number,
          revision: row[2] as number,
        }));
      })
    );
  }

  /** See {@linkcode JobStore.assign}. */
  async assign({ clusterId, lease, assignments }: Input<"assign">): Promise<Output<"assign">> {
    checkBatch(assignments, "assignments");
    return await this.#connection.write(() => {
      if (!this.#proofs.holdsLease(clusterId, lease)) return "lease_lost";
      return this.#assignAll(clusterId, assignments);
    }, assignments.length);
  }

  #assignAll(clusterId: string, assignments: readonly Assignment[]): readonly JobId[] {
    const bucketOf = this.#proofs.bucketsOf(clusterId);
    const moved: JobId[] = [];
    for (const { jobId, revision, bucketId, epoch } of assignments) {
      const bucket = bucketOf(bucketId);
      if (bucket?.status !== "Active" || bucket.epoch !== epoch) continue;
      const { agentConnectionId, workerId } = bucket;
      const { changes } = this.#sql.assign.run(
        bucketId,
        agentConnectionId,
        workerId,
        clusterId,
        jobId,
        revision,
      );
      if (changes === 1) moved.push(jobId);
    }
    return moved;
  }

  /** See {@linkcode JobStore.fetch}. */
  fetch(input: Input<"fetch">): Promise<readonly Job[] | "not_owner"> {
    const { clusterId, bucketId, dueBeforeMs, limit } = input;
    return this.#connection.read(() => {
      if (this.#proofs.provenBucket(input) === null) return "not_owner";
      const rows = this.#sql.fetch.all(clusterId, bucketId, dueBeforeMs, limit);
      return rows.map((row) => jobOf(clusterId, row));
    });
  }

  /** See {@linkcode JobStore.claim}. */
  async claim(input: Input<"claim">): Promise<Output<"claim">> {
    checkBatch(input.items, "jobs");
    return await this.#connection.write(() => this.#claimAll(input), input.items.length);
  }

  #claimAll(input: Input<"claim">): Output<"claim"> {
    const { clusterId, bucketId, items } = input;
    const bucket = this.#proofs.provenBucket(input);
    if (bucket?.status !== "Active" && bucket?.status !== "Completing") return "not_owner";
    if (this.#proofs.modeOf(clusterId) !== "Active") return "cluster_not_active";
    const nowMs = this.#connection.clock.now();
    const granted: { jobId: JobId; attempt: number }[] = [];
    for (const { jobId, revision } of items) {
      const { changes } = this.#sql.claim.run(
        bucket.workerId,
        nowMs,
        clusterId,
        jobId,
        bucketId,
        revision,
      );
      if (changes === 1) granted.push({ jobId, attempt: this.#attemptsOf(clusterId, jobId) });
    }
    return granted;
  }

  /** Read apart: `RETURNING` would make SQLite journal every single statement. */
  #attemptsOf(clusterId: string, jobId: JobId): number {
    return this.#sql.attempts.get(clusterId, jobId)![0] as number;
  }

  /** See {@linkcode JobStore.mark}. */
  async mark(input: Input<"mark">): Promise<Output<"mark">> {
    const { clusterId, bucketId, marks } = input;
    checkBatch(marks, "marks");
    return await this.#connection.write(() => {
      if (this.#proofs.provenBucket(input) === null) return "not_owner";
      for (const mark of marks) this.#markOne(clusterId, bucketId, mark);
      return "marked";
    }, marks.length);
  }

  #markOne(clusterId: string, bucketId: string, mark: JobMark): void {
    const { jobId, fence, startedAtMs, progress } = mark;
    const statement = mark.status === "Onboarded" ? this.#sql.onboard : this.#sql.start;
    statement.run(startedAtMs, jsonOf(progress), clusterId, jobId, bucketId, fence);
  }

  /** See {@linkcode JobStore.release}. */
  async release(input: Input<"release">): Promise<number | "not_owner"> {
    const { clusterId, bucketId, jobIds } = input;
    checkBatch(jobIds, "jobs");
    return await this.#connection.write(() => {
      if (this.#proofs.provenBucket(input) === null) return "not_owner";
      let released = 0;
      for (const jobId of jobIds) {
        released += Number(this.#sql.release.run(clusterId, jobId, bucketId).changes);
      }
      return released;
    }, jobIds.length);
  }
}

function statements(connection: SqliteConnection, { jobs }: Tables) {
  const one = `UPDATE ${jobs} INDEXED BY ${jobs}_by_id`;
  const mark = `started_at = coalesce(?, started_at), progress = coalesce(?, progress)
WHERE cluster_id = ? AND id = ? AND bucket_id = ?`;
  return {
    due: connection.prepareRows(
      `SELECT id, scheduled_at, revision FROM ${jobs} INDEXED BY ${jobs}_held
WHERE cluster_id = ? AND lane = ? AND priority = ? AND ${HELD} AND scheduled_at <= ?
ORDER BY scheduled_at, id LIMIT ?`,
    ),
    assign: connection.prepare(
      `${one} SET status = ${STATUS.AssignedToBucket}, revision = revision + 1,
  bucket_id = ?, agent_connection_id = ?, worker_id = ?
WHERE cluster_id = ? AND id = ? AND ${HELD} AND revision = ?`,
    ),
    fetch: connection.prepareRows(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_unclaimed
WHERE cluster_id = ? AND bucket_id = ? AND ${UNCLAIMED} AND scheduled_at <= ?
ORDER BY scheduled_at, id LIMIT ?`,
    ),
    claim: connection.prepare(
      `${one} SET status = ${STATUS.Queued}, attempts = attempts + 1, worker_id = ?, claimed_at = ?
WHERE cluster_id = ? AND id = ? AND bucket_id = ? AND ${UNCLAIMED} AND revision = ?`,
    ),
    attempts: connection.prepareRows(
      `SELECT attempts FROM ${jobs} INDEXED BY ${jobs}_by_id WHERE cluster_id = ? AND id = ?`,
    ),
    onboard: connection.prepare(
      `${one} SET status = ${STATUS.Onboarded}, ${mark}
  AND status = ${STATUS.AssignedToBucket} AND revision = ?`,
    ),
    start: connection.prepare(
      `${one} SET status = ${STATUS.Processing}, ${mark}
  AND status IN (${STATUS.Queued}, ${STATUS.Processing}) AND attempts = ?`,
    ),
    release: connection.prepare(
      `${one} SET status = ${STATUS.HeldOnMaster}, revision = revision + 1,
  bucket_id = NULL, agent_connection_id = NULL, worker_id = NULL
WHERE cluster_id = ? AND id = ? AND bucket_id = ? AND ${UNCLAIMED}`,
    ),
  };
}

/**
 * The calls that a busy master is asked most, and the ones that people and retention make, each by what it is for.
 *
 * @module
 */

import { ok } from "node:assert/strict";
import type { JobId } from "../../core/ids.ts";
import { isFinal, type Job, JOB_STATUSES, type Priority } from "../../core/job.ts";
import type { Master, NewJob, Placement, Settlement } from "../../storage/port.ts";
import {
  aBucket,
  aFailure,
  aLogEntry,
  anOccurrence,
  aPlan,
  aSchedule,
  aSettlement,
  AT_MS,
  aWorker,
  jobId,
  logId,
  newJob,
  settings,
} from "./factories.ts";

const LONG_LEASE_MS = 600_000;
const CHUNK = 1_000;
const PRIORITIES: readonly Priority[] = ["Critical", "High", "Medium", "Low", "VeryLow"];

/** Where the calls are made. */
export interface HotPlace {
  /** The master. */
  readonly master: Master;
  /** The cluster; made if it is missing. */
  readonly clusterId: string;
  /** The number of its first job: no two of these places share a thousand times `live` numbers. */
  readonly from: number;
}

/** A cluster with jobs that wait on the master, in a bucket, and ones that run. */
export class HotCalls {
  #place: HotPlace;
  readonly #bucketId: string;
  readonly #workerId: string;
  #next: number;

  /** See {@linkcode HotCalls.open}. */
  constructor(place: HotPlace) {
    this.#place = place;
    this.#next = place.from;
    this.#bucketId = `b-${place.from}`;
    this.#workerId = `w-${place.from}`;
  }

  /** Makes the cluster, and `live` jobs in it: half of them held, a quarter in a bucket, a quarter running. */
  static async open(place: HotPlace, live: number): Promise<HotCalls> {
    const calls = new HotCalls(place);
    const { master, clusterId } = place;
    await master.clusters.ensure({ clusterId, settings: settings(), nowMs: AT_MS });
    const worker = aWorker({ id: calls.#workerId, clusterId });
    const { incarnation } = await master.workers.register({ worker, leaseMs: LONG_LEASE_MS });
    const owner = { clusterId, workerId: calls.#workerId, incarnation };
    await master.buckets.create({
      clusterId,
      buckets: [aBucket({ id: calls.#bucketId, ...owner })],
    });
    for (let at = 0; at < live; at += CHUNK) {
      await calls.#insert(CHUNK / 2, null);
      await calls.#insert(CHUNK / 4, calls.#placement(false));
      await calls.#insert(CHUNK / 4, calls.#placement(true));
    }
    return calls;
  }

  /** Makes every call once, to `master`; `during` says which, before it is made. */
  async make(master: Master, during: (purpose: string) => void): Promise<void> {
    this.#place = { ...this.#place, master };
    await this.#intake(during);
    await this.#attempts(during);
    await this.#planning(during);
    await this.#reading(during);
    await this.#retention(during);
  }

  get #proof() {
    return { clusterId: this.#place.clusterId, bucketId: this.#bucketId, epoch: 1 };
  }

  #placement(claim: boolean): Placement {
    return { bucketId: this.#bucketId, epoch: 1, claim };
  }

  async #insert(count: number, placement: Placement | null): Promise<readonly Job[]> {
    const { master, clusterId } = this.#place;
    const jobs = Array.from({ length: count }, (_, i): NewJob => {
      const id = jobId(this.#next++);
      const scheduledAtMs = AT_MS + i;
      return newJob({
        id,
        clusterId,
        placement,
        uniqueKey: i % 2 === 0 ? id : null,
        scheduledAtMs,
      });
    });
    const result = await master.jobs.insert({ clusterId, jobs });
    ok(result.outcome === "accepted");
    return result.jobs.map(({ job }) => job);
  }

  async #lease(name: string) {
    const { master, clusterId } = this.#place;
    const lease = { name: `${name}-${this.#place.from}`, holder: this.#workerId };
    const granted = await master.workers.acquireLease({
      ...{ clusterId, leaseMs: LONG_LEASE_MS },
      ...lease,
    });
    return { ...lease, term: granted!.term };
  }

  async #intake(during: (purpose: string) => void): Promise<void> {
    const { master: { jobs }, clusterId } = this.#place;
    const dueBeforeMs = AT_MS + CHUNK;
    during("jobs.insert");
    await this.#insert(20, null);
    during("jobs.insert again");
    const [known] = await this.#insert(20, null);
    const { placement: _, ...again } = newJob({ clusterId, id: known!.id, uniqueKey: known!.id });
    await jobs.insert({ clusterId, jobs: [{ ...again, placement: null }] });
    during("jobs.listDue");
    const routes = PRIORITIES.map((priority) => ({ lane: "", priority, limit: 100 }));
    const due = await jobs.listDue({ clusterId, dueBeforeMs, routes });
    during("preparing");
    const lease = await this.#lease("coordinator");
    during("jobs.assign");
    const assignments = due.slice(0, 20).map(({ id, revision }) => ({
      ...{ jobId: id, revision, bucketId: this.#bucketId, epoch: 1 },
    }));
    const assigned = await jobs.assign({ clusterId, lease, assignments });
    ok(assigned.length === 20);
  }

  async #attempts(during: (purpose: string) => void): Promise<void> {
    const { master: { jobs, queries }, clusterId } = this.#place;
    const proof = this.#proof;
    const dueBeforeMs = AT_MS + CHUNK;
    during("jobs.fetch");
    const fetched = await jobs.fetch({ ...proof, dueBeforeMs, limit: 100 });
    ok(fetched.length === 100);
    const waiting = fetched as readonly Job[];
    during("jobs.claim");
    const items = waiting.slice(0, 20).map(({ id, revision }) => ({ jobId: id, revision }));
    const claimed = await jobs.claim({ ...proof, items });
    ok(claimed.length === 20);
    const running = claimed as readonly { readonly jobId: JobId; readonly attempt: number }[];
    during("jobs.mark");
    const marks = running.map(({ jobId, attempt }) => ({
      ...{ jobId, status: "Processing" as const, fence: attempt },
      ...{ startedAtMs: AT_MS, progress: null },
    }));
    await jobs.mark({ ...proof, marks });
    during("queries.listClaimed");
    for (const cancelRequestedOnly of [false, true]) {
      await queries.listClaimed({ ...proof, cancelRequestedOnly, limit: 100 });
    }
    during("jobs.settle");
    const settlements = running.map(({ jobId, attempt }, i): Settlement => ({
      ...aSettlement(waiting[i]!, {
        ...{ bucketId: this.#bucketId, jobId, attempt, workerId: this.#workerId },
        ...(i % 2 === 0 ? {} : {
          outcome: "failed",
          error: aFailure(),
          next: { status: "HeldOnMaster", scheduledAtMs: AT_MS },
        }),
      }),
    }));
    ok((await jobs.settle({ clusterId, settlements })).applied.length === 20);
    during("jobs.change");
    const [first, second] = waiting.slice(30);
    await jobs.change({ clusterId, jobId: first!.id, nowMs: AT_MS, change: { type: "cancel" } });
    await jobs.change({ clusterId, jobId: first!.id, nowMs: AT_MS, change: { type: "remove" } });
    during("jobs.release");
    ok(await jobs.release({ ...proof, jobIds: [second!.id] }) === 1);
    during("jobs.reclaim");
    await jobs.reclaim({ ...proof, nowMs: AT_MS, limit: 5_000, error: aFailure() });
  }

  async #planning(during: (purpose: string) => void): Promise<void> {
    const { master: { schedules }, clusterId, from } = this.#place;
    during("preparing");
    const lease = await this.#lease("planner");
    const made = ["a", "b"].map((name) => aSchedule({ id: `${name}-${from}`, clusterId }));
    await schedules.insert({ clusterId, schedules: made });
    during("schedules.listDue");
    const due = { clusterId, nowMs: AT_MS, ensuredSinceMs: 0, limit: 100 };
    await schedules.listDue(due);
    during("schedules.plan");
    const plans = made.map((schedule) =>
      aPlan(schedule, {
        jobs: [0, 1].map((i) =>
          anOccurrence(schedule, AT_MS + i, { clusterId, id: jobId(this.#next++) })
        ),
      })
    );
    await schedules.plan({ clusterId, lease, nowMs: AT_MS, plans });
    during("schedules.list");
    const filter = { statuses: ["Active"], failing: false } as const;
    await schedules.list({ clusterId, filter, cursor: null, limit: 25 });
    await schedules.count({ clusterId, filter });
  }

  async #reading(during: (purpose: string) => void): Promise<void> {
    const { master: { queries, history }, clusterId } = this.#place;
    during("queries.find");
    await queries.find({ clusterId, jobId: jobId(this.#place.from) });
    await history.listExecutions({ clusterId, jobId: jobId(this.#place.from), limit: 10 });
    for (const by of ["createdAt", "scheduledAt", "finishedAt"] as const) {
      for (const direction of ["asc", "desc"] as const) {
        during(`queries.list by ${by}, ${direction}`);
        const statuses = by === "scheduledAt" ? { statuses: ["HeldOnMaster"] as const } : {};
        const page = { clusterId, filter: statuses, sort: { by, direction }, limit: 2 };
        const { nextCursor } = await queries.list({ ...page, cursor: null });
        if (nextCursor !== null) await queries.list({ ...page, cursor: nextCursor });
      }
    }
    const sort = { by: "createdAt", direction: "desc" } as const;
    during("queries.list of a schedule");
    const scheduleId = `a-${this.#place.from}`;
    await queries.list({ clusterId, filter: { scheduleId }, sort, cursor: null, limit: 2 });
    during("queries.list of failed jobs");
    await queries.list({
      ...{ clusterId, filter: { statuses: ["Failed"] }, sort, cursor: null, limit: 2 },
    });
    during("queries.count of all jobs");
    await queries.count({ clusterId, filter: {} });
    during("queries.count of live jobs");
    const statuses = JOB_STATUSES.filter((status) => !isFinal(status));
    await queries.count({ clusterId, filter: { statuses } });
    during("queries.statistics");
    await queries.statistics({ clusterId, sinceMs: AT_MS, nowMs: AT_MS + 1 });
  }

  async #retention(during: (purpose: string) => void): Promise<void> {
    const { master: { history }, clusterId, from } = this.#place;
    const entries = [0, 1].map((i) =>
      aLogEntry({ id: logId(from + i), subjectId: jobId(from + 400 + i), writtenAtMs: i })
    );
    during("history.appendLogs");
    await history.appendLogs({ clusterId, entries });
    during("history.purgeJobs");
    await history.purgeJobs({ clusterId, finishedBeforeMs: AT_MS + CHUNK * CHUNK, limit: 2 });
    during("history.purgeLogs");
    await history.purgeLogs({ clusterId, writtenBeforeMs: AT_MS, limit: 1 });
    during("history.purgeSchedules");
    await history.purgeSchedules({ clusterId, terminatedBeforeMs: AT_MS, limit: 1 });
  }
}

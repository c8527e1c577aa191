/**
 * What most cases of schedules start from: a started cluster, its schedules and their jobs.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import type { JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import type {
  DueSchedule,
  InsertedSchedule,
  Master,
  NewJob,
  OccurrenceJob,
  PlanResult,
  SchedulePlanWrite,
  ScheduleStore,
  ScheduleUpdate,
  ScheduleUpdateResult,
} from "../../storage/port.ts";
import { anOccurrence, aPlan, aSchedule, AT_MS } from "../support/factories.ts";
import { Scene } from "./scene.ts";

/** When the calls of a case are made. */
export const NOW_MS = AT_MS + 5_000;

/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000;

/** A started cluster with schedules. */
export class ScheduleScene {
  /** The cluster. */
  readonly scene: Scene;
  /** Its name. */
  readonly clusterId: string;
  /** The store. */
  readonly store: ScheduleStore;
  readonly #master: Master;

  /** Wraps a started cluster. */
  constructor(master: Master, scene: Scene) {
    this.#master = master;
    this.store = master.schedules;
    this.scene = scene;
    this.clusterId = scene.clusterId;
  }

  /** Makes the cluster. */
  static async open(master: Master, clusterId = "c-1"): Promise<ScheduleScene> {
    return new ScheduleScene(master, await Scene.open(master, clusterId));
  }

  /** Stores schedules and answers what became of each. */
  async insert(...schedules: readonly Partial<Schedule>[]): Promise<readonly InsertedSchedule[]> {
    const { clusterId } = this;
    const result = await this.store.insert({
      clusterId,
      schedules: schedules.map((schedule) => aSchedule({ clusterId, ...schedule })),
    });
    strictEqual(result.outcome, "accepted");
    return result.outcome === "accepted" ? result.schedules : [];
  }

  /** A stored schedule. */
  async schedule(given: Partial<Schedule> = {}): Promise<Schedule> {
    return (await this.insert(given))[0]!.schedule;
  }

  /** The schedule, if it is stored. */
  find(scheduleId = "s-1"): Promise<Schedule | null> {
    return this.store.find({ clusterId: this.clusterId, scheduleId });
  }

  /** Updates a schedule: by default nothing but its `updatedAtMs`. */
  update(schedule: Schedule, given: Partial<ScheduleUpdate> = {}): Promise<ScheduleUpdateResult> {
    return this.store.update({
      clusterId: this.clusterId,
      schedule: { ...schedule, updatedAtMs: NOW_MS },
      waiting: "keep",
      job: null,
      alone: false,
      nowMs: NOW_MS,
      ...given,
    });
  }

  /** Plans. */
  async plan(...plans: readonly SchedulePlanWrite[]): Promise<PlanResult> {
    const { clusterId, scene: { lease } } = this;
    const result = await this.store.plan({ clusterId, lease, nowMs: NOW_MS, plans });
    if (result === "lease_lost") throw new Error("The lease is lost");
    return result;
  }

  /** Plans occurrences of one schedule, as it is stored now; answers it as it is then. */
  async planJobs(
    schedule: Schedule,
    ...jobs: readonly OccurrenceJob[]
  ): Promise<Schedule> {
    const current = (await this.find(schedule.id))!;
    await this.plan(aPlan(current, { jobs }));
    return (await this.find(schedule.id))!;
  }

  /** Stores a job of a schedule in any status the master stores; by default of its occurrence at {@linkcode AT_MS}. */
  job(
    status: Job["status"],
    given: Partial<NewJob> = {},
    schedule: Pick<Schedule, "id" | "definitionId"> = aSchedule(),
  ): Promise<Job> {
    const { skipped: _, placement: __, ...job } = anOccurrence(schedule, AT_MS);
    return this.scene.inStatus(status, { ...job, clusterId: this.clusterId, ...given });
  }

  /** The schedules that are due, at {@linkcode NOW_MS} if nothing else is said. */
  due(
    given: { readonly nowMs?: number; readonly ensuredSinceMs?: number; readonly limit?: number } =
      {},
  ): Promise<readonly DueSchedule[]> {
    const { clusterId } = this;
    return this.store.listDue({
      ...{ clusterId, nowMs: NOW_MS, ensuredSinceMs: 0, limit: 100 },
      ...given,
    });
  }

  /** The ids of the schedules that are due. */
  async dueIds(
    given: { readonly nowMs?: number; readonly ensuredSinceMs?: number; readonly limit?: number } =
      {},
  ): Promise<readonly string[]> {
    return (await this.due(given)).map(({ schedule }) => schedule.id);
  }

  /** The job, if it is stored. */
  jobOf(jobId: JobId): Promise<Job | null> {
    return this.#master.queries.find({ clusterId: this.clusterId, jobId });
  }

  /** Every job of a schedule, by id. */
  async jobs(scheduleId = "s-1"): Promise<readonly Job[]> {
    const { items } = await this.#master.queries.list({
      clusterId: this.clusterId,
      filter: { scheduleId },
      sort: { by: "createdAt", direction: "asc" },
      cursor: null,
      limit: 10_000,
    });
    return items.toSorted((a, b) => a.id < b.id ? -1 : 1);
  }

  /** How many jobs of the cluster have this status, as statistics count them. */
  async counted(status: Job["status"]): Promise<number> {
    const { clusterId } = this;
    const window = { clusterId, sinceMs: 0, nowMs: NOW_MS };
    return (await this.#master.queries.statistics(window)).counts[status];
  }
}

/**
 * Watching and changing recurring schedules.
 *
 * @module
 */

import type { ClusterClient, ScheduleCommand } from "../actors/client.ts";
import { wholeNumber } from "../core/cluster.ts";
import { JobMasterError } from "../core/errors.ts";
import type { ScheduleFilter } from "../core/schedule.ts";
import type { ScheduleChangeRequest } from "../core/schedule_request.ts";
import { type InstantInput, parseInstant } from "../core/time.ts";
import { type JobView, viewJob } from "./job_view.ts";
import { type ScheduleView, viewSchedule } from "./schedule_view.ts";

/** Options of {@linkcode Schedules.list}. */
export interface ListSchedulesOptions {
  /** Which schedules. @default {all} */
  readonly filter?: ScheduleFilter;
  /** Where to go on. @default {the start} */
  readonly cursor?: string | null;
  /** Most schedules, 1 to 200. @default {25} */
  readonly limit?: number;
}

/** Options of {@linkcode Schedules.next}. */
export interface NextRunsOptions {
  /** How many runs, 1 to 100. @default {5} */
  readonly count?: number;
  /** After when. @default {now} */
  readonly from?: InstantInput;
}

/** Watches and changes recurring schedules. Every call throws `schedule_not_found` for an id nobody has. */
export class Schedules {
  readonly #client: ClusterClient;

  /** Works on `client`'s cluster. */
  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** The schedule. */
  async get(scheduleId: string): Promise<ScheduleView> {
    return viewSchedule(await this.#client.findSchedule(scheduleId));
  }

  /** One page of schedules, newest first. */
  async list(
    options: ListSchedulesOptions = {},
  ): Promise<{ readonly items: readonly ScheduleView[]; readonly nextCursor: string | null }> {
    const { filter = {}, cursor = null, limit = 25 } = options;
    const page = await this.#client.listSchedules({ filter, cursor, limit });
    return { items: page.items.map(viewSchedule), nextCursor: page.nextCursor };
  }

  /** How many schedules match. */
  count(filter: ScheduleFilter = {}): Promise<number> {
    return this.#client.countSchedules(filter);
  }

  /** Its next runs, earliest first, as if it were active; fewer when it ends. */
  async next(
    scheduleId: string,
    { count = 5, from }: NextRunsOptions = {},
  ): Promise<readonly Temporal.Instant[]> {
    const { runsAtMs } = await this.#client.previewSchedule(scheduleId, {
      count: wholeNumber(count, "count", { min: 1, max: 100 }),
      fromMs: from === undefined ? null : parseInstant(from, "from"),
    });
    return runsAtMs.map((atMs) => Temporal.Instant.fromEpochMilliseconds(atMs));
  }

  /** Makes no jobs until it is resumed; what was planned ahead is taken back. @throws {JobMasterError} `schedule_state_conflict` */
  pause(scheduleId: string): Promise<ScheduleView> {
    return this.#change(scheduleId, { type: "pause" });
  }

  /** Goes on; what was due during the pause is left out. @throws {JobMasterError} `schedule_state_conflict` */
  resume(scheduleId: string): Promise<ScheduleView> {
    return this.#change(scheduleId, { type: "resume" });
  }

  /**
   * Changes its rules; what `change` leaves out stays. Nothing fires because of the change itself.
   *
   * @throws {JobMasterError} `invalid_recurrence`, `invalid_request`, `invalid_payload`, `schedule_state_conflict`.
   */
  edit(scheduleId: string, change: ScheduleChangeRequest): Promise<ScheduleView> {
    return this.#change(scheduleId, { type: "edit", change });
  }

  /** Ends it for good and cancels its jobs that wait. @throws {JobMasterError} `schedule_state_conflict` */
  cancel(scheduleId: string): Promise<ScheduleView> {
    return this.#change(scheduleId, { type: "cancel" });
  }

  /** Cancels it and deletes it; its jobs stay. @throws {JobMasterError} `schedule_state_conflict` while code keeps it alive */
  async remove(scheduleId: string): Promise<void> {
    await this.#client.changeSchedule(scheduleId, { type: "remove" });
  }

  /**
   * Runs one of its jobs now, besides its occurrences.
   *
   * @throws {JobMasterError} `schedule_state_conflict` when it runs one job at a time and one has not ended.
   */
  async runNow(scheduleId: string): Promise<JobView> {
    const { job } = await this.#client.changeSchedule(scheduleId, { type: "run_now" });
    if (job !== null) return viewJob(job);
    throw new JobMasterError("invariant_violated", `Schedule "${scheduleId}" ran no job`);
  }

  async #change(scheduleId: string, command: ScheduleCommand): Promise<ScheduleView> {
    return viewSchedule(await this.#client.changeSchedule(scheduleId, command));
  }
}

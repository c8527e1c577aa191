/**
 * The part of a {@linkcode ClusterClient} that is about recurring schedules.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import type { Schedule, ScheduleFilter } from "../core/schedule.ts";
import { parseScheduleId } from "../core/schedule_input.ts";
import type { ScheduleRequest } from "../core/schedule_request.ts";
import type { Page } from "../storage/port.ts";
import type {
  ListOptions,
  ScheduleCommand,
  ScheduleCommandResult,
  SchedulePreview,
  ScheduleReport,
  SubmittedSchedule,
} from "./client.ts";
import type { RecurrenceReader } from "./recurrences.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { previewSchedule, type ReportContext, reportSchedule } from "./schedule_reports.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";
import type { MasterStores } from "./storage_actor.ts";

/** What a desk works with. */
export interface ScheduleDeskOptions {
  /** The cluster. */
  readonly clusterId: string;
  /** Time. */
  readonly clock: Clock;
  /** The master. */
  readonly store: MasterStores;
  /** Takes requests and changes. */
  readonly scheduler: ActorRef<SchedulerMessage>;
  /** Reads recurrences. */
  readonly recurrences: RecurrenceReader;
}

/** Which runs a preview shows. */
export interface PreviewOptions {
  /** How many. */
  readonly count: number;
  /** After when, in epoch milliseconds; `null` is now. */
  readonly fromMs: number | null;
}

const ASK = { timeoutMs: 30_000 };

/** Answers what is asked about schedules; each method as the one of the same purpose of `ClusterClient`. */
export class ScheduleDesk {
  readonly #options: ScheduleDeskOptions;

  /** Works on one cluster. */
  constructor(options: ScheduleDeskOptions) {
    this.#options = options;
  }

  /** Stores a schedule. */
  create(request: ScheduleRequest): Promise<SubmittedSchedule> {
    return this.#options.scheduler.ask({ type: "create_schedule", request }, ASK);
  }

  /** Changes a schedule. */
  async change(id: string, command: ScheduleCommand): Promise<ScheduleCommandResult> {
    const scheduleId = parseScheduleId(id);
    return await this.#options.scheduler.ask({ type: "change_schedule", scheduleId, command }, ASK);
  }

  /** The schedule. */
  async find(scheduleId: string): Promise<ScheduleReport> {
    return reportSchedule(await this.#load(scheduleId), await this.#reporting());
  }

  /** One page of schedules. */
  async list(
    options: ListOptions & { readonly filter: ScheduleFilter },
  ): Promise<Page<ScheduleReport>> {
    const { clusterId, store } = this.#options;
    const [page, reporting] = await Promise.all([
      store.schedules.list({ clusterId, ...options }),
      this.#reporting(),
    ]);
    return { ...page, items: page.items.map((schedule) => reportSchedule(schedule, reporting)) };
  }

  /** How many schedules match. */
  count(filter: ScheduleFilter): Promise<number> {
    const { clusterId, store } = this.#options;
    return store.schedules.count({ clusterId, filter });
  }

  /** The next runs of a schedule. */
  async preview(scheduleId: string, options: PreviewOptions): Promise<SchedulePreview> {
    return previewSchedule(await this.#load(scheduleId), options, await this.#reporting());
  }

  async #load(id: string): Promise<Schedule> {
    const { clusterId, store } = this.#options;
    const scheduleId = parseScheduleId(id);
    const schedule = await store.schedules.find({ clusterId, scheduleId });
    if (schedule !== null) return schedule;
    throw new JobMasterError(
      "schedule_not_found",
      `Cannot find schedule "${scheduleId}" in cluster "${clusterId}"`,
    );
  }

  async #reporting(): Promise<ReportContext> {
    const { clusterId, store, clock, recurrences } = this.#options;
    const cluster = await store.clusters.find({ clusterId });
    return { recurrences, clusterZone: cluster?.settings.timeZone ?? "UTC", nowMs: clock.now() };
  }
}

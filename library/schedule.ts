/**
 * Scheduling, typed by the definition's payload.
 *
 * @module
 */

import type { ClusterClient, SubmittedJob } from "../actors/client.ts";
import type { JobDefinition } from "../core/definition.ts";
import type { RecurrenceInput, ScheduleSettings } from "../core/profile.ts";
import type { JobRequest } from "../core/request.ts";
import type { DurationInput, InstantInput } from "../core/time.ts";
import { type JobView, viewJob } from "./job_view.ts";
import { type ScheduleView, viewSchedule } from "./schedule_view.ts";

/** What a call may say besides definition, data and time. */
export type ScheduleOptions = Omit<JobRequest, "definitionId" | "data" | "at" | "after">;

/** A scheduled job, and whether this call made it. */
export interface ScheduledJob extends JobView {
  /** `false`: a job with this id or unique key was there already. */
  readonly created: boolean;
}

/** What a call may say of a recurring schedule besides definition and recurrence. */
export interface RecurringOptions<Input = unknown> extends ScheduleSettings<Input> {
  /** The schedule's id, a UUID; makes the call safe to repeat. @default {a new UUIDv7} */
  readonly id?: string;
}

/** A recurring schedule, and whether this call made it. */
export interface RecurringSchedule extends ScheduleView {
  /** `false`: a schedule with this id was there already. */
  readonly created: boolean;
}

/** Schedules jobs. A call that returned is durable: the job is not lost, whatever dies. */
export class Schedule {
  readonly #client: ClusterClient;

  /** Schedules on `client`'s cluster. */
  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /**
   * Runs a job as soon as possible.
   *
   * @throws {JobMasterError} `invalid_request`, `invalid_payload`, `payload_too_large`, `job_definition_not_found`,
   * `cluster_archived`; `master_busy`, `mailbox_full` or `ask_timeout` (retryable) when it was not taken.
   */
  now<I, O>(
    definition: JobDefinition<I, O>,
    data?: I,
    options: ScheduleOptions = {},
  ): Promise<ScheduledJob> {
    return this.#one({ ...options, definitionId: definition.id, data });
  }

  /** Runs a job at an instant; a past one is now. @throws {JobMasterError} as {@linkcode Schedule.now} */
  // deno-lint-ignore house/function-length -- the shape of the call is public: definition, data, time, options
  at<I, O>(
    definition: JobDefinition<I, O>,
    data: I,
    at: InstantInput,
    options: ScheduleOptions = {},
  ): Promise<ScheduledJob> {
    return this.#one({ ...options, definitionId: definition.id, data, at });
  }

  /** Runs a job after a while. @throws {JobMasterError} as {@linkcode Schedule.now} */
  // deno-lint-ignore house/function-length -- the shape of the call is public: definition, data, time, options
  after<I, O>(
    definition: JobDefinition<I, O>,
    data: I,
    after: DurationInput,
    options: ScheduleOptions = {},
  ): Promise<ScheduledJob> {
    return this.#one({ ...options, definitionId: definition.id, data, after });
  }

  /**
   * Schedules one job per payload, all or none, in one commit; at most 5,000.
   *
   * @throws {JobMasterError} as {@linkcode Schedule.now}
   */
  async many<I, O>(
    definition: JobDefinition<I, O>,
    payloads: readonly I[],
    options: Omit<ScheduleOptions, "id" | "uniqueKey"> & Pick<JobRequest, "at" | "after"> = {},
  ): Promise<readonly ScheduledJob[]> {
    const requests = payloads.map((data) => ({ ...options, definitionId: definition.id, data }));
    return (await this.#client.submit(requests)).map(toScheduled);
  }

  /**
   * Runs a job again and again: `recurrence` is text such as `"every week on [mon, fri] at 09:00"`, `"0 9 * * 1-5"` or
   * `"90s"`, or a value of the recurrence library.
   *
   * @throws {JobMasterError} `invalid_recurrence` with every problem found, and as {@linkcode Schedule.now}
   */
  async recurring<I, O>(
    definition: JobDefinition<I, O>,
    recurrence: RecurrenceInput,
    options: RecurringOptions<I> = {},
  ): Promise<RecurringSchedule> {
    const { created, ...report } = await this.#client.createSchedule({
      ...options,
      definitionId: definition.id,
      expression: String(recurrence),
      ...(typeof recurrence === "string" ? {} : { expressionType: recurrence.type }),
    });
    return { ...viewSchedule(report), created };
  }

  async #one(request: JobRequest): Promise<ScheduledJob> {
    const [submitted] = await this.#client.submit([request]);
    return toScheduled(submitted!);
  }
}

function toScheduled({ created, job }: SubmittedJob): ScheduledJob {
  return { ...viewJob(job), created };
}

/**
 * Scheduling, typed by the definition's payload.
 *
 * @module
 */

import type { ClusterClient, SubmittedJob } from "../actors/client.ts";
import type { JobDefinition } from "../core/definition.ts";
import type { RecurrenceInput, ScheduleSettings } from "../core/profile.ts";
import type { JobRequest } from "../core/request.ts";
import { JobMasterError } from "../core/errors.ts";
import type { DurationInput, InstantInput } from "../core/time.ts";
import type { Enlist } from "./enlist.ts";
import { type JobView, viewJob } from "./job_view.ts";
import { type ScheduleView, viewSchedule } from "./schedule_view.ts";

/** In which transaction a call stores its jobs. */
export interface TransactionOptions {
  /**
   * A connection of your own to the master's database with a transaction open: the jobs commit or vanish with it.
   * SQLite: a `DatabaseSync` of `node:sqlite`. Postgres: the `sql` that `sql.begin` of `postgres` hands over, or a client of
   * `pg` after `BEGIN`. MySQL and MariaDB: a connection of `mysql2`, with promises or callbacks, after `beginTransaction`.
   * Await the call before the next statement. @default {none: the call commits by itself}
   */
  readonly tx?: object;
}

/** What a call may say besides definition, data and time. */
export interface ScheduleOptions
  extends Omit<JobRequest, "definitionId" | "data" | "at" | "after">, TransactionOptions {}

/** A scheduled job, and whether this call made it. */
export interface ScheduledJob extends JobView {
  /** `false`: a job with this id or unique key was there already. */
  readonly created: boolean;
  /** What was promised: `"durable"`, or `"acknowledged"` by an agent connection that may lose it with its server. */
  readonly acceptance: "durable" | "acknowledged";
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

/** Schedules jobs. A call that returned is durable, unless it asked for less: the job is not lost, whatever dies. */
export class Schedule {
  readonly #client: ClusterClient;
  readonly #enlist: Enlist;

  /** Schedules on `client`'s cluster; `enlist` stores jobs in transactions of the application. */
  constructor(client: ClusterClient, enlist: Enlist) {
    this.#client = client;
    this.#enlist = enlist;
  }

  /**
   * Runs a job as soon as possible.
   *
   * @throws {JobMasterError} `invalid_request`, `invalid_payload`, `payload_too_large`, `job_definition_not_found`,
   * `cluster_archived`; `master_busy`, `mailbox_full` or `ask_timeout` (retryable) when it was not taken. With `tx` also
   * `invalid_request` when it cannot be used and `master_unavailable` or `master_busy` with the database's error as
   * `cause`: the whole transaction is what to repeat then.
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
    const { tx, ...rest } = options;
    const requests = payloads.map((data) => ({ ...rest, definitionId: definition.id, data }));
    return (await this.#submit(requests, tx)).map(toScheduled);
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
    if ((options as TransactionOptions).tx !== undefined) throw cannotRecur();
    const { created, ...report } = await this.#client.createSchedule({
      ...options,
      definitionId: definition.id,
      expression: String(recurrence),
      ...(typeof recurrence === "string" ? {} : { expressionType: recurrence.type }),
    });
    return { ...viewSchedule(report), created };
  }

  async #one({ tx, ...request }: JobRequest & TransactionOptions): Promise<ScheduledJob> {
    const [submitted] = await this.#submit([request], tx);
    return toScheduled(submitted!);
  }

  #submit(
    requests: readonly JobRequest[],
    tx: object | undefined,
  ): Promise<readonly SubmittedJob[]> {
    if (tx === undefined) return this.#client.submit(requests);
    return this.#client.submitBy((jobs) => this.#enlist(tx, jobs), requests);
  }
}

function cannotRecur(): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    "Cannot make a recurring schedule in a transaction: tx works with now, at, after and many; " +
      "give the schedule an id and make it after the commit",
  );
}

function toScheduled({ created, job, acceptance }: SubmittedJob): ScheduledJob {
  return { ...viewJob(job), created, acceptance };
}

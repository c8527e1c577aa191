/**
 * What must hold in the end, when all faults are over and everything had time.
 *
 * @module
 */

import { isFinal, type Job } from "../../../core/job.ts";
import type { AskedJob, Task } from "../history.ts";
import type { World } from "../world.ts";

/** What has not ended yet though it must: jobs, buckets that are given up, messages. Empty when all is done. */
export function unfinished(world: World): readonly string[] {
  const { history, master: { rows }, agent } = world;
  const promised = [...history.jobs.values()].filter(isPromised)
    .filter((asked) => !isEnded(jobOf(world, asked)));
  const stored = [...rows.jobs.values()].filter((job) => !isEnded(job));
  const left = [...rows.buckets.values()].filter(({ status }) => status !== "Active");
  const messages = agent?.store.size ?? 0;
  return [
    ...promised.map(({ key, id }) => `job ${key} (${id}) was accepted and has not ended`),
    ...stored.map(({ id, status }) => `job ${id} is ${status}`),
    ...left.map(({ id, status }) => `bucket ${id} is ${status}`),
    ...(messages > 0 ? [`${messages} message(s) are on the agent connection`] : []),
  ];
}

function isPromised({ answer }: AskedJob): boolean {
  return answer === "durable" || answer === "acknowledged";
}

function isEnded(job: Job | undefined): boolean {
  return job !== undefined && isFinal(job.status);
}

/** The job somebody asked for, as the master has it. */
function jobOf({ master: { rows } }: World, { id, key }: AskedJob): Job | undefined {
  if (id !== null) return rows.jobs.get(id);
  return [...rows.jobs.values()].find((job) => keyOf(job) === key);
}

function keyOf({ data }: Pick<Job, "data">): string {
  return (JSON.parse(data) as Task).key;
}

/** Checks what became of every job. */
export function checkOutcome(world: World): void {
  const { history, master: { rows } } = world;
  for (const asked of history.jobs.values()) checkAsked(world, asked);
  const made = new Map<string, string>();
  for (const job of rows.jobs.values()) {
    const key = keyOf(job);
    if (job.scheduleId === null) {
      if (!history.jobs.has(key)) history.violated(`job ${job.id} (${key}) was never asked for`);
      if (made.has(key)) history.violated(`${key} became two jobs: ${made.get(key)} and ${job.id}`);
    }
    made.set(key, job.id);
    checkRuns(world, job);
  }
}

function checkAsked(world: World, asked: AskedJob): void {
  const { history } = world;
  const { key, commands } = asked;
  const job = jobOf(world, asked);
  if (job === undefined || !isFinal(job.status) || asked.isShared) return;
  const says = `job ${job.id} (${key}) is ${job.status}`;
  const wasAskedTo = (what: string) => commands.some(({ type }) => type === what);
  if (job.status === "Cancelled" && !wasAskedTo("cancel")) {
    history.violated(`${says} and nobody asked for that`);
  }
  if (job.status === "Failed" && job.attempts < job.lastAttempt) {
    history.violated(
      `${says} after ${job.attempts} of ${job.lastAttempt} attempts: ${job.error?.message}`,
    );
  }
  if (job.status === "Failed" && job.crashes === 0 && !canFail(asked)) {
    history.violated(`${says} though it can only crash: ${job.error?.message}`);
  }
  const isCancelled = commands.some(({ type, outcome }) =>
    type === "cancel" && outcome === "changed"
  );
  if (isCancelled && !wasAskedTo("retry") && job.status !== "Cancelled") {
    history.violated(`${says} and was cancelled`);
  }
}

/** Whether an attempt of the job may fail while its process lives. */
function canFail({ deed, request }: AskedJob): boolean {
  return deed.kind === "flaky" ||
    (deed.kind !== "poison" && deed.ms >= Number(request.timeout) - 100);
}

/** A success is one run's, and no run began that the master had not granted. */
function checkRuns({ history }: World, job: Job): void {
  const runs = history.runsOf.get(job.id) ?? [];
  const results = runs.map(({ result }) => result === null ? null : JSON.stringify(result));
  if (job.status === "Succeeded" && !results.includes(job.result)) {
    history.violated(`job ${job.id} has the result ${job.result}, which no run of it returned`);
  }
  const isEarly = history.jobs.get(keyOf(job))?.request.acceptance === "agent";
  const counted = runs.filter(({ isAborted }) => !isAborted()).length;
  if (counted > job.attempts && !isEarly) {
    history.violated(`job ${job.id} ran ${counted} times on ${job.attempts} granted attempt(s)`);
  }
}

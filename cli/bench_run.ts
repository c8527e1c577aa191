/**
 * Measures a master and one node: how fast jobs are taken, run, and started.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import type { Clock } from "../core/clock.ts";
import { defineJob } from "../core/definition.ts";
import { JobMasterError } from "../core/errors.ts";
import { FINAL_STATUSES, JOB_STATUSES } from "../core/job.ts";
import { JobMaster } from "../library/job_master.ts";
import { pause } from "./context.ts";

/** What to measure. */
export interface BenchOptions {
  /** The master. */
  readonly master: string;
  /** Agent connections that jobs travel over, by name. @default {none} */
  readonly agents?: Readonly<Record<string, string>>;
  /** A cluster nobody else uses. */
  readonly cluster: string;
  /** Jobs to enqueue in bulk and run. */
  readonly jobs: number;
  /** Calls in flight when jobs are enqueued one a call. */
  readonly concurrency: number;
  /** Jobs started one after the other on an idle node. */
  readonly probes: number;
  /** Parallelism of the one worker. */
  readonly parallelism: number;
  /** Time. */
  readonly clock: Clock;
  /** Told what is being done. */
  readonly onPhase: (phase: string) => void;
}

/** What was measured. */
export interface BenchReport {
  /** Jobs enqueued and run. */
  readonly jobs: number;
  /** Jobs a second, 1,000 a call, one call after the other. */
  readonly bulkEnqueuePerSecond: number;
  /** Jobs a second, one a call, several calls at once. */
  readonly singleEnqueuePerSecond: number;
  /** Calls in flight meanwhile. */
  readonly concurrency: number;
  /** Jobs a second, from the first start to the last settled end. */
  readonly runPerSecond: number;
  /** From before the call that schedules to the start of the handler, on an idle node, in milliseconds. */
  readonly scheduleToStartMs: Readonly<Record<"p50" | "p95" | "p99", number>>;
  /** Resident memory of the process before and after, in bytes. */
  readonly residentBytes: { readonly before: number; readonly after: number };
}

/** Jobs of one bulk call. */
const CHUNK = 1_000;
/** Most jobs enqueued one a call: enough to measure, few enough not to dominate. */
const MAX_SINGLE = 5_000;
/** How often the end of the run is looked for, in milliseconds. */
const POLL_MS = 20;
/** Longest wait for anything, in milliseconds. */
const PATIENCE_MS = 600_000;

const NOOP = "noop";

/** Runs every measurement, one after the other. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { master, agents = {}, cluster, jobs, concurrency, parallelism, clock, onPhase } = options;
  const before = Deno.memoryUsage().rss;
  const starts = new StartRecorder(clock);
  const noop = defineJob(
    { id: NOOP, timeout: "1m", maxRetries: 0 },
    (job) => starts.record(job.id),
  );
  const node = { master, agents, cluster, jobs: [noop] };
  const single = Math.min(jobs, MAX_SINGLE);
  const intake = await (async () => {
    await using producer = await JobMaster.start(node);
    onPhase(`Enqueuing ${jobs} jobs, ${CHUNK} a call`);
    const bulk = await rate(clock, jobs, () => enqueueBulk(producer.client, jobs));
    onPhase(`Enqueuing ${single} jobs, one a call, ${concurrency} calls at once`);
    const alone = await rate(
      clock,
      single,
      () => enqueueSingly(producer.client, single, concurrency),
    );
    return { bulk, alone };
  })();
  onPhase(`Running ${jobs + single} jobs`);
  await using worker = await JobMaster.start({ ...node, workers: workersOf(agents, parallelism) });
  const endedAtMs = await untilIdle(worker.client, clock);
  const runMs = endedAtMs - (starts.firstAtMs ?? endedAtMs);
  onPhase(`Starting ${options.probes} jobs on the idle node, one after the other`);
  const waits = await probe(worker.client, starts, options);
  return {
    jobs: jobs + single,
    bulkEnqueuePerSecond: intake.bulk,
    singleEnqueuePerSecond: intake.alone,
    concurrency,
    runPerSecond: perSecond(jobs + single, runMs),
    scheduleToStartMs: percentiles(waits),
    residentBytes: { before, after: Deno.memoryUsage().rss },
  };
}

/** One worker, or one for each agent connection. */
function workersOf(agents: Readonly<Record<string, string>>, parallelism: number) {
  const names = Object.keys(agents);
  return names.length === 0
    ? [{ parallelism }]
    : names.map((agent) => ({ name: `bench-${agent}`, agent, parallelism }));
}

/** When handlers started. */
class StartRecorder {
  readonly #clock: Clock;
  readonly #awaited = new Map<string, (atMs: number) => void>();
  readonly #early = new Map<string, number>();
  firstAtMs: number | undefined;
  #recording = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called by the handler. */
  record(id: string): void {
    const atMs = this.#clock.monotonic();
    this.firstAtMs ??= atMs;
    if (!this.#recording) return;
    const resolve = this.#awaited.get(id);
    if (resolve === undefined) this.#early.set(id, atMs);
    else resolve(atMs);
  }

  /** Remembers starts from now on: a job may start before its id has come back. */
  remember(): void {
    this.#recording = true;
  }

  /** Resolves with the reading at which the job started. */
  startOf(id: string): Promise<number> {
    const atMs = this.#early.get(id);
    this.#early.delete(id);
    if (atMs !== undefined) return Promise.resolve(atMs);
    return new Promise((resolve) => void this.#awaited.set(id, resolve));
  }
}

async function rate(clock: Clock, count: number, work: () => Promise<void>): Promise<number> {
  const sinceMs = clock.monotonic();
  await work();
  return perSecond(count, clock.monotonic() - sinceMs);
}

function perSecond(count: number, ms: number): number {
  return Math.round(count / Math.max(ms, 1) * 1_000);
}

async function enqueueBulk(client: ClusterClient, count: number): Promise<void> {
  for (let done = 0; done < count; done += CHUNK) {
    const size = Math.min(CHUNK, count - done);
    await client.submit(Array.from({ length: size }, () => ({ definitionId: NOOP })));
  }
}

async function enqueueSingly(
  client: ClusterClient,
  count: number,
  concurrency: number,
): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) await client.submit([{ definitionId: NOOP }]);
  }));
}

/** Waits until no job is left to run; answers when, as a reading of the monotonic clock. */
async function untilIdle(client: ClusterClient, clock: Clock): Promise<number> {
  const statuses = JOB_STATUSES.filter((each) =>
    !(FINAL_STATUSES as readonly string[]).includes(each)
  );
  const deadlineMs = clock.monotonic() + PATIENCE_MS;
  while (await client.countJobs({ statuses }) > 0) {
    if (clock.monotonic() > deadlineMs) {
      throw new JobMasterError(
        "wait_timeout",
        "Cannot finish the run: jobs are left after 10 minutes",
      );
    }
    await pause(clock, POLL_MS);
  }
  return clock.monotonic();
}

async function probe(
  client: ClusterClient,
  starts: StartRecorder,
  { probes, clock }: BenchOptions,
): Promise<readonly number[]> {
  const waits: number[] = [];
  starts.remember();
  for (let each = 0; each < probes; each++) {
    const sinceMs = clock.monotonic();
    const [submitted] = await client.submit([{ definitionId: NOOP }]);
    waits.push(await withPatience(starts.startOf(submitted!.job.id), clock) - sinceMs);
  }
  return waits;
}

function withPatience<T>(promise: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(PATIENCE_MS, () => {
      reject(
        new JobMasterError("wait_timeout", "Cannot measure the start of a job: it never started"),
      );
    });
    promise.then((value) => {
      timer[Symbol.dispose]();
      resolve(value);
    }, reject);
  });
}

/** Nearest-rank percentiles, to a hundredth of a millisecond. */
export function percentiles(sample: readonly number[]): Record<"p50" | "p95" | "p99", number> {
  const sorted = sample.toSorted((one, other) => one - other);
  const at = (share: number) => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return Math.round(value * 100) / 100;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * Writes the endings of a worker's attempts to the master, in batches, until the master has them.
 *
 * Each settlement is fenced in (bucket, epoch, attempt): one that comes too late changes nothing and is reported as
 * stale. Log lines leave before the endings they belong to.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { LogEntry } from "../core/log.ts";
import type { Job } from "../core/job.ts";
import type { RanJob, RecordedJob, Settlement } from "../storage/port.ts";
import { Batcher } from "./batcher.ts";
import { batchesOf, MAX_BATCH } from "./batches.ts";
import { repeat } from "./repeat.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";

/** What a settler can be told or asked. */
export type SettlerMessage =
  /** Writes endings and the log lines before them; answers when the master has them. */
  | Ask<"settle", { settlements: readonly Settlement[]; logs: readonly LogEntry[] }, void>
  /** Stores jobs that ran already, after their log lines; answers what became of each when the master has them. */
  | Ask<
    "record",
    { jobs: readonly RanJob[]; logs: readonly LogEntry[] },
    readonly RecordedJob[]
  >
  /** Writes endings nobody waits for. */
  | Tell<"give_back", { settlements: readonly Settlement[] }>
  /** Writes log lines of attempts that still run; they are lost if the master does not take them. */
  | Tell<"logs", { entries: readonly LogEntry[] }>;

/** What a settler needs to start. */
export interface SettlerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
}

interface State {
  readonly args: SettlerArgs;
  readonly store: MasterStores;
  readonly settlements: Batcher<Settlement, null>;
  readonly records: Batcher<RanJob, RecordedJob>;
}

type Context = ActorContext<SettlerMessage>;

/** Declares the settler. One per worker. */
export const settler: Actor<SettlerMessage, SettlerArgs> = defineActor<
  SettlerMessage,
  State,
  SettlerArgs
>({
  name: "settler",
  module: import.meta.url,
  mailbox: { capacity: 16_384, overflow: "reject", concurrency: 16_384 },

  start(context, args) {
    const store = storageAt(context, args.storage);
    const settlements = new Batcher<Settlement, null>({
      clock: context.clock,
      maxItems: MAX_BATCH,
      send: (items) => settleAll(context, { args, store }, items),
    });
    const records = new Batcher<RanJob, RecordedJob>({
      clock: context.clock,
      maxItems: MAX_BATCH,
      send: (jobs) => recordAll(context, { args, store }, jobs),
    });
    return { args, store, settlements, records };
  },

  handlers: {
    async settle(context, { settlements, logs }, state) {
      if (logs.length > 0) await writeLogs(context, state, logs);
      await addAll(state, settlements);
    },

    async record(context, { jobs, logs }, state) {
      if (logs.length > 0) await writeLogs(context, state, logs);
      return (await Promise.all(batchesOf(jobs).map((batch) => state.records.add(batch)))).flat();
    },

    async give_back(_context, { settlements }, state) {
      await addAll(state, settlements);
    },

    async logs(context, { entries }, state) {
      await writeLogs(context, state, entries);
    },
  },
});

async function addAll(
  { settlements: batcher }: State,
  settlements: readonly Settlement[],
): Promise<void> {
  await Promise.all(batchesOf(settlements).map((batch) => batcher.add(batch)));
}

async function settleAll(
  context: Context,
  { args, store }: Pick<State, "args" | "store">,
  settlements: readonly Settlement[],
): Promise<readonly null[]> {
  const { stale } = await repeat(context, {
    what: "settle attempts; their endings wait in memory",
    call: () => store.jobs.settle({ clusterId: args.clusterId, settlements }),
  });
  if (stale.length > 0) {
    context.log("info", `${stale.length} attempt(s) ended too late: another owner has the jobs`, {
      jobIds: stale.slice(0, 10),
    });
  }
  return settlements.map(() => null);
}

async function recordAll(
  context: Context,
  { args, store }: Pick<State, "args" | "store">,
  jobs: readonly RanJob[],
): Promise<readonly RecordedJob[]> {
  const results = await repeat(context, {
    what: "record jobs that ran; they wait in memory",
    call: () => store.jobs.record({ clusterId: args.clusterId, jobs }),
  });
  return results.map((each, index): RecordedJob => {
    if (each.outcome !== "known" || !isSame(each.job, jobs[index]!.settlement)) return each;
    const { id: jobId, status } = each.job;
    return { outcome: "recorded", jobId, status }; // by an earlier try whose answer got lost
  });
}

function isSame(job: Job, { workerId, startedAtMs, jobId }: Settlement): boolean {
  return job.id === jobId && job.workerId === workerId && job.startedAtMs === startedAtMs;
}

async function writeLogs(
  context: Context,
  { args, store }: State,
  entries: readonly LogEntry[],
): Promise<void> {
  for (const batch of batchesOf(entries)) {
    try {
      await store.history.appendLogs({ clusterId: args.clusterId, entries: batch });
    } catch (error) {
      context.log("warning", `${batch.length} log line(s) are lost: ${codeOf(error)}`);
    }
  }
}

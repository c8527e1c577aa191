/**
 * Asks an adapter and the memory master the same random things: every answer must be the same.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { systemRandom } from "../../core/random.ts";
import type { Master } from "../../storage/port.ts";
import { jobId } from "../support/factories.ts";
import { attemptOperations } from "./model_attempt_operations.ts";
import { clusterOperations } from "./model_cluster_operations.ts";
import { intakeOperations } from "./model_intake_operations.ts";
import { readOperations } from "./model_read_operations.ts";
import { scheduleOperations } from "./model_schedule_operations.ts";
import { Facts, type Operation, operation, POOL, Side } from "./model_world.ts";

/** Calls of one sequence. */
const LENGTH = { minLength: 50, maxLength: 70, size: "max" } as const;

/** Instants beyond this one are of a database's clock. */
const CLOCKS_FROM_MS = 1_000_000;

/** Both masters, and how to let time pass on both. */
export interface ModelCheckOptions {
  /** The adapter, without any data. */
  readonly adapter: Master;
  /** The memory master. */
  readonly model: Master;
  /** Lets time pass for both at once; left out when their clocks cannot be moved: nothing expires then. */
  readonly elapse?: (ms: number) => void;
  /** Sequences of a normal run; `MODEL_RUNS` asks for another number. */
  readonly runs: number;
}

/** Runs the sequences; rejects with the shortest one found whose answers differ, and its seed. */
export async function modelCheck(
  { adapter, model, elapse, runs }: ModelCheckOptions,
): Promise<void> {
  const numRuns = Number(Deno.env.get("MODEL_RUNS") ?? runs);
  const seed = Number(Deno.env.get("MODEL_SEED") ?? Math.floor(systemRandom.next() * 2 ** 31));
  console.log(`model check: ${numRuns} sequences, MODEL_SEED=${seed}`);
  const clockStands = elapse !== undefined;
  let run = 0;
  const sequence = fc.array(anyOperation(elapse), LENGTH);
  await fc.assert(
    fc.asyncProperty(sequence, async (operations) => {
      const prefix = `model-${run++}`;
      const sides = {
        model: new Side(model, prefix, { isModel: true, clockStands }),
        adapter: new Side(adapter, prefix, { isModel: false, clockStands }),
      };
      await compare(sides, operations);
    }),
    { numRuns, seed, endOnFailure: false },
  );
}

function anyOperation(elapse: ((ms: number) => void) | undefined): fc.Arbitrary<Operation> {
  const pass = operation("elapse", fc.constantFrom(10, 40, 200), (ms, { isModel }) => {
    if (isModel) elapse?.(ms);
    return Promise.resolve();
  });
  return fc.oneof(
    ...intakeOperations,
    ...attemptOperations,
    ...readOperations,
    ...clusterOperations,
    ...scheduleOperations,
    { weight: elapse === undefined ? 0 : 2, arbitrary: pass },
  );
}

async function compare(
  { model, adapter }: { readonly model: Side; readonly adapter: Side },
  operations: readonly Operation[],
): Promise<void> {
  await model.begin();
  await adapter.begin();
  for (const { label, run } of operations) {
    const facts = await Facts.of(model);
    const wanted = normal(await run(model, facts), model);
    const answer = normal(await run(adapter, facts), adapter);
    equal([label, answer], [label, wanted]);
  }
  equal(normal(await everything(adapter), adapter), normal(await everything(model), model));
}

/** All that is stored in the world. */
async function everything(side: Side): Promise<unknown> {
  const { clusters, queries, schedules, history, buckets, workers } = side.master;
  const all: unknown[] = [];
  for (let cluster = 0; cluster < POOL.clusters; cluster++) {
    const clusterId = side.cluster(cluster);
    const page = { clusterId, filter: {}, cursor: null, limit: 100 };
    const sort = { by: "createdAt", direction: "asc" } as const;
    all.push(
      await clusters.find({ clusterId }),
      await queries.list({ ...page, sort }),
      await schedules.list(page),
      await queries.statistics({ clusterId, sinceMs: 0, nowMs: 9 }),
      await history.listLogs({ ...page, oldestFirst: true }),
      await buckets.list({ clusterId, filter: {}, limit: 100 }),
      await workers.list({ clusterId, limit: 100 }),
    );
    for (let job = 0; job < POOL.jobs; job++) {
      all.push(await history.listExecutions({ clusterId, jobId: jobId(job), limit: 100 }));
    }
  }
  return all;
}

/** The answer without what each master decides by itself: incarnations and readings of its clock. */
function normal(answer: unknown, side: Side): unknown {
  if (Array.isArray(answer)) return answer.map((item) => normal(item, side));
  if (typeof answer !== "object" || answer === null) return answer;
  const fields = Object.entries(answer).map(([key, value]) => [key, normal(value, side)]);
  const record = Object.fromEntries(fields);
  if ("leaseUntilMs" in record) {
    record.leaseUntilMs -= record.heartbeatAtMs;
    record.heartbeatAtMs = "clock";
    record.incarnation = side.ordinalOf(record);
  }
  if (record.outcome === "crashed" && record.startedAtMs > CLOCKS_FROM_MS) {
    record.startedAtMs = "clock";
  }
  return record;
}

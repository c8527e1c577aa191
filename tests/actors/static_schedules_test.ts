/**
 * A living node keeps the schedules of its code alive: over the real scheduler, on virtual time, on a master in memory.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { defineActor } from "../../actors/runtime/definition.ts";
import { createSystem } from "../../actors/runtime/system.ts";
import { scheduler } from "../../actors/scheduler.ts";
import type { StorageCall } from "../../actors/storage_actor.ts";
import { DEFAULT_CLUSTER_SETTINGS } from "../../core/cluster.ts";
import { IDLE_AFTER_MS } from "../../core/planning.ts";
import { seededRandom } from "../../core/random.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { Master } from "../../storage/port.ts";
import { aSchedule } from "../support/factories.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { memoryMaster } from "../support/memory_master/memory_master.ts";

const ID = "care:report";
const CLUSTER = "c-1";

/** Serves a master over a mailbox, on this thread. */
function serving(master: Master) {
  return defineActor<StorageCall, null, null>({
    name: "storage",
    module: import.meta.url,
    mailbox: { capacity: 64, overflow: "reject", concurrency: 64 },
    start: () => null,
    handlers: {
      call: (_context, { store, method, input }) =>
        (master[store] as unknown as Record<string, (input: unknown) => Promise<unknown>>)[method]!(
          input,
        ),
    },
  });
}

/** A scheduler whose code declares one schedule. */
async function nodeWithSchedule() {
  const clock = new FakeClock();
  const master = memoryMaster({ clock });
  const nowMs = clock.now();
  await master.clusters.ensure({ clusterId: CLUSTER, settings: DEFAULT_CLUSTER_SETTINGS, nowMs });
  const system = createSystem({ name: "node", clock, random: seededRandom(1) });
  const storage = await system.spawn({ key: "storage", actor: serving(master), args: null });
  await system.spawn({
    key: "scheduler",
    actor: scheduler,
    args: {
      clusterId: CLUSTER,
      storage: storage.address,
      handlers: { kind: "registered", key: "none" },
      recurrences: null,
      schedules: [{ id: ID, profileId: "care", rules: rulesOf(aSchedule()) }],
      transports: {},
      leader: "node/leader",
    },
  });
  const find = async () => (await master.schedules.find({ clusterId: CLUSTER, scheduleId: ID }))!;
  return { clock, master, system, find };
}

function rulesOf(schedule: Schedule) {
  const { definitionId, recurrence, timeZone, data, metadata, priority, lane } = schedule;
  const { timeoutMs, maxRetries, retry, startAfterMs, endBeforeMs } = schedule;
  const { misfire, overlap, jitterMs } = schedule;
  return {
    ...{ definitionId, recurrence, timeZone, data, metadata, priority, lane, timeoutMs },
    ...{ maxRetries, retry, startAfterMs, endBeforeMs, misfire, overlap, jitterMs },
  };
}

/** Moves time on in steps, so that what a beat sets in motion ends before the next one. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await clock.advance(1_000);
    for (let turns = 0; turns < 5; turns++) await settled();
  }
}

Deno.test("scheduler says every minute that its code has its schedules, so they never idle", async () => {
  const { clock, system, find } = await nodeWithSchedule();
  await using _system = system;
  const startedAtMs = clock.now();
  strictEqual((await find()).ensuredAtMs, startedAtMs);

  for (let minutes = 1; minutes <= 6; minutes++) {
    await pass(clock, 60_000);
    const { ensuredAtMs, revision } = await find();
    deepStrictEqual([ensuredAtMs, revision], [startedAtMs + minutes * 60_000, 1]);
    ok(clock.now() - ensuredAtMs! < IDLE_AFTER_MS);
  }
});

Deno.test("scheduler stores a declared schedule again when somebody deleted it", async () => {
  const { clock, master, system, find } = await nodeWithSchedule();
  await using _system = system;
  const { revision } = await find();
  await master.schedules.remove({ clusterId: CLUSTER, scheduleId: ID, revision });

  await pass(clock, 60_000);

  strictEqual((await find()).status, "Active");
});

Deno.test("scheduler brings an idle schedule of its code back within a minute", async () => {
  const { clock, master, system, find } = await nodeWithSchedule();
  await using _system = system;
  const idle = { ...await find(), idleAtMs: clock.now(), status: "Inactive" as const };
  await master.schedules.update({
    clusterId: CLUSTER,
    schedule: { ...idle, terminatedAtMs: clock.now() },
    waiting: "keep",
    job: null,
    alone: false,
    nowMs: clock.now(),
  });

  await pass(clock, 60_000);

  const { status, idleAtMs, terminatedAtMs } = await find();
  deepStrictEqual([status, idleAtMs, terminatedAtMs], ["Active", null, null]);
});

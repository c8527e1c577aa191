/**
 * A node's clock is set by its master's, again and again, and what is wrong with the machine's is said.
 *
 * @module
 */

import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { ClusterClock } from "../../actors/cluster_clock.ts";
import { createSystem, type KernelEvent } from "../../actors/runtime/mod.ts";
import { storageActor } from "../../actors/storage_actor.ts";
import { timekeeper } from "../../actors/timekeeper.ts";
import { JobMasterError } from "../../core/errors.ts";
import { openDoors, specThrough } from "../simulation/connections.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { memoryMaster } from "../support/memory_master/memory_master.ts";

const HOUR_MS = 3_600_000;

/** What a reading of whole milliseconds leaves open. */
function isAbout(actual: number, expected: number): void {
  ok(Math.abs(actual - expected) <= 1, `${actual} is not about ${expected}`);
}

/** A machine that is `aheadMs` ahead of a master, and a timekeeper on it. */
function openScene(aheadMs: number) {
  const machine = new FakeClock(1_800_000_000_000 + aheadMs);
  const clock = new ClusterClock(machine);
  const state = { isUp: true, aheadMs };
  const master = memoryMaster();
  const health = () =>
    state.isUp
      ? Promise.resolve({
        product: "test",
        schemaVersion: 1,
        clockMs: machine.now() - state.aheadMs,
      })
      : Promise.reject(new JobMasterError("master_unavailable", "It is away"));
  const doors = openDoors("timekeeper", {
    master: () => Promise.resolve({ ...master, clusters: { ...master.clusters, health } }),
    transport: () => Promise.reject(new Error("There is none")),
  });
  const said: (readonly [level: string, skewMs: number])[] = [];
  const onEvent = (event: KernelEvent) => {
    if (event.type === "log" && event.level !== "debug") {
      said.push([event.level, Number(event.fields.skewMs)]);
    }
  };
  const system = createSystem({ name: "test", clock, threads: false, onEvent });
  return {
    machine,
    clock,
    state,
    said,
    async start() {
      const spec = specThrough("timekeeper", "master");
      const { address } = await system.spawn({
        key: "storage",
        actor: storageActor,
        args: { spec, watchers: [] },
      });
      await system.spawn({ key: "timekeeper", actor: timekeeper, args: { storage: address } });
    },
    async [Symbol.asyncDispose]() {
      await system.stop("kill");
      doors[Symbol.dispose]();
    },
  };
}

Deno.test("a node on a machine that is an hour ahead goes by its master's clock, and says so once", async () => {
  await using scene = openScene(HOUR_MS);
  await scene.start();
  await scene.machine.advance(HOUR_MS);

  isAbout(scene.clock.now(), scene.machine.now() - HOUR_MS);
  deepStrictEqual(scene.said.map(([level]) => level), ["warning"]);
  isAbout(scene.said[0]![1], HOUR_MS);
});

Deno.test("a node follows when the clocks move apart, and says when they agree again", async () => {
  await using scene = openScene(300);
  await scene.start();
  scene.state.aheadMs = -5_000;
  await scene.machine.advance(60_000);
  isAbout(scene.clock.now(), scene.machine.now() + 5_000);
  scene.state.aheadMs = 0;
  await scene.machine.advance(60_000);

  isAbout(scene.clock.now(), scene.machine.now());
  deepStrictEqual(scene.said.map(([level]) => level), ["warning", "info"]);
  isAbout(scene.said[0]![1], -5_000);
});

Deno.test("a master that does not answer for a while is asked again, and nothing starts by a clock that was never set", async () => {
  await using scene = openScene(0);
  scene.state.isUp = false;
  await rejects(scene.start(), { code: "master_unavailable" });

  await using later = openScene(0);
  await later.start();
  later.state.isUp = false;
  await later.machine.advance(35_000);
  Object.assign(later.state, { isUp: true, aheadMs: HOUR_MS });
  await later.machine.advance(5_000);

  isAbout(later.clock.now(), later.machine.now() - HOUR_MS);
});

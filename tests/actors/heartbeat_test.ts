/**
 * How old the trust in a lease is, as its heartbeat says.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import { heartbeat } from "../../actors/heartbeat.ts";
import { createSystem } from "../../actors/runtime/mod.ts";
import { openDoors, specThrough } from "../simulation/connections.ts";
import { aWorker } from "../support/factories.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { eventually } from "../support/eventually.ts";
import { memoryMaster } from "../support/memory_master/memory_master.ts";

const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

/** A heartbeat on a clock of its own, whose renewals are answered when the test says so. */
async function openHeartbeat() {
  const clock = new FakeClock();
  const master = memoryMaster({ clock });
  const worker = await master.workers.register({ worker: aWorker(), leaseMs: LEASE_MS });
  const life = {
    clusterId: worker.clusterId,
    workerId: worker.id,
    incarnation: worker.incarnation,
  };
  const waiting: (() => void)[] = [];
  const renew: typeof master.workers.renew = async (input) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return await master.workers.renew(input);
  };
  const doors = openDoors("heartbeat", {
    master: () => Promise.resolve({ ...master, workers: { ...master.workers, renew } }),
    transport: () => Promise.reject(new Error("There is none")),
  });
  const system = createSystem({ name: "test", clock, threads: false });
  const args = {
    spec: specThrough("heartbeat", "master"),
    life,
    leaseMs: LEASE_MS,
    renewMs: RENEW_MS,
  };
  const starting = system.spawn({ key: "heartbeat", actor: heartbeat, args });
  const asked = (count: number) =>
    eventually(`renewal ${count} to be asked for`, () => waiting.length === count);
  await asked(1);
  return {
    clock,
    asked,
    answer: () => waiting.at(-1)!(),
    async pulse() {
      const asked = (await starting).ask({ type: "pulse" }, { timeoutMs: 500 });
      const [pulse] = await Promise.all([asked, clock.advance(500)]);
      return pulse;
    },
    async [Symbol.asyncDispose]() {
      for (const resolve of waiting) resolve();
      await system.stop("kill");
      doors[Symbol.dispose]();
    },
  };
}

Deno.test("trust counts from when the renewal was sent, however late its answer comes", async () => {
  await using scene = await openHeartbeat();

  await scene.clock.advance(4_000);
  scene.answer();

  strictEqual((await scene.pulse()).ageMs, 4_000);
});

Deno.test("a heartbeat answers while a renewal is under way", async () => {
  await using scene = await openHeartbeat();
  scene.answer();
  await scene.pulse();

  await scene.clock.advance(RENEW_MS);
  await scene.asked(2); // and never answered
  await scene.clock.advance(2 * RENEW_MS);

  const sinceStartMs = scene.clock.monotonic(); // when the only renewal that was answered was sent
  strictEqual((await scene.pulse()).ageMs, sinceStartMs);
});

/**
 * Cases about threads and processes: what may break there, and that it stays there.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { oneForOne } from "../fixtures/parent.ts";
import { type ProbeMessage, wideProbe } from "../fixtures/probe.ts";
import type { Bench, KernelCase } from "./bench.ts";

/** Waits until the probe crashed with `error` and answers again. */
async function survives({ kit }: Bench, error: RegExp): Promise<void> {
  const crashed = await kit.events.saw(({ type }) => type === "crashed");
  if (crashed.type !== "crashed" || !error.test(crashed.error)) {
    throw new Error(`Crashed of something else: ${JSON.stringify(crashed)}`);
  }
  await kit.events.saw(({ type }) => type === "restarted");
  const ref = kit.system.ref<ProbeMessage>("test/probe");
  deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), []);
}

/** Whether a process with this id still runs. */
function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** See the module comment. */
export const hostCases: readonly KernelCase[] = [
  {
    name: "host crashes its actor when a rejection is not handled",
    placements: ["thread", "process"],
    async run(bench) {
      const ref = await bench.probe();

      ref.tell({ type: "reject_later", text: "nobody cared" });

      await survives(bench, /^nobody cared$/);
    },
  },
  {
    name: "host crashes its actor when an error is not caught",
    placements: ["thread", "process"],
    async run(bench) {
      const ref = await bench.probe();

      ref.tell({ type: "throw_later", text: "out of a timer" });

      await survives(bench, /out of a timer/);
    },
  },
  {
    name: "process lives on when a signal is sent to the whole group",
    placements: ["process"],
    async run({ kit, probe }) {
      const ref = await probe();
      const pid = await ref.ask({ type: "pid" }, PATIENTLY);

      Deno.kill(pid, "SIGINT");
      Deno.kill(pid, "SIGTERM");

      strictEqual(await ref.ask({ type: "pid" }, PATIENTLY), pid);
      deepStrictEqual(kit.events.all, []);
    },
  },
  {
    name: "thread that closes itself is a crash of its actor",
    placements: ["thread"],
    async run(bench) {
      const ref = await bench.probe();

      ref.tell({ type: "close_thread" });

      await survives(bench, /the thread closed itself/);
    },
  },
  {
    name: "thread that exits is a crash of its actor",
    placements: ["thread"],
    async run(bench) {
      const ref = await bench.probe();

      ref.tell({ type: "exit_process", code: 7 });

      await survives(bench, /the thread exited with code 7/);
    },
  },
  {
    name: "process that exits is a crash of its actor",
    placements: ["process"],
    async run(bench) {
      const ref = await bench.probe();

      ref.tell({ type: "exit_process", code: 7 });

      await survives(bench, /it exited with code 7/);
    },
  },
  {
    name: "process that is killed from outside is a crash of its actor",
    placements: ["process"],
    async run(bench) {
      const ref = await bench.probe({ actor: wideProbe });
      const pid = await ref.ask({ type: "pid" }, PATIENTLY);
      const held = rejects(ref.ask({ type: "held", name: "gate" }, PATIENTLY), {
        code: "actor_crashed",
      });
      await bench.kit.arrivals.count(1);
      const address = await ref.ask({ type: "bear", key: "inner" }, PATIENTLY);
      const inner = bench.kit.system.ref<ProbeMessage>(address);
      const heldBelow = rejects(inner.ask({ type: "held", name: "gate" }, PATIENTLY), {
        code: "actor_crashed",
      });
      await bench.kit.arrivals.count(2);

      Deno.kill(pid, "SIGKILL");

      await Promise.all([held, heldBelow]);
      await survives(bench, /it was ended by signal SIGKILL/);
      strictEqual(await ref.ask({ type: "pid" }, PATIENTLY) === pid, false);
    },
  },
  {
    name: "process in an endless loop is killed when shutdownMs has passed",
    placements: ["process"],
    async run({ kit, probe }) {
      const ref = await probe({ shutdownMs: 50 });
      const pid = await ref.ask({ type: "pid" }, PATIENTLY);
      const spun = rejects(ref.ask({ type: "spin" }, PATIENTLY), { code: "actor_stopped" });

      await kit.system.stopChild("probe", "stop");

      await spun;
      strictEqual(isAlive(pid), false);
    },
  },
  {
    name: "process is left out of the metrics when it does not answer",
    placements: ["process"],
    async run({ kit, probe }) {
      const ref = await probe();
      const spun = rejects(ref.ask({ type: "spin" }, PATIENTLY), { code: "actor_stopped" });

      const addresses = (await kit.system.metrics()).map(({ address }) => address);

      deepStrictEqual(addresses, ["test/witness"]);
      await kit.system.stop("kill");
      await spun;
    },
  },
  {
    name: "process that is killed while it is measured leaves no timer behind",
    placements: ["process"],
    async run({ kit, probe }) {
      const ref = await probe();
      const spun = rejects(ref.ask({ type: "spin" }, PATIENTLY), { code: "actor_stopped" });

      void kit.system.metrics(); // the leak check of the test runner is the proof
      await kit.system.stop("kill");

      await spun;
    },
  },
  {
    name: "actor in a host spawns children in hosts of their own",
    placements: ["thread"],
    async run({ kit, placement }) {
      const args = { witness: "test/witness", keys: [] };
      const parent = await kit.system.spawn({ key: "parent", actor: oneForOne, args, placement });

      const thread = await parent.ask({ type: "bear", key: "t", placement: "thread" }, PATIENTLY);
      const process = await parent.ask({ type: "bear", key: "p", placement: "process" }, PATIENTLY);

      const pid = await kit.system.ref<ProbeMessage>(process).ask({ type: "pid" }, PATIENTLY);
      strictEqual(pid === Deno.pid, false);
      strictEqual(
        await kit.system.ref<ProbeMessage>(thread).ask({ type: "pid" }, PATIENTLY),
        Deno.pid,
      );
      const relay = { type: "relay", to: thread, value: 5 } as const;
      strictEqual(await kit.system.ref<ProbeMessage>(process).ask(relay, PATIENTLY), 5);
      await kit.system.stop();
      strictEqual(isAlive(pid), false);
    },
  },
];

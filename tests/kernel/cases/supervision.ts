/**
 * Cases about supervision: strategies, kinds of children, and escalation.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { oneForAll, oneForOne, restForOne, strictParent } from "../fixtures/parent.ts";
import type { Bench, KernelCase } from "./bench.ts";

/** Crashes child `b` of `a`, `b`, `c` and answers with what happened until all are up again. */
async function crashB({ kit, child }: Bench, restarts: number): Promise<readonly string[]> {
  const before = kit.notes.all.length;
  child("b").tell({ type: "crash_quietly", text: "boom" });
  await kit.events.count(restarts, ({ type }) => type === "restarted");
  for (const key of ["a", "b", "c"]) await child(key).ask({ type: "notes" }, PATIENTLY);
  return kit.notes.all.slice(before).filter((text) => /^(start|stop) /.test(text));
}

/** See the module comment. */
export const supervisionCases: readonly KernelCase[] = [
  {
    name: "one_for_one restarts the child that crashed",
    async run(bench) {
      await bench.parent(oneForOne, ["a", "b", "c"]);

      deepStrictEqual(await crashB(bench, 1), ["start b"]);
    },
  },
  {
    name: "one_for_all restarts all children",
    async run(bench) {
      await bench.parent(oneForAll, ["a", "b", "c"]);

      deepStrictEqual(await crashB(bench, 3), [
        "stop c",
        "stop a",
        "start a",
        "start b",
        "start c",
      ]);
    },
  },
  {
    name: "rest_for_one restarts the child that crashed and the younger ones",
    async run(bench) {
      await bench.parent(restForOne, ["a", "b", "c"]);

      deepStrictEqual(await crashB(bench, 2), ["stop c", "start b", "start c"]);
    },
  },
  {
    name: "one_for_all keeps for the next life what arrives while a sibling ends",
    async run({ kit, parent, child }) {
      await parent(oneForAll, ["a", "b"]);
      child("a").tell({ type: "hold", name: "gate" });
      await kit.arrivals.count(1);
      child("b").tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "crashed");

      const asked = child("a").ask({ type: "notes" }, PATIENTLY);
      child("a").tell({ type: "note", text: "late" });
      kit.open();

      deepStrictEqual(await asked, []);
      deepStrictEqual(await child("a").ask({ type: "notes" }, PATIENTLY), ["late"]);
    },
  },
  {
    name: "childExited hears of every end of a child",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForOne, ["a", "b"]);
      await ref.ask({ type: "bear", key: "t", restart: "temporary" }, PATIENTLY);

      child("a").tell({ type: "crash_quietly", text: "boom" });
      await kit.notes.saw((text) => text === "exit a crashed: boom, restarting");
      child("t").tell({ type: "crash_quietly", text: "bang" });
      await kit.notes.saw((text) => text === "exit t crashed: bang");
      await ref.ask({ type: "end", key: "b", mode: "stop" }, PATIENTLY);
      await kit.notes.saw((text) => text === "exit b stopped");
    },
  },
  {
    name: "childExited says killed when the child was killed",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForOne);
      await ref.ask({ type: "bear", key: "a" }, PATIENTLY);
      await ref.ask({ type: "bear", key: "slow", shutdownMs: 20 }, PATIENTLY);

      await ref.ask({ type: "end", key: "a", mode: "kill" }, PATIENTLY);
      await kit.notes.saw((text) => text === "exit a killed");
      child("slow").tell({ type: "hold", name: "gate" });
      await kit.arrivals.count(1);
      await ref.ask({ type: "end", key: "slow", mode: "stop" }, PATIENTLY);
      await kit.notes.saw((text) => text === "exit slow killed");
    },
  },
  {
    name: "temporary children are not restarted, transient ones are after a crash",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForOne);
      await ref.ask({ type: "bear", key: "once", restart: "temporary" }, PATIENTLY);
      await ref.ask({ type: "bear", key: "again", restart: "transient" }, PATIENTLY);

      child("once").tell({ type: "crash_quietly", text: "boom" });
      child("again").tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");
      await kit.notes.saw((text) => text === "exit once crashed: boom");

      deepStrictEqual(await child("again").ask({ type: "notes" }, PATIENTLY), []);
      await rejects(child("once").ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });
    },
  },
  {
    name: "one_for_all ends temporary children for good",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForAll);
      await ref.ask({ type: "bear", key: "a" }, PATIENTLY);
      await ref.ask({ type: "bear", key: "once", restart: "temporary" }, PATIENTLY);

      child("a").tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");

      await kit.notes.saw((text) => text === "exit once stopped");
      await rejects(child("once").ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });
    },
  },
  {
    name: "parent crashes in turn when its children crash too often",
    async run({ kit, parent, child }) {
      const ref = await parent(strictParent, ["a"]);

      child("a").tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw((event) => event.type === "restarted" && event.address === ref.address);

      const crashed = kit.events.all.filter(({ type }) => type === "crashed");
      deepStrictEqual(crashed, [
        { type: "crashed", address: "test/parent/a", error: "boom" },
        {
          type: "crashed",
          address: "test/parent",
          error:
            'actor_crashed: Cannot keep "test/parent/a" alive: more than 0 restarts within 5000 ms',
        },
      ]);
      strictEqual(await ref.ask({ type: "ping" }, PATIENTLY), "pong");
      deepStrictEqual(await child("a").ask({ type: "notes" }, PATIENTLY), []);
    },
  },
  {
    name: "start that fails at a restart counts as another crash",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForOne);
      const born = ref.ask({ type: "bear", key: "a", failStart: "at_gate" }, PATIENTLY);
      kit.openFor("start");
      await born;

      // The witness is gone when the second life asks it, which fails its start.
      child("a").tell({ type: "hold", name: "gate" });
      await kit.arrivals.count(2);
      await kit.system.stopChild("witness", "kill");

      await kit.events.saw((event) =>
        event.type === "crashed" && event.address === ref.address &&
        event.error.includes("more than 3 restarts")
      );
      strictEqual(
        kit.events.all.filter((event) =>
          event.type === "crashed" && event.address === "test/parent/a"
        ).length,
        4,
      );
    },
  },
  {
    name: "notices about children overtake user messages",
    async run({ kit, parent, child }) {
      const ref = await parent(oneForOne, ["a"]);
      // The parent waits for the start of "slow"; meanwhile a notice and a question queue up behind it.
      const born = ref.ask({ type: "bear", key: "slow", failStart: "at_gate" }, PATIENTLY);
      await kit.arrivals.count(1);
      const ended = ref.ask({ type: "end", key: "none", mode: "stop" }, PATIENTLY);
      const pong = ref.ask({ type: "ping" }, PATIENTLY).then(() => kit.notes.record("pong"));
      child("a").tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");

      kit.open();
      await Promise.all([born, ended, pong]);

      const exit = kit.notes.all.indexOf("exit a crashed: boom, restarting");
      strictEqual(exit >= 0 && exit < kit.notes.all.indexOf("pong"), true);
    },
  },
];

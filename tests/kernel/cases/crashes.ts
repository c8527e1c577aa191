/**
 * Cases about crashes: who hears of them, and how an actor comes back.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { smallProbe } from "../fixtures/probe.ts";
import type { KernelCase } from "./bench.ts";

/** See the module comment. */
export const crashCases: readonly KernelCase[] = [
  {
    name: "ask rejects with actor_crashed and the cause when the handler throws anything else",
    async run({ kit, probe }) {
      const ref = await probe();

      await rejects(ref.ask({ type: "crash", text: "boom" }, PATIENTLY), (error) => {
        const { code, cause } = error as Error & { code: string };
        strictEqual(code, "actor_crashed");
        strictEqual((cause as Error).message, "boom");
        return true;
      });

      await kit.events.saw(({ type }) => type === "restarted");
      deepStrictEqual(kit.events.all, [
        { type: "crashed", address: "test/probe", error: "boom" },
        { type: "restarted", address: "test/probe", restarts: 1 },
      ]);
    },
  },
  {
    name: "handler crashes the actor when it throws invariant_violated",
    async run({ kit, probe }) {
      const ref = await probe();

      await rejects(ref.ask({ type: "refuse", code: "invariant_violated" }, PATIENTLY), {
        code: "actor_crashed",
      });

      await kit.events.saw(({ type }) => type === "restarted");
    },
  },
  {
    name: "restart keeps the ref and builds a fresh state",
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "note", text: "before" });
      ref.tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");

      ref.tell({ type: "note", text: "after" });

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["after"]);
      const metrics = await kit.system.metrics();
      strictEqual(metrics.find(({ address }) => address === ref.address)?.restarts, 1);
    },
  },
  {
    name: "crash gives up what waits: asks are rejected, tells become dead letters",
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "hold", name: "gate" });
      ref.tell({ type: "crash_quietly", text: "boom" });
      ref.tell({ type: "note", text: "waits" });
      const waiting = rejects(ref.ask({ type: "notes" }, PATIENTLY), { code: "actor_crashed" });
      await kit.arrivals.count(1);

      kit.open();
      await waiting;

      await kit.events.saw(({ type }) => type === "restarted");
      const letters = kit.events.all.filter(({ type }) => type === "dead_letter");
      deepStrictEqual(
        letters,
        ["crash_quietly", "note"].map((messageType) => ({
          type: "dead_letter",
          address: ref.address,
          messageType,
          reason: "crashed",
        })),
      );
    },
  },
  {
    name: "restart queues what arrives meanwhile, up to the capacity",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });
      ref.tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "crashed");

      const admissions = Array.from(
        { length: 6 },
        (_, index) => ref.tell({ type: "note", text: `${index}` }),
      );
      await kit.notes.saw((text) => text === "3");

      deepStrictEqual(admissions, [
        ...Array(4).fill("accepted"),
        ...Array(2).fill("mailbox_full"),
      ]);
    },
  },
  {
    name: "crash frees the places of what waited",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });
      ref.tell({ type: "hold", name: "gate" });
      ref.tell({ type: "crash_quietly", text: "boom" });
      ref.tell({ type: "note", text: "lost" });
      await kit.arrivals.count(1);
      kit.open();
      await kit.events.saw(({ type }) => type === "restarted");

      const admissions = Array.from({ length: 5 }, () => ref.tell({ type: "note", text: "new" }));

      deepStrictEqual(admissions, [...Array(4).fill("accepted"), "mailbox_full"]);
    },
  },
  {
    name: "crash kills the children",
    async run({ kit, probe }) {
      const ref = await probe();
      const address = await ref.ask({ type: "bear", key: "inner" }, PATIENTLY);

      ref.tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");

      strictEqual(kit.notes.all.includes("stop inner"), false);
      const addresses = (await kit.system.metrics()).map((each) => each.address);
      strictEqual(addresses.includes(address), false);
      await ref.ask({ type: "bear", key: "inner" }, PATIENTLY);
    },
  },
  {
    name: "system.failed resolves when the root has restarted too often",
    async run({ kit, probe }) {
      const ref = await probe();

      for (let crash = 1; crash <= 4; crash++) {
        const crashed = kit.events.count(
          crash,
          (event) => event.type === "crashed" && event.address === ref.address,
        );
        ref.tell({ type: "crash_quietly", text: `boom ${crash}` });
        await crashed;
        if (crash < 4) await kit.events.count(crash, ({ type }) => type === "restarted");
      }

      const error = await kit.system.failed as Error & { code: string };
      strictEqual(error.code, "actor_crashed");
      strictEqual(
        error.message,
        'Cannot keep "test/probe" alive: more than 3 restarts within 5000 ms',
      );
      strictEqual((error.cause as Error).message, "boom 4");
      deepStrictEqual(await kit.system.metrics(), []);
    },
  },
  {
    name: "crash while draining ends the actor without a restart",
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "hold", name: "gate" });
      ref.tell({ type: "crash_quietly", text: "boom" });
      await kit.arrivals.count(1);

      const stopped = kit.system.stopChild("probe", "drain");
      kit.open();
      await stopped;

      strictEqual(kit.events.all.some(({ type }) => type === "restarted"), false);
      strictEqual(kit.events.all.some(({ type }) => type === "crashed"), true);
    },
  },
];

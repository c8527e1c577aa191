/**
 * Cases about ends: stop, drain, kill, and the order in which actors go.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { oneForOne } from "../fixtures/parent.ts";
import type { KernelCase } from "./bench.ts";

/** See the module comment. */
export const endCases: readonly KernelCase[] = [
  {
    name: "drain finishes the mailbox and takes nothing new",
    async run({ kit, probe }) {
      const ref = await probe();
      const held = ref.ask({ type: "held", name: "first" }, PATIENTLY);
      ref.tell({ type: "note", text: "second" });
      const notes = ref.ask({ type: "notes" }, PATIENTLY);
      await kit.arrivals.count(1);

      const stopped = kit.system.stopChild("probe", "drain");
      strictEqual(ref.tell({ type: "note", text: "late" }), "stopped");
      await rejects(ref.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });
      kit.open();
      await stopped;

      strictEqual(await held, "first");
      deepStrictEqual(await notes, ["second"]);
      deepStrictEqual(kit.notes.all.slice(0, 3), ["start probe", "second", "stop probe"]);
      strictEqual(ref.tell({ type: "note", text: "later" }), "stopped");
    },
  },
  {
    name: "stop finishes the current message and gives up the rest",
    async run({ kit, probe }) {
      const ref = await probe();
      const held = ref.ask({ type: "held", name: "first" }, PATIENTLY);
      ref.tell({ type: "note", text: "second" });
      const refused = rejects(ref.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });
      await kit.arrivals.count(1);

      const stopped = kit.system.stopChild("probe", "stop");
      await refused;
      kit.open();
      await stopped;

      strictEqual(await held, "first");
      deepStrictEqual(kit.notes.all.slice(0, 2), ["start probe", "stop probe"]);
      deepStrictEqual(kit.events.all, [{
        type: "dead_letter",
        address: ref.address,
        messageType: "note",
        reason: "stopped",
      }]);
    },
  },
  {
    name: "kill abandons the handler and skips stop",
    async run({ kit, probe }) {
      const ref = await probe();
      const refused = rejects(ref.ask({ type: "held", name: "first" }, PATIENTLY), {
        code: "actor_stopped",
      });
      await kit.arrivals.count(1);

      await kit.system.stopChild("probe", "kill");
      await refused;
      kit.open();
      await probe({ key: "other", label: "other" });

      strictEqual(kit.notes.all.includes("stop probe"), false);
      strictEqual(ref.tell({ type: "note", text: "late" }), "stopped");
    },
  },
  {
    name: "context.signal aborts when the actor is killed",
    placements: ["inline"],
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "hold", name: "first" });
      await kit.arrivals.count(1);

      await kit.system.stopChild("probe", "kill");

      await kit.notes.saw((text) => text === "aborted");
    },
  },
  {
    name: "stop kills when shutdownMs has passed",
    async run({ kit, probe }) {
      const ref = await probe({ shutdownMs: 30 });
      const refused = rejects(ref.ask({ type: "held", name: "first" }, PATIENTLY), {
        code: "actor_stopped",
      });
      await kit.arrivals.count(1);

      await kit.system.stopChild("probe", "drain");

      await refused;
      strictEqual(kit.notes.all.includes("stop probe"), false);
    },
  },
  {
    name: "stop becomes harsher when asked again",
    async run({ kit, probe }) {
      const ref = await probe();
      const outcomes = ["first", "second"].map((name) =>
        rejects(ref.ask({ type: "held", name }, PATIENTLY), { code: "actor_stopped" })
      );
      await kit.arrivals.count(1);

      const stopped = [
        kit.system.stopChild("probe", "drain"),
        kit.system.stopChild("probe", "stop"),
      ];
      await outcomes[1];
      stopped.push(kit.system.stopChild("probe", "kill"));

      await Promise.all([...stopped, ...outcomes]);
    },
  },
  {
    name: "stop ends the children before the parent, the youngest first",
    async run({ kit, parent }) {
      await parent(oneForOne, ["a", "b", "c"]);

      await kit.system.stopChild("parent", "stop");

      const stops = kit.notes.all.filter((text) => text.startsWith("stop"));
      deepStrictEqual(stops, ["stop c", "stop b", "stop a", "stop parent"]);
    },
  },
  {
    name: "system.stop ends the children, the youngest first, and may be called again",
    async run({ kit, probe }) {
      await probe({ key: "a", label: "a" });
      await probe({ key: "b", label: "b" });

      await Promise.all([kit.system.stop(), kit.system.stop()]);
      await kit.system.stop();

      const stops = kit.notes.all.filter((text) => text.startsWith("stop"));
      deepStrictEqual(stops, ["stop b", "stop a"]);
      await rejects(probe(), { code: "actor_stopped" });
      deepStrictEqual(await kit.system.metrics(), []);
    },
  },
  {
    name: "system.stop kills what outlives the deadline",
    async run({ kit, probe }) {
      const ref = await probe();
      const refused = rejects(ref.ask({ type: "held", name: "first" }, PATIENTLY), {
        code: "actor_stopped",
      });
      await kit.arrivals.count(1);

      await kit.system.stop("drain", 30);

      await refused;
    },
  },
  {
    name: "stop reports an error when the stop of the actor throws",
    async run({ kit, probe }) {
      await probe({ failStop: true });

      await kit.system.stopChild("probe", "stop");

      deepStrictEqual(kit.events.all, [
        { type: "crashed", address: "test/probe", error: "stop failed" },
      ]);
    },
  },
];

/**
 * Cases about what cannot cross a thread, and about how much may be on the way.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { type Actor, type Ask, defineActor } from "../../../actors/runtime/mod.ts";
import { smallProbe } from "../fixtures/probe.ts";
import type { KernelCase } from "./bench.ts";

const hidden: Actor<Ask<"ping", unknown, void>, null> = defineActor<
  Ask<"ping", unknown, void>,
  null,
  null
>({
  name: "hidden",
  module: import.meta.url,
  mailbox: { capacity: 1, overflow: "reject" },
  start: () => null,
  handlers: { ping: () => {} },
});

/** See the module comment. */
export const cloneCases: readonly KernelCase[] = [
  {
    name: "ask rejects with invariant_violated when the message cannot be cloned",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });

      for (let more = smallProbe.mailbox.capacity + 1; more > 0; more--) {
        await rejects(ref.ask({ type: "echo", value: () => {} }, PATIENTLY), {
          code: "invariant_violated",
          message: 'Cannot ask "test/probe" for "echo": the message is not structured-cloneable',
        });
      }

      strictEqual(await ref.ask({ type: "echo", value: "alive" }, PATIENTLY), "alive");
      deepStrictEqual(kit.events.all, []);
    },
  },
  {
    name: "tell leaves a dead letter when the message cannot be cloned",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "note", text: "before" });
      ref.tell({ type: "note", text: (() => {}) as unknown as string });
      ref.tell({ type: "note", text: "after" });

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["before", "after"]);
      deepStrictEqual(kit.events.all, [{
        type: "dead_letter",
        address: ref.address,
        messageType: "note",
        reason: "not_cloneable",
      }]);
    },
  },
  {
    name: "ask rejects with invariant_violated when the reply cannot be cloned",
    placements: ["thread", "process"],
    async run({ probe }) {
      const ref = await probe();

      await rejects(ref.ask({ type: "give_function" }, PATIENTLY), {
        code: "invariant_violated",
      });

      strictEqual(await ref.ask({ type: "echo", value: "alive" }, PATIENTLY), "alive");
    },
  },
  {
    name: "log names the fields when they cannot be cloned",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "log_function" });

      const event = await kit.events.saw(({ type }) => type === "log");
      deepStrictEqual(event.type === "log" ? event.fields : {}, { not_cloneable: ["callback"] });
    },
  },
  {
    name: "spawn rejects with invariant_violated when the args cannot be cloned",
    placements: ["thread", "process"],
    async run({ probe }) {
      await rejects(probe({ label: (() => {}) as unknown as string }), {
        code: "invariant_violated",
      });
    },
  },
  {
    name: "spawn rejects with invariant_violated when the module does not export the actor",
    placements: ["thread", "process"],
    async run({ kit, placement }) {
      await rejects(kit.system.spawn({ key: "hidden", actor: hidden, args: null, placement }), {
        code: "invariant_violated",
      });
    },
  },
  {
    name: "message of the spawner is never refused when a hosted actor floods itself",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });
      ref.tell({ type: "repeat_hold", intervalMs: 1, name: "gate" });
      await kit.arrivals.count(1);
      const admissions: string[] = [];
      for (const text of ["1", "2", "3", "4"]) admissions.push(ref.tell({ type: "note", text }));

      kit.open();
      await kit.notes.saw((text) => text === "4");

      strictEqual(admissions.includes("mailbox_full"), false);
      const refused = kit.events.all.filter((event) =>
        event.type === "dead_letter" && event.messageType === "note"
      );
      deepStrictEqual(refused, []);
    },
  },
  {
    name: "messages going out of a host are bounded",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe();

      strictEqual(await ref.ask({ type: "shout", count: 1_100 }, PATIENTLY), 1_024);
      await kit.notes.saw((text) => text === "shout 1023");

      strictEqual(await ref.ask({ type: "shout", count: 10 }, PATIENTLY), 10);
    },
  },
  {
    name: "events going out of a host are bounded, and what was left out is counted",
    placements: ["thread", "process"],
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "log_much", count: 2_000 });

      const event = await kit.events.saw((event) =>
        event.type === "log" && event.level === "warning"
      );
      deepStrictEqual(event.type === "log" ? event.fields : {}, { count: 2_000 - 1_024 });
      strictEqual(kit.events.all.length, 1_025);
    },
  },
];

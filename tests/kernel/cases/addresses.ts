/**
 * Cases about addresses: who can be reached from where.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import type { ProbeMessage } from "../fixtures/probe.ts";
import type { KernelCase } from "./bench.ts";

/** See the module comment. */
export const addressCases: readonly KernelCase[] = [
  {
    name: "context.ref reaches an actor outside when the sender is hosted",
    async run({ kit, probe }) {
      const sender = await probe({ key: "sender" });
      const receiver = await probe({ key: "receiver" });

      const echoed = await sender.ask(
        { type: "relay", to: receiver.address, value: [1, "two"] },
        PATIENTLY,
      );
      deepStrictEqual(echoed, [1, "two"]);

      await rejects(
        sender.ask({ type: "relay", to: "test/nobody", value: 1 }, PATIENTLY),
        { code: "actor_stopped" },
      );
      strictEqual(kit.events.all.length, 0);
    },
  },
  {
    name: "system.ref reaches a child of a hosted actor",
    async run({ kit, probe }) {
      const ref = await probe();
      const address = await ref.ask({ type: "bear", key: "inner" }, PATIENTLY);
      strictEqual(address, "test/probe/inner");

      const inner = kit.system.ref<ProbeMessage>(address);
      strictEqual(inner.tell({ type: "note", text: "hello" }), "accepted");
      deepStrictEqual(await inner.ask({ type: "notes" }, PATIENTLY), ["hello"]);

      const nobody = kit.system.ref<ProbeMessage>(
        `${address}/none`,
      );
      await rejects(nobody.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });
    },
  },
  {
    name: "tell answers stopped and leaves a dead letter when nobody lives there",
    async run({ kit }) {
      const nobody = kit.system.ref<ProbeMessage>("test/nobody");

      strictEqual(nobody.tell({ type: "note", text: "hello" }), "stopped");
      await rejects(nobody.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });

      deepStrictEqual(kit.events.all, [{
        type: "dead_letter",
        address: "test/nobody",
        messageType: "note",
        reason: "no_such_actor",
      }]);
    },
  },
];

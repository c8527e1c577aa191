/**
 * Cases about timers, piped work and the log. Exact instants are in `virtual_time_test.ts`.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import type { KernelCase } from "./bench.ts";

/** See the module comment. */
export const timerCases: readonly KernelCase[] = [
  {
    name: "sendAfter sends the message once",
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "later", delayMs: 30, text: "second" });
      ref.tell({ type: "later", delayMs: 5, text: "first" });
      await kit.notes.saw((text) => text === "second");

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["first", "second"]);
    },
  },
  {
    name: "sendInterval sends the message until it is disposed",
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "repeat", intervalMs: 2, text: "beat" });
      await kit.notes.count(3, (text) => text === "beat");
      ref.tell({ type: "cancel" });
      const before = await ref.ask({ type: "notes" }, PATIENTLY);
      ref.tell({ type: "later", delayMs: 20, text: "end" });
      await kit.notes.saw((text) => text === "end");

      const after = await ref.ask({ type: "notes" }, PATIENTLY);
      // One beat may have been waiting in the mailbox when the timer was cancelled.
      strictEqual(after.length - before.length <= 2, true);
    },
  },
  {
    name: "timers end with the life that set them",
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "later", delayMs: 40, text: "ghost" });
      ref.tell({ type: "repeat", intervalMs: 10, text: "ghost" });
      ref.tell({ type: "crash_quietly", text: "boom" });
      await kit.events.saw(({ type }) => type === "restarted");

      ref.tell({ type: "later", delayMs: 60, text: "end" });
      await kit.notes.saw((text) => text === "end");

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["end"]);
    },
  },
  {
    name: "pipeToSelf sends the outcome of work without holding the mailbox",
    async run({ kit, probe }) {
      const ref = await probe();
      ref.tell({ type: "pipe", name: "work" });
      await kit.arrivals.count(1);
      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), []);

      kit.open();
      await kit.notes.saw((text) => text === "work fulfilled");

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["work fulfilled"]);
    },
  },
  {
    name: "log reaches the system from any placement",
    async run({ kit, probe }) {
      const ref = await probe();

      ref.tell({ type: "log", text: "look", fields: { count: 1 } });

      deepStrictEqual(await kit.events.saw(({ type }) => type === "log"), {
        type: "log",
        address: ref.address,
        level: "warning",
        message: "look",
        fields: { count: 1 },
      });
    },
  },
];

/**
 * Cases about messages: replies, order, bounds, and what becomes of what is not handled.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { settled } from "../../support/fake_clock.ts";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { forgetfulProbe, smallProbe, wideProbe } from "../fixtures/probe.ts";
import type { KernelCase } from "./bench.ts";

const VALUE = {
  bytes: new Uint8Array([0, 1, 255]),
  when: new Date(5),
  big: 2n ** 70n,
  map: new Map([["a", [1, 2, null]]]),
  text: "é😀",
};

/** See the module comment. */
export const messageCases: readonly KernelCase[] = [
  {
    name: "ask resolves with the reply when the handler returns",
    async run({ probe }) {
      const ref = await probe();

      deepStrictEqual(await ref.ask({ type: "echo", value: VALUE }, PATIENTLY), VALUE);
    },
  },
  {
    name: "tell keeps the order of one sender",
    async run({ probe }) {
      const ref = await probe();
      const texts = Array.from({ length: 900 }, (_, index) => `${index}`);

      for (const text of texts) strictEqual(ref.tell({ type: "note", text }), "accepted");

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), texts);
    },
  },
  {
    name: "tell answers mailbox_full when capacity messages are held",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });

      const admissions = Array.from({ length: 9 }, () => ref.tell({ type: "hold", name: "gate" }));

      deepStrictEqual(admissions.filter((each) => each === "accepted").length, 4);
      deepStrictEqual(admissions.slice(4), Array(5).fill("mailbox_full"));
      deepStrictEqual(
        kit.events.all,
        Array(5).fill({
          type: "dead_letter",
          address: ref.address,
          messageType: "hold",
          reason: "mailbox_full",
        }),
      );
    },
  },
  {
    name: "tell is accepted again when messages were handled",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });
      for (let count = 0; count < 5; count++) ref.tell({ type: "hold", name: "gate" });

      kit.open();
      await kit.notes.count(4, (text) => text === "gate");
      await ref.ask({ type: "notes" }, PATIENTLY);

      for (let count = 0; count < 4; count++) {
        strictEqual(ref.tell({ type: "note", text: "more" }), "accepted");
      }
    },
  },
  {
    name: "ask rejects with mailbox_full when capacity messages are held",
    async run({ probe }) {
      const ref = await probe({ actor: smallProbe });
      for (let count = 0; count < 4; count++) ref.tell({ type: "hold", name: "gate" });

      await rejects(ref.ask({ type: "notes" }, PATIENTLY), {
        code: "mailbox_full",
        retryable: true,
      });
    },
  },
  {
    name: "tell drops the oldest waiting message when overflow is drop_oldest",
    async run({ kit, probe }) {
      const ref = await probe({ actor: forgetfulProbe });
      ref.tell({ type: "hold", name: "gate" });
      await kit.arrivals.saw((name) => name === "gate");

      for (let index = 1; index <= 9; index++) {
        strictEqual(ref.tell({ type: "note", text: `${index}` }), "accepted");
        await settled();
      }
      kit.open();
      await kit.notes.saw((text) => text === "9");

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), ["gate", "7", "8", "9"]);
      strictEqual(
        kit.events.all.filter((event) =>
          event.type === "dead_letter" && event.reason === "dropped_oldest"
        ).length,
        6,
      );
    },
  },
  {
    name: "mailbox handles concurrency messages at once when it is more than one",
    async run({ kit, probe }) {
      const ref = await probe({ actor: wideProbe });

      const answers = Promise.all(
        ["a", "b", "c", "d"].map((name) => ref.ask({ type: "held", name }, PATIENTLY)),
      );
      await kit.arrivals.count(3);
      strictEqual(kit.arrivals.all.includes("d"), false);
      kit.openFor("b");
      await kit.arrivals.saw((name) => name === "d");
      kit.open();

      deepStrictEqual(await answers, ["a", "b", "c", "d"]);
    },
  },
  {
    name: "ask rejects with ask_timeout when no reply comes in time",
    async run({ probe }) {
      const ref = await probe();

      await rejects(ref.ask({ type: "held", name: "gate" }, { timeoutMs: 30 }), {
        code: "ask_timeout",
        retryable: true,
        message: 'Cannot ask "test/probe" for "held": no reply within 30 ms',
      });
    },
  },
  {
    name: "ask rejects with the reason when its signal aborts",
    async run({ kit, probe }) {
      const ref = await probe();
      const controller = new AbortController();

      const asked = ref.ask(
        { type: "held", name: "gate" },
        { ...PATIENTLY, signal: controller.signal },
      );
      await kit.arrivals.count(1);
      controller.abort(new Error("changed my mind"));

      await rejects(asked, { message: "changed my mind" });
      await rejects(ref.ask({ type: "notes" }, { ...PATIENTLY, signal: controller.signal }), {
        message: "changed my mind",
      });
    },
  },
  {
    name: "ask rejects with the code of the handler when it throws one",
    async run({ kit, probe }) {
      const ref = await probe();

      await rejects(ref.ask({ type: "refuse", code: "job_not_found" }, PATIENTLY), (error) => {
        const { code, message, retryable, problems, cause } = error as
          & Error
          & Record<
            "code" | "retryable" | "problems",
            unknown
          >;
        deepStrictEqual({ code, message, retryable, problems }, {
          code: "job_not_found",
          message: "Cannot do it: told so",
          retryable: true,
          problems: ["first", "second"],
        });
        strictEqual((cause as Error).message, "the reason");
        return true;
      });

      strictEqual(await ref.ask({ type: "echo", value: "alive" }, PATIENTLY), "alive");
      deepStrictEqual(kit.events.all, []);
    },
  },
  {
    name: "ask rejects with invariant_violated when there is no such handler",
    async run({ kit, probe }) {
      const ref = await probe();
      const loose = kit.system.ref<never>(ref.address) as unknown as {
        ask(message: { type: string }, options: typeof PATIENTLY): Promise<unknown>;
      };

      await rejects(loose.ask({ type: "toString" }, PATIENTLY), { code: "invariant_violated" });

      strictEqual(await ref.ask({ type: "echo", value: "alive" }, PATIENTLY), "alive");
    },
  },
  {
    name: "self tell is bounded by the same capacity",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });

      strictEqual(await ref.ask({ type: "flood_self", count: 9 }, PATIENTLY), 3);

      await kit.notes.saw((text) => text === "self 2");
    },
  },
];

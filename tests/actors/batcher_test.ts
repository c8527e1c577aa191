/**
 * Group commit: what travels together, in which order, and who learns of a failure.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Batcher } from "../../actors/batcher.ts";
import { systemClock } from "../../core/clock.ts";

/** Where batches go: records them and waits until the test lets one through. */
class Gate {
  readonly batches: (readonly string[])[] = [];
  readonly #waiting: PromiseWithResolvers<readonly string[]>[] = [];
  readonly #arrivals: PromiseWithResolvers<void>[] = [];

  readonly send = (items: readonly string[]): Promise<readonly string[]> => {
    this.batches.push(items);
    const answer = Promise.withResolvers<readonly string[]>();
    this.#waiting.push(answer);
    this.#arrival(this.batches.length).resolve();
    return answer.promise;
  };

  /** Resolves once batch `number` (from 1) is under way. */
  arrived(number: number): Promise<void> {
    return this.#arrival(number).promise;
  }

  /** Answers batch `number` with its items in capitals. */
  open(number: number): void {
    const items = this.batches[number - 1]!;
    this.#waiting[number - 1]!.resolve(items.map((item) => item.toUpperCase()));
  }

  /** Lets batch `number` fail. */
  fail(number: number, error: Error): void {
    this.#waiting[number - 1]!.reject(error);
  }

  #arrival(number: number): PromiseWithResolvers<void> {
    return this.#arrivals[number] ??= Promise.withResolvers<void>();
  }
}

function gated(maxItems = 100): { readonly gate: Gate; readonly batcher: Batcher<string, string> } {
  const gate = new Gate();
  return { gate, batcher: new Batcher({ clock: systemClock, maxItems, send: gate.send }) };
}

Deno.test("Batcher sends concurrent calls together and answers each its own results", async () => {
  const { gate, batcher } = gated();
  const calls = [batcher.add(["a"]), batcher.add(["b", "c"]), batcher.add([]), batcher.add(["d"])];
  await gate.arrived(1);
  gate.open(1);

  deepStrictEqual(await Promise.all(calls), [["A"], ["B", "C"], [], ["D"]]);
  deepStrictEqual(gate.batches, [["a", "b", "c", "d"]]);
});

Deno.test("Batcher gathers what comes while a batch is under way", async () => {
  const { gate, batcher } = gated();
  const first = batcher.add(["a"]);
  await gate.arrived(1);
  const later = [batcher.add(["b"]), batcher.add(["c"])];
  gate.open(1);
  await first;
  await gate.arrived(2);
  gate.open(2);

  deepStrictEqual(await Promise.all(later), [["B"], ["C"]]);
  deepStrictEqual(gate.batches, [["a"], ["b", "c"]]);
});

Deno.test("Batcher has one batch under way at a time", async () => {
  const { gate, batcher } = gated(1);
  const calls = [batcher.add(["a"]), batcher.add(["b"])];
  await gate.arrived(1);
  await new Promise<void>((resolve) => systemClock.immediate(resolve));
  strictEqual(gate.batches.length, 1);
  gate.open(1);
  await gate.arrived(2);
  gate.open(2);
  await Promise.all(calls);
});

Deno.test("Batcher starts again after it was idle", async () => {
  const { gate, batcher } = gated();
  for (const [index, item] of ["a", "b", "c"].entries()) {
    const call = batcher.add([item]);
    await gate.arrived(index + 1);
    gate.open(index + 1);
    deepStrictEqual(await call, [item.toUpperCase()]);
  }
});

Deno.test("Batcher rejects the calls of a batch that failed and no others", async () => {
  const { gate, batcher } = gated();
  const first = [batcher.add(["a"]), batcher.add(["b"])];
  const failures = Promise.all(first.map((call) => rejects(call, { message: "disk full" })));
  await gate.arrived(1);
  const second = batcher.add(["c"]);
  gate.fail(1, new Error("disk full"));
  await failures;
  await gate.arrived(2);
  gate.open(2);

  deepStrictEqual(await second, ["C"]);
});

Deno.test("Batcher goes on when sending throws at once", async () => {
  let calls = 0;
  const batcher = new Batcher<string, string>({
    clock: systemClock,
    maxItems: 10,
    send(items) {
      if (++calls === 1) throw new Error("not connected");
      return Promise.resolve(items);
    },
  });
  await rejects(batcher.add(["a"]), { message: "not connected" });
  deepStrictEqual(await batcher.add(["b"]), ["b"]);
});

Deno.test("Batcher fills a batch up to its bound, and sends a larger call alone", async () => {
  const sent: (readonly number[])[] = [];
  const batcher = new Batcher<number, number>({
    clock: systemClock,
    maxItems: 5,
    send(items) {
      sent.push(items);
      return Promise.resolve(items);
    },
  });
  const calls = [[1, 2], [3, 4], [5, 6], [7, 8, 9], [10, 11, 12, 13, 14, 15], [16]];
  const results = await Promise.all(calls.map((items) => batcher.add(items)));

  deepStrictEqual(results, calls);
  deepStrictEqual(sent, [[1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11, 12, 13, 14, 15], [16]]);
});

Deno.test("Batcher loses, repeats and mixes up nothing, however calls and answers interleave", async () => {
  const plans = fc.array(
    fc.record({ size: fc.integer({ min: 0, max: 6 }), fails: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(fc.asyncProperty(fc.scheduler(), plans, async (scheduler, calls) => {
    const maxItems = 5;
    const sent: (readonly number[])[] = [];
    let underWay = 0;
    const batcher = new Batcher<number, string>({
      clock: { immediate: (callback) => void scheduler.schedule(Promise.resolve()).then(callback) },
      maxItems,
      async send(items) {
        sent.push(items);
        strictEqual(++underWay, 1);
        await scheduler.schedule(Promise.resolve());
        underWay--;
        if (calls[sent.length - 1]?.fails === true) throw new Error(`batch ${sent.length}`);
        return items.map(String);
      },
    });
    let next = 0;
    const added: (readonly number[])[] = [];
    const ends = calls.map(async ({ size }) => {
      await scheduler.schedule(Promise.resolve());
      const items = Array.from({ length: size }, () => next++);
      added.push(items);
      try {
        deepStrictEqual(await batcher.add(items), items.map(String));
      } catch (error) {
        const batch = sent[Number((error as Error).message.slice("batch ".length)) - 1] ?? [];
        ok(items.every((item) => batch.includes(item)), "a call failed of another's batch");
      }
    });
    await scheduler.waitFor(Promise.all(ends));

    deepStrictEqual(sent.flat(), added.flat());
    for (const batch of sent) {
      const isOneCall = added.some((items) =>
        items.length === batch.length && items[0] === batch[0]
      );
      ok(batch.length <= maxItems || isOneCall);
    }
  }));
});

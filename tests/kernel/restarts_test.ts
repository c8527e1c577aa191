/**
 * How long children wait before they are started again, and when they are no longer.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { MAX_BACKOFF_MS, Restarts } from "../../actors/runtime/restarts.ts";

const ALWAYS_MOST = { next: () => 1, bytes: (count: number) => new Uint8Array(count) };

Deno.test("A child waits longer with each restart, and no longer for those of its siblings", () => {
  const restarts = new Restarts({ maxRestarts: 10, withinMs: 1_000, backoffMs: 10 }, ALWAYS_MOST);

  deepStrictEqual(["a", "a", "b", "a"].map((key) => restarts.next(key, 0)), [10, 20, 10, 40]);
  strictEqual(restarts.next("a", 1_000), 10, "what is long past does not count");
});

Deno.test("All children count for the limit", () => {
  const restarts = new Restarts({ maxRestarts: 2, withinMs: 1_000, backoffMs: 10 }, ALWAYS_MOST);

  deepStrictEqual(["a", "b", "c"].map((key) => restarts.next(key, 0)), [10, 10, undefined]);
});

Deno.test("Without a limit a child is started again for ever, and never waits longer than the bound", () => {
  const restarts = new Restarts({ maxRestarts: Infinity, withinMs: 60_000 }, ALWAYS_MOST);
  const waits = Array.from({ length: 1_000 }, (_, index) => restarts.next("a", index)!);

  strictEqual(Math.max(...waits), MAX_BACKOFF_MS);
  strictEqual(waits.length, 1_000);
});

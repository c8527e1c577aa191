/** The storage actor says once that the master cannot be reached, however many calls wait for it. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { createSystem } from "../../actors/runtime/mod.ts";
import { storageActor } from "../../actors/storage_actor.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { eventually } from "../support/eventually.ts";
import { reach, unreachableSpec } from "./fixtures/unreachable_adapter.ts";

const LOST = { available: false, reason: "connection refused" };
const BACK = { available: true, reason: "" };

/** A storage actor on a clock of its own, and what it logged. */
async function openStorage() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const system = createSystem({
    name: "test",
    clock,
    onEvent: (event) =>
      void (event.type === "log" && lines.push(`${event.level}: ${event.message}`)),
  });
  await system.spawn({
    key: "storage",
    actor: storageActor,
    args: { spec: unreachableSpec, watchers: [] },
  });
  return { clock, lines, [Symbol.asyncDispose]: () => system.stop("kill") };
}

Deno.test("storage reports a short outage in one line when it is over", async () => {
  await using storage = await openStorage();

  reach(LOST);
  reach(LOST);
  await storage.clock.advance(4_200);
  reach(BACK);

  await eventually("a line", () => storage.lines.length > 0);
  equal(storage.lines, [
    "warning: The master could not be reached for 4.2 s: connection refused",
  ]);
});

Deno.test("storage reports a long outage while it lasts, and its end", async () => {
  await using storage = await openStorage();

  reach(LOST);
  await storage.clock.advance(12_000);
  await eventually("a line", () => storage.lines.length > 0);
  equal(storage.lines, ["warning: The master cannot be reached: connection refused"]);
  reach(BACK);

  await eventually("a second line", () => storage.lines.length > 1);
  equal(storage.lines.slice(1), ["info: The master can be reached again"]);
});

Deno.test("storage does not take the end of one outage for a sign of the next", async () => {
  await using storage = await openStorage();

  reach(LOST);
  await storage.clock.advance(6_000);
  reach(BACK);
  await eventually("a line", () => storage.lines.length > 0);
  reach(LOST);
  await storage.clock.advance(6_000);
  reach(BACK);

  await eventually("a second line", () => storage.lines.length > 1);
  equal(storage.lines.length, 2);
  equal(storage.lines[1], "warning: The master could not be reached for 6.0 s: connection refused");
});

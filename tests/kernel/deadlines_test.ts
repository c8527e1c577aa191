import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Deadlines } from "../../actors/runtime/deadlines.ts";
import { FakeClock } from "../support/fake_clock.ts";

function entry(log: string[], name: string) {
  return { tick: 0, expire: () => void log.push(name) };
}

Deno.test("Deadlines fires entries in the order of their instants on one timer", async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const log: string[] = [];

  for (const delayMs of [500, 100, 900]) deadlines.add(entry(log, `${delayMs}`), delayMs);
  strictEqual(clock.armed, 1);
  await clock.advance(600);

  deepStrictEqual(log, ["100", "500"]);
  await clock.advance(300);
  deepStrictEqual(log, ["100", "500", "900"]);
  strictEqual(clock.armed, 0);
});

Deno.test("Deadlines does not fire what was removed", async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const log: string[] = [];
  const removed = entry(log, "removed");

  deadlines.add(removed, 100);
  deadlines.add(entry(log, "kept"), 100);
  deadlines.remove(removed);
  await clock.advance(200);

  deepStrictEqual(log, ["kept"]);
});

Deno.test("Deadlines takes entries that are added while others fire", async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const log: string[] = [];

  deadlines.add({ tick: 0, expire: () => deadlines.add(entry(log, "second"), 50) }, 100);
  await clock.advance(149);
  deepStrictEqual(log, []);
  await clock.advance(1);

  deepStrictEqual(log, ["second"]);
});

Deno.test("Deadlines leaves no timer behind when it is disposed", () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  deadlines.add(entry([], "never"), 100);

  deadlines[Symbol.dispose]();

  strictEqual(clock.armed, 0);
});

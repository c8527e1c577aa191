/**
 * What the kernel does at which instant, on a clock that stands still between steps.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { kernelKit, PATIENTLY } from "../support/kernel_kit.ts";
import { benchOf } from "./cases/bench.ts";
import { oneForOne } from "./fixtures/parent.ts";
import { probe, type ProbeMessage, smallProbe } from "./fixtures/probe.ts";

/** A kit whose time stands still, with the back-off at `part` of its longest. */
async function virtualKit(part = 1) {
  const clock = new FakeClock();
  const random = { next: () => part, bytes: (count: number) => new Uint8Array(count) };
  const kit = await kernelKit({ clock, random });
  return { clock, kit, bench: benchOf(kit, "inline") };
}

Deno.test("sendAfter fires at its instant and not before", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "later", delayMs: 1_000, text: "now" });

  await clock.advance(999);
  strictEqual(kit.notes.all.includes("now"), false);
  await clock.advance(1);

  strictEqual(kit.notes.all.includes("now"), true);
});

Deno.test("sendAfter sends nothing when it is disposed", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "later", delayMs: 1_000, text: "never" });
  await settled();
  const armed = clock.armed;

  ref.tell({ type: "cancel" });
  await settled();

  strictEqual(clock.armed, armed - 1);
  await clock.advance(2_000);
  strictEqual(kit.notes.all.includes("never"), false);
});

Deno.test("sendInterval beats at every interval and does not drift", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "repeat", intervalMs: 100, text: "beat" });

  for (const beats of [1, 2, 3, 4, 5]) {
    await clock.advance(99);
    strictEqual(kit.notes.all.filter((text) => text === "beat").length, beats - 1);
    await clock.advance(1);
    strictEqual(kit.notes.all.filter((text) => text === "beat").length, beats);
  }
});

Deno.test("sendInterval skips a beat when the one before still waits", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "repeat_hold", intervalMs: 100, name: "beat" });

  await clock.advance(1_000); // the first beat is at the gate, the second waits, eight are skipped
  const [, own] = await kit.system.metrics();
  strictEqual(own?.depth, 2);
  deepStrictEqual(kit.events.all, []);

  kit.open();
  await settled();
  strictEqual(kit.notes.all.filter((text) => text === "beat").length, 2);
  await clock.advance(100);
  strictEqual(kit.notes.all.filter((text) => text === "beat").length, 3);
});

Deno.test("timers leave nothing armed when the actor has stopped", async () => {
  const { clock, kit, bench } = await virtualKit();
  const ref = await bench.probe();
  ref.tell({ type: "later", delayMs: 1_000, text: "never" });
  ref.tell({ type: "repeat", intervalMs: 1_000, text: "never" });
  await ref.ask({ type: "notes" }, PATIENTLY);

  await kit.system.stop();

  strictEqual(clock.armed, 0);
});

Deno.test("pipeToSelf tries again when the mailbox is full", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe({ actor: smallProbe });
  ref.tell({ type: "pipe", name: "work" });
  await settled();
  for (let count = 0; count < 4; count++) ref.tell({ type: "hold", name: "gate" });
  kit.openFor("work");
  await clock.advance(500);
  strictEqual(kit.notes.all.includes("work fulfilled"), false);

  kit.open();
  await clock.advance(10);

  strictEqual(kit.notes.all.includes("work fulfilled"), true);
  deepStrictEqual(kit.events.all, []);
});

Deno.test("pipeToSelf sends nothing to the next life", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "pipe", name: "work" });
  ref.tell({ type: "crash_quietly", text: "boom" });
  await clock.advance(1_000);

  kit.open();
  await clock.advance(1_000);

  deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), []);
});

Deno.test("ask times out at its deadline, at most a tick late and never early", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  await clock.advance(3);
  const outcomes: string[] = [];
  for (const timeoutMs of [1_000, 200, 60]) {
    ref.ask({ type: "held", name: "gate" }, { timeoutMs }).catch((error) => {
      strictEqual(error.code, "ask_timeout");
      outcomes.push(`${timeoutMs} after ${clock.monotonic()}`);
    });
  }

  await clock.advance(2_000);

  deepStrictEqual(outcomes, ["60 after 75", "200 after 225", "1000 after 1025"]);
});

Deno.test("ask leaves nothing armed when it was answered", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();

  for (const timeoutMs of [100, 10_000]) await ref.ask({ type: "notes" }, { timeoutMs });
  await clock.advance(100);

  strictEqual(clock.armed, 0);
});

Deno.test("ask arms nothing when it is refused at once", async () => {
  const { clock, kit } = await virtualKit();
  await using _kit = kit;

  const nobody = kit.system.ref<ProbeMessage>("test/nobody");
  await rejects(nobody.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });

  strictEqual(clock.armed, 0);
});

Deno.test("ask rejects with invalid_request when timeoutMs is not a duration", async () => {
  const { kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();

  for (const timeoutMs of [NaN, Infinity, -1]) {
    await rejects(ref.ask({ type: "notes" }, { timeoutMs }), { code: "invalid_request" });
  }
});

Deno.test("restart waits twice as long after every crash", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();

  for (const [crash, backoffMs] of [10, 20, 40].entries()) {
    ref.tell({ type: "crash_quietly", text: "boom" });
    await clock.advance(backoffMs - 1);
    strictEqual(kit.events.all.filter(({ type }) => type === "restarted").length, crash);
    await clock.advance(1);
    strictEqual(kit.events.all.filter(({ type }) => type === "restarted").length, crash + 1);
  }
});

Deno.test("restart waits a random part of the back-off", async () => {
  const { clock, kit, bench } = await virtualKit(0.5);
  await using _kit = kit;
  const ref = await bench.probe();

  ref.tell({ type: "crash_quietly", text: "boom" });
  await clock.advance(4);
  strictEqual(kit.events.all.some(({ type }) => type === "restarted"), false);
  await clock.advance(1);

  strictEqual(kit.events.all.some(({ type }) => type === "restarted"), true);
});

Deno.test("restart intensity forgets crashes when withinMs has passed", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();

  for (let crash = 0; crash < 10; crash++) {
    ref.tell({ type: "crash_quietly", text: "boom" });
    await clock.advance(2_000);
  }

  strictEqual(kit.events.all.filter(({ type }) => type === "restarted").length, 10);
  strictEqual(await ref.ask({ type: "echo", value: "alive" }, PATIENTLY), "alive");
});

Deno.test("stopChild ends a child at once when it waits for its restart", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  ref.tell({ type: "crash_quietly", text: "boom" });
  await settled();
  const refused = rejects(ref.ask({ type: "notes" }, PATIENTLY), { code: "actor_stopped" });

  await kit.system.stopChild("probe", "drain");

  await refused;
  await clock.advance(1_000);
  strictEqual(kit.events.all.some(({ type }) => type === "restarted"), false);
});

Deno.test("stopAll leaves no timer behind when children wait for their restart", async () => {
  const { clock, kit, bench } = await virtualKit();
  await bench.parent(oneForOne, ["a", "b"]);
  bench.child("a").tell({ type: "crash_quietly", text: "boom" });
  bench.child("b").tell({ type: "crash_quietly", text: "boom" });
  await settled();

  await kit.system.stop();

  strictEqual(clock.armed, 0);
});

Deno.test("stop kills at the instant shutdownMs has passed", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe({ shutdownMs: 700 });
  const refused = rejects(ref.ask({ type: "held", name: "gate" }, PATIENTLY), {
    code: "actor_stopped",
  });
  await settled();

  let gone = false;
  const stopped = kit.system.stopChild("probe", "stop").then(() => gone = true);
  await clock.advance(699);
  strictEqual(gone, false);
  await clock.advance(1);

  await Promise.all([stopped, refused]);
});

Deno.test("system.stop kills at once when it is asked to while it drains", async () => {
  const { kit, bench } = await virtualKit();
  const ref = await bench.probe();
  const refused = rejects(ref.ask({ type: "held", name: "gate" }, PATIENTLY), {
    code: "actor_stopped",
  });
  await kit.arrivals.count(1);

  await Promise.all([kit.system.stop("drain"), kit.system.stop("kill"), refused]);
});

Deno.test("metrics tell how long messages waited", async () => {
  const { clock, kit, bench } = await virtualKit();
  await using _kit = kit;
  const ref = await bench.probe();
  await clock.advance(1_000);
  ref.tell({ type: "hold", name: "gate" });
  ref.tell({ type: "note", text: "waits" });
  await clock.advance(250);
  kit.open();
  await settled();

  const [, own] = await kit.system.metrics();

  deepStrictEqual([own?.waitMs, own?.maxWaitMs, own?.handled], [250, 250, 2]);
  strictEqual(probe.mailbox.capacity, own?.capacity);
});

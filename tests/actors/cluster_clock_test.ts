/**
 * A node's clock that follows its database's.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import { ClusterClock } from "../../actors/cluster_clock.ts";
import type { Clock } from "../../core/clock.ts";

/** A machine whose clocks are set by hand. */
function machine(): Clock & { nowMs: number; mono: number } {
  return {
    nowMs: 1_000_000,
    mono: 500,
    now() {
      return this.nowMs;
    },
    monotonic() {
      return this.mono;
    },
    schedule: () => ({ [Symbol.dispose]() {} }),
    immediate() {},
  };
}

Deno.test("A clock that was never set shows the machine's time", () => {
  strictEqual(new ClusterClock(machine()).now(), 1_000_000);
});

Deno.test("A clock that was set goes on with the monotonic clock, wherever the wall clock is turned", () => {
  const own = machine();
  const clock = new ClusterClock(own);
  clock.set({ clockMs: 4_600_000, askedAtMono: 500, answeredAtMono: 500 });
  strictEqual(clock.now(), 4_600_000);

  own.mono += 250;
  own.nowMs -= 7_200_000;

  strictEqual(clock.now(), 4_600_250);
  strictEqual(clock.skewMs, 1_000_000 - 7_200_000 - 4_600_250);
});

Deno.test("A reading moves the clock no further than its round trip proves", () => {
  const own = machine();
  const clock = new ClusterClock(own); // shows 1,000,000 at 500
  own.mono = 600; // shows 1,000,100

  clock.set({ clockMs: 1_000_050, askedAtMono: 500, answeredAtMono: 600 });
  strictEqual(clock.now(), 1_000_100, "the database may have shown 1,000,050 when this clock did");

  clock.set({ clockMs: 1_000_200, askedAtMono: 550, answeredAtMono: 600 });
  strictEqual(clock.now(), 1_000_200, "it was at least that when it was answered");

  clock.set({ clockMs: 999_000, askedAtMono: 550, answeredAtMono: 600 });
  strictEqual(clock.now(), 999_051, "it was at most that when it was asked");
});

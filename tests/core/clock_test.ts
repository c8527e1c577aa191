/**
 * The clock of the machine.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";

/** The longest delay a timer of the platform can hold, in milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** Takes the place of the platform's timers: records what is armed and fires on demand. */
class RecordedTimers implements Disposable {
  readonly delays: number[] = [];
  readonly cleared: number[] = [];
  readonly #callbacks: (() => void)[] = [];
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;

  constructor() {
    const arm = (callback: () => void, delayMs: number): number => {
      this.#callbacks.push(callback);
      return this.delays.push(delayMs);
    };
    globalThis.setTimeout = arm as unknown as typeof setTimeout;
    globalThis.clearTimeout = (id) => void this.cleared.push(id as number);
  }

  /** Fires the timer that was armed last. */
  fire(): void {
    this.#callbacks.at(-1)?.();
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}

function elapsed(delayMs: number): Promise<void> {
  return new Promise((resolve) => void systemClock.schedule(delayMs, resolve));
}

Deno.test("systemClock.now is the time of the machine", () => {
  const before = Date.now();
  const now = systemClock.now();
  ok(before <= now && now <= Date.now());
});

Deno.test("systemClock.monotonic never goes back", async () => {
  const first = systemClock.monotonic();
  await elapsed(2);
  ok(systemClock.monotonic() > first);
});

Deno.test("systemClock.schedule calls back once, in the order of the delays", async () => {
  const calls: string[] = [];
  systemClock.schedule(4, () => calls.push("second"));
  systemClock.schedule(0, () => calls.push("first"));
  await elapsed(12);
  deepStrictEqual(calls, ["first", "second"]);
});

Deno.test("systemClock.schedule calls back when the delay is negative", async () => {
  await elapsed(-5);
});

Deno.test("systemClock.schedule never calls back once it is disposed", async () => {
  const calls: string[] = [];
  const timer = systemClock.schedule(0, () => calls.push("disposed"));
  timer[Symbol.dispose]();
  timer[Symbol.dispose]();
  await elapsed(5);
  deepStrictEqual(calls, []);
});

Deno.test("systemClock.schedule does not call back early when the delay is beyond a timer", async () => {
  const calls: string[] = [];
  const timer = systemClock.schedule(MAX_TIMER_MS + 1, () => calls.push("early"));
  await elapsed(10);
  timer[Symbol.dispose]();
  deepStrictEqual(calls, []);
});

Deno.test("systemClock.schedule cuts a wait beyond a timer into several", () => {
  using timers = new RecordedTimers();
  let calls = 0;
  systemClock.schedule(2 * MAX_TIMER_MS + 5, () => calls++);
  timers.fire();
  timers.fire();
  strictEqual(calls, 0);
  timers.fire();

  deepStrictEqual(timers.delays, [MAX_TIMER_MS, MAX_TIMER_MS, 5]);
  strictEqual(calls, 1);
});

Deno.test("systemClock.schedule cancels the cut that is under way when it is disposed", () => {
  using timers = new RecordedTimers();
  const timer = systemClock.schedule(2 * MAX_TIMER_MS, () => {});
  timers.fire();
  timer[Symbol.dispose]();

  deepStrictEqual(timers.cleared, [2]);
});

Deno.test("systemClock.immediate calls back after what is already under way", async () => {
  const calls: string[] = [];
  const done = new Promise<void>((resolve) =>
    systemClock.immediate(() => {
      calls.push("immediate");
      resolve();
    })
  );
  queueMicrotask(() => calls.push("microtask"));
  calls.push("now");
  await done;
  deepStrictEqual(calls, ["now", "microtask", "immediate"]);
});

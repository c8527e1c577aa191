/** The example definitions that `deno task start` runs. */

import { defineJob } from "@jobmaster/jobmaster";
import { z } from "zod";

/** Greets somebody. */
export const hello = defineJob(
  { id: "hello", input: z.object({ name: z.string().min(1) }) },
  (job) => {
    job.log.info("greeting", { name: job.data.name });
    return { greeting: `Hello, ${job.data.name}!` };
  },
);

/** Waits, reports how far it is, and ends early when it is aborted. */
export const sleep = defineJob(
  { id: "sleep", input: z.object({ ms: z.number().int().min(0).max(86_400_000) }) },
  async (job) => {
    const start = performance.now();
    for (let slept = 0; slept < job.data.ms; slept = performance.now() - start) {
      job.progress(Math.min(100, (slept / job.data.ms) * 100), "sleeping");
      await pause(Math.min(250, job.data.ms - slept), job.signal);
    }
    return { sleptMs: Math.round(performance.now() - start) };
  },
);

/** Throws on its first `failures` attempts, then succeeds. */
export const flaky = defineJob(
  {
    id: "flaky",
    input: z.object({ failures: z.number().int().min(0).max(100) }),
    retry: { base: "200ms", max: "2s" },
  },
  (job) => {
    if (job.attempt <= job.data.failures) {
      throw new Error(`attempt ${job.attempt} fails`, { cause: new Error("it was told to") });
    }
    return { attempts: job.attempt };
  },
);

/** Never yields. Only `isolation: "process"` can end it. */
export const spin = defineJob({ id: "spin", timeout: "1s", maxRetries: 0 }, () => {
  for (;;);
});

/** Does nothing. */
export const noop = defineJob({ id: "noop" }, () => {});

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
  });
}

/**
 * What jobs of a nemesis do, each start and end of it recorded before it happens.
 *
 * @module
 */

import { codeOf } from "../../../core/errors.ts";
import { pick, type Random } from "../../../core/random.ts";
import { defineJob, type JobContext, type JobDefinition } from "../../../core/definition.ts";
import { pause } from "../../support/eventually.ts";
import type { Recorder } from "./record.ts";

/** What a handler does. */
export type Deed =
  /** Takes a while, and gives up when told to. */
  | { readonly kind: "work"; readonly ms: number }
  /** Takes a while, whatever it is told. */
  | { readonly kind: "stubborn"; readonly ms: number }
  /** Fails so many times. */
  | { readonly kind: "flaky"; readonly failures: number };

const RETRY = { base: "50ms", factor: 2, jitter: "full" } as const;

/** The definition of all jobs, in a process that records what its handlers do. */
export function deedIn(recorder: Recorder, process: string): JobDefinition<Deed> {
  let count = 0;
  return defineJob<Deed>(
    { id: "deed", retry: RETRY, maxRetries: 10, timeout: "2m" },
    async (job) => {
      const run = ++count;
      const { id, attempt, fencingToken: token } = job;
      recorder.write({ act: "start", job: id, run, attempt, token });
      job.signal.addEventListener("abort", () => {
        recorder.write({ act: "told", job: id, run, code: codeOf(job.signal.reason) });
      });
      try {
        await doIt(job);
        recorder.write({ act: "end", job: id, run, returns: true });
      } catch (error) {
        recorder.write({ act: "end", job: id, run, returns: false });
        throw error;
      }
      return resultOf({ process, run });
    },
  );
}

/** What a run returns: it says which one it was. */
export function resultOf({ process, run }: { readonly process: string; readonly run: number }) {
  return `${process}/${run}`;
}

async function doIt({ data, attempt, signal }: JobContext<Deed>): Promise<void> {
  switch (data.kind) {
    case "work":
      return await untilAborted(data.ms, signal);
    case "stubborn":
      return await pause(data.ms);
    case "flaky":
      if (attempt <= data.failures) throw new Error(`fails as it was told to, attempt ${attempt}`);
  }
}

function untilAborted(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** Most are quick; a few are longer than a lease of `leaseMs`. */
export function aDeed(random: Random, leaseMs: number): Deed {
  const chance = random.next();
  if (chance < 0.6) return { kind: "work", ms: pick([0, 2, 20], random)! };
  if (chance < 0.86) return { kind: "work", ms: Math.floor(random.next() * 2_000) };
  if (chance < 0.9) return { kind: "stubborn", ms: Math.floor(random.next() * 1.5 * leaseMs) };
  return { kind: "flaky", failures: 1 + Math.floor(random.next() * 2) };
}

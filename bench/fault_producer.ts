/**
 * Schedules jobs while the agent connection breaks, and keeps what each call was promised.
 *
 * @module
 */

import type { JobMaster, ScheduleOptions } from "@jobmaster/jobmaster";
import { PRIORITIES } from "../core/job.ts";
import { pause } from "../tests/support/eventually.ts";
import { mark } from "./marking_job.ts";

/** One call that schedules a job. */
export interface Call {
  /** The id the caller gave it. */
  readonly id: string;
  /** Who was to accept it. */
  readonly asked: "durable" | "agent";
  /** What the call answered: a promise, or the code of its error. */
  readonly answer: "durable" | "acknowledged" | { readonly code: string };
  /** When it was called, in epoch milliseconds. */
  readonly atMs: number;
}

/** Calls at once, and the pause after them: at most 400 calls a second. */
const AT_ONCE = 20;
const PAUSE_MS = 50;

/** Schedules `count` jobs, every other one to be accepted by the agent connection alone. Nothing is tried again. */
export async function produce(jm: JobMaster, count: number): Promise<readonly Call[]> {
  const calls: Promise<Call>[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, count - from);
    const some = Array.from({ length: size }, (_, at) => schedule(jm, from + at));
    calls.push(...some);
    await Promise.race([Promise.all(some), pause(250)]); // a stuck call does not keep others from coming
    await pause(PAUSE_MS);
  }
  return await Promise.all(calls);
}

async function schedule(jm: JobMaster, n: number): Promise<Call> {
  const id = crypto.randomUUID();
  const asked = n % 2 === 0 ? "durable" : "agent";
  const priority = PRIORITIES[Math.floor(n / 2) % PRIORITIES.length]!;
  const options: ScheduleOptions = { id, acceptance: asked, priority };
  const atMs = Date.now();
  try {
    const { acceptance } = await jm.schedule.now(mark, { ms: 2 }, options);
    return { id, asked, atMs, answer: acceptance };
  } catch (error) {
    const code = (error as { readonly code?: string }).code ?? String(error);
    return { id, asked, atMs, answer: { code } };
  }
}

/**
 * The producer of `mixed_cluster.ts`: `deno run -A bench/mixed_producer.ts ARGUMENT`, a {@linkcode MixedOrder} as JSON. It
 * has no workers. Jobs that are due now and jobs that are due later take turns, as do lanes, priorities and who is to
 * accept them; what each call was promised goes to a file, a line a call.
 */

import { JobMaster, type ScheduleOptions } from "@jobmaster/jobmaster";
import { PRIORITIES } from "../core/job.ts";
import { pause } from "../tests/support/eventually.ts";
import { mark } from "./marking_job.ts";
import type { NodeOptions } from "./node_process.ts";

/** What a producer is to do. */
export interface MixedOrder {
  /** How its node is started. */
  readonly options: NodeOptions;
  /** Lanes to spread jobs over. */
  readonly lanes: readonly string[];
  /** How many jobs of each kind. */
  readonly count: number;
  /** Jobs of the later kind are due 5 s and up to this many seconds more from their call. */
  readonly seconds: number;
  /** Calls in flight. */
  readonly callers: number;
  /** The file for what calls were promised. */
  readonly file: string;
}

/** What one call was promised. */
export interface MixedCall {
  /** The job's id; the code of the error of a call that was refused. */
  readonly id: string;
  /** Whether it was due at once. */
  readonly kind: "now" | "later";
  /** Who was to accept it. */
  readonly asked: "durable" | "agent";
  /** What the call answered. */
  readonly answer: "durable" | "acknowledged" | "refused";
  /** When the call began and returned, in epoch milliseconds. */
  readonly atMs: readonly [began: number, returned: number];
}

/** Jobs due later are spread from here on, in milliseconds. */
const SOONEST_MS = 5_000;

async function produce(jm: JobMaster, order: MixedOrder): Promise<readonly MixedCall[]> {
  const calls: MixedCall[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: order.callers }, async () => {
    while (next < 2 * order.count) calls.push(await schedule(jm, next++, order));
  }));
  return calls;
}

async function schedule(
  jm: JobMaster,
  n: number,
  { lanes, seconds }: MixedOrder,
): Promise<MixedCall> {
  const kind = n % 2 === 0 ? "now" : "later";
  const asked = Math.floor(n / 2) % 2 === 0 ? "durable" : "agent";
  const options: ScheduleOptions = {
    acceptance: asked,
    lane: lanes[Math.floor(n / 4) % lanes.length]!,
    priority: PRIORITIES[Math.floor(n / 4 / lanes.length) % PRIORITIES.length]!,
  };
  const began = Date.now();
  const dueAtMs = began + SOONEST_MS + Math.floor(Math.random() * seconds * 1_000);
  try {
    const { id, acceptance } = kind === "now"
      ? await jm.schedule.now(mark, null, options)
      : await jm.schedule.at(mark, null, new Date(dueAtMs), options);
    return { id, kind, asked, answer: acceptance, atMs: [began, Date.now()] };
  } catch (error) {
    const id = (error as { readonly code?: string }).code ?? String(error);
    return { id, kind, asked, answer: "refused", atMs: [began, Date.now()] };
  }
}

if (import.meta.main) {
  const order = JSON.parse(Deno.args[0]!) as MixedOrder;
  const jm = await JobMaster.start({ ...order.options, jobs: [mark] });
  await pause(2_000); // schedulers look for buckets once a second
  console.log("ready");
  const calls = await produce(jm, order);
  await Deno.writeTextFile(order.file, JSON.stringify(calls));
  await jm.stop();
  Deno.exit(0);
}

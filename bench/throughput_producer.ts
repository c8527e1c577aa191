/**
 * The producer of `agent_throughput.ts`: `deno run -A bench/throughput_producer.ts ARGUMENT`, a
 * {@linkcode ThroughputOrder} as JSON. It prints `ready`, begins at the first word on standard input, and stops in order
 * when that ends.
 */

import { JobMaster } from "@jobmaster/jobmaster";
import { pause } from "../tests/support/eventually.ts";
import { mark } from "./marking_job.ts";
import type { NodeOptions } from "./node_process.ts";

/** What a producer is to do. */
export interface ThroughputOrder {
  /** How its node is started. */
  readonly options: NodeOptions;
  /** How many jobs, one a call. */
  readonly jobs: number;
  /** Calls in flight. */
  readonly callers: number;
  /** Who is to accept them. */
  readonly acceptance: "durable" | "agent";
  /** The file for what was produced. */
  readonly file: string;
}

/** What was produced. */
export interface Produced {
  /** The ids of the jobs. */
  readonly ids: readonly string[];
  /** When the first call began and the last one returned, in epoch milliseconds. */
  readonly atMs: readonly [began: number, returned: number];
}

async function produce(jm: JobMaster, order: ThroughputOrder): Promise<Produced> {
  const { jobs, callers, acceptance } = order;
  const ids: string[] = [];
  const began = Date.now();
  let left = jobs;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left-- > 0) ids.push((await jm.schedule.now(mark, null, { acceptance })).id);
  }));
  return { ids, atMs: [began, Date.now()] };
}

if (import.meta.main) {
  const order = JSON.parse(Deno.args[0]!) as ThroughputOrder;
  const jm = await JobMaster.start({ ...order.options, jobs: [mark] });
  await pause(2_000); // schedulers look for buckets once a second
  console.log("ready");
  const words = Deno.stdin.readable.getReader();
  await words.read();
  const produced = await produce(jm, order);
  await Deno.writeTextFile(`${order.file}.part`, JSON.stringify(produced));
  await Deno.rename(`${order.file}.part`, order.file);
  while (!(await words.read()).done);
  await jm.stop();
  Deno.exit(0);
}

/**
 * A node of a bench, in a process of its own: `deno run -A bench/cluster_node.ts OPTIONS` with the options of
 * `JobMaster.start` as JSON. It prints `ready`, tells warnings and errors on standard error, and stops in order when its
 * standard input ends: so it outlives no bench.
 */

import { JobMaster, type JobMasterOptions } from "@jobmaster/jobmaster";
import { mark } from "./marking_job.ts";

const options = JSON.parse(Deno.args[0]!) as JobMasterOptions;
const node = await JobMaster.start({
  ...options,
  jobs: [mark],
  logger: { debug() {}, info() {}, warn: complain, error: complain },
});
console.log("ready");
for await (const _ of Deno.stdin.readable);
await node.stop();
Deno.exit(0);

function complain(message: string): void {
  console.error(message);
}

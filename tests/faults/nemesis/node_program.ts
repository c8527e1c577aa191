/**
 * A node that a nemesis may freeze, cut off and kill: `deno run -A node_program.ts ORDER`, a {@linkcode NodeOrder} as JSON.
 * It prints `ready`, and stops in order when its standard input ends.
 *
 * @module
 */

import { JobMaster, type JobMasterOptions } from "../../../mod.ts";
import { deedIn } from "./deeds.ts";
import { Recorder } from "./record.ts";

/** How a node is started. */
export interface NodeOrder {
  /** What this process is called. */
  readonly process: string;
  /** Where records go. */
  readonly folder: string;
  /** Everything else. */
  readonly options: Pick<JobMasterOptions, "master" | "agents" | "workers" | "lease">;
}

if (import.meta.main) {
  const { process, folder, options } = JSON.parse(Deno.args[0]!) as NodeOrder;
  using recorder = new Recorder(folder, process);
  recorder.watchGaps();
  const node = await JobMaster.start({
    ...options,
    jobs: [deedIn(recorder, process)],
    logger: { debug() {}, info() {}, warn: console.error, error: console.error },
  });
  console.log("ready");
  for await (const _ of Deno.stdin.readable);
  await node.stop();
  Deno.exit(0);
}

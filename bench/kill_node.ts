/** The node of `kill_restart.ts` and `server_restarts.ts`: `deno run -A bench/kill_node.ts MASTER STARTS LEASE_MS`. */

import { JobMaster } from "@jobmaster/jobmaster";
import { work } from "./kill_jobs.ts";

const [master, starts, lease] = Deno.args;
const leaseMs = Number(lease);
Deno.env.set("STARTS", starts!);
const jm = await JobMaster.start({
  master: master!,
  jobs: [work],
  workers: [{ parallelism: 4 }],
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
  lease: { leaseMs, renewMs: Math.floor(leaseMs / 3) },
});
Deno.addSignalListener("SIGTERM", async () => {
  await jm.stop();
  Deno.exit(0);
});

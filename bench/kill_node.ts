/** The node of `kill_restart.ts`: `deno run -A bench/kill_node.ts FOLDER LEASE_MS`. */

import { JobMaster } from "@jobmaster/jobmaster";
import { work } from "./kill_jobs.ts";

const [folder, lease] = Deno.args;
const leaseMs = Number(lease);
Deno.env.set("STARTS", `${folder}/starts`);
const jm = await JobMaster.start({
  master: `sqlite:${folder}/jobs.db`,
  jobs: [work],
  workers: [{ parallelism: 4 }],
  lease: { leaseMs, renewMs: Math.floor(leaseMs / 3) },
});
Deno.addSignalListener("SIGTERM", async () => {
  await jm.stop();
  Deno.exit(0);
});

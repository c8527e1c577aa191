/** A coordinator of `schedule_kill.ts`: `deno run -A bench/coordinator_node.ts MASTER LEASE_MS`. */

import { JobMaster } from "@jobmaster/jobmaster";

const [master = "", lease] = Deno.args;
const leaseMs = Number(lease);
await JobMaster.start({
  master,
  workers: [{ mode: "Coordinator" }],
  lease: { leaseMs, renewMs: Math.floor(leaseMs / 3) },
});

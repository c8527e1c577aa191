/** The job of `kill_restart.ts` and `server_restarts.ts`: writes down that it started, then takes a few milliseconds. */

import { defineJob } from "@jobmaster/jobmaster";

/** Writes `id attempt` to the file named by `STARTS`, then waits. */
export const work = defineJob<{ ms: number }>({ id: "work" }, async (job) => {
  Deno.writeTextFileSync(Deno.env.get("STARTS")!, `${job.id} ${job.attempt}\n`, { append: true });
  await new Promise((resolve) => setTimeout(resolve, job.data.ms));
});

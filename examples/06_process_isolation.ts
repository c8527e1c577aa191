/** A handler that never yields is killed with its process after its timeout; other jobs go on. */

import { JobMaster } from "@jobmaster/jobmaster";
import { hello, spin } from "./jobs.ts";

const folder = await Deno.makeTempDir({ prefix: "isolation-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/jobs.db`,
    jobs: new URL("./jobs.ts", import.meta.url),
    isolation: "process",
    workers: [{}],
  });
  const stuck = await jm.schedule.now(spin, {}, { timeout: "1s" });
  const polite = await jm.schedule.now(hello, { name: "Ada" });
  const answer = await jm.jobs.wait(polite.id, { timeout: "30s" });
  console.log(`hello: ${answer.status} ${JSON.stringify(answer.result)}`);
  const reason = await jm.jobs.wait(stuck.id, { timeout: "30s" }).catch((error) => error.code);
  const job = await jm.jobs.get(stuck.id);
  console.log(`spin: ${reason}`);
  console.log(`spin: ${job.status} (${job.error?.code}): ${job.error?.message}`);
}
await Deno.remove(folder, { recursive: true });

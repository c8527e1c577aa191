/** The same key again gives the job that is there: a request may be repeated without doing the work twice. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

let charged = 0;
const charge = defineJob<{ order: string }>({ id: "charge" }, (job) => {
  charged++;
  return { order: job.data.order };
});

const folder = await Deno.makeTempDir({ prefix: "unique-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/jobs.db`,
    jobs: [charge],
    workers: [{}],
  });
  const calls = Array.from(
    { length: 10 },
    () => jm.schedule.now(charge, { order: "A-1001" }, { uniqueKey: "A-1001" }),
  );
  const jobs = await Promise.all(calls);
  await jm.jobs.wait(jobs[0]!.id, { timeout: "30s" });
  const ids = new Set(jobs.map(({ id }) => id)).size;
  const made = jobs.filter(({ created }) => created).length;
  console.log(`${jobs.length} calls, ${made} made a job, ${ids} id, charged ${charged} time(s)`);
}
await Deno.remove(folder, { recursive: true });

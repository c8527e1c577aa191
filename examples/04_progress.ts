/** A job that says how far it is, watched from outside while it runs. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const importRows = defineJob<{ rows: number }>({ id: "import-rows" }, async (job) => {
  for (let row = 1; row <= job.data.rows; row++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    job.progress((row / job.data.rows) * 100, `row ${row}`);
  }
  return { imported: job.data.rows };
});

const folder = await Deno.makeTempDir({ prefix: "progress-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/jobs.db`,
    jobs: [importRows],
    workers: [{}],
  });
  const { id } = await jm.schedule.now(importRows, { rows: 300 });
  for (let seen = -1;;) {
    const { status, progress, result } = await jm.jobs.get(id);
    if (status === "Succeeded") {
      console.log(`100% ${JSON.stringify(result)}`);
      break;
    }
    const percent = Math.floor(progress?.percent ?? 0);
    if (percent > seen) console.log(`${percent}% ${progress?.note ?? "waiting"}`);
    seen = Math.max(seen, percent);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
await Deno.remove(folder, { recursive: true });

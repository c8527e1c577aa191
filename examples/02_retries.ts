/** A job that fails twice and then succeeds, with the story of its attempts. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const fetchPrice = defineJob(
  { id: "fetch-price", maxRetries: 5, retry: { base: "100ms", factor: 2, max: "1s" } },
  (job) => {
    job.log.info(`attempt ${job.attempt}`);
    if (job.attempt < 3) {
      throw new Error("The price service is away", { cause: new Error("connection refused") });
    }
    return { cents: 4_999 };
  },
);

const folder = await Deno.makeTempDir({ prefix: "retries-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/jobs.db`,
    jobs: [fetchPrice],
    workers: [{}],
  });
  const { id } = await jm.schedule.now(fetchPrice);
  const job = await jm.jobs.wait(id, { timeout: "30s" });
  for (const { attempt, outcome, error } of await jm.jobs.executions(id)) {
    const why = error === null ? "" : `: ${error.message} (${error.cause?.message})`;
    console.log(`attempt ${attempt} ${outcome}${why}`);
  }
  console.log(`${job.status} after ${job.attempts} attempts: ${JSON.stringify(job.result)}`);
}
await Deno.remove(folder, { recursive: true });

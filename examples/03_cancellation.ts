/** Cancelling a job that waits, and one that runs: the running one is told through its signal. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const started = Promise.withResolvers<void>();
const render = defineJob({ id: "render", timeout: "10m" }, async (job) => {
  started.resolve();
  for (let frame = 0; frame < 10_000; frame++) {
    job.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

const folder = await Deno.makeTempDir({ prefix: "cancellation-" });
{
  await using jm = await JobMaster.start({
    master: `sqlite:${folder}/jobs.db`,
    jobs: [render],
    workers: [{}],
  });
  const later = await jm.schedule.after(render, {}, "1h");
  console.log(`waiting job: ${await jm.jobs.cancel(later.id)}`);
  console.log(`waiting job is ${(await jm.jobs.get(later.id)).status}`);

  const now = await jm.schedule.now(render, {});
  await started.promise;
  console.log(`running job: ${await jm.jobs.cancel(now.id)}`);
  const reason = await jm.jobs.wait(now.id, { timeout: "30s" }).catch((error) => error.code);
  console.log(`running job ended as ${(await jm.jobs.get(now.id)).status} (${reason})`);
}
await Deno.remove(folder, { recursive: true });

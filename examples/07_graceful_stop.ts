/** Stopping lets running jobs finish, leaves waiting ones for the next start, and ends as soon as nothing runs. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const folder = await Deno.makeTempDir({ prefix: "stop-" });
const started = Promise.withResolvers<void>();
const work = defineJob({ id: "work" }, async () => {
  started.resolve();
  await new Promise((resolve) => setTimeout(resolve, 300));
});
const options = { master: `sqlite:${folder}/jobs.db`, jobs: [work], workers: [{}] };

const first = await JobMaster.start(options);
const running = await first.schedule.now(work);
const waiting = await first.schedule.after(work, {}, "2s");
await started.promise;
await first.stop({ graceful: true });

{
  await using second = await JobMaster.start(options);
  console.log(`the running job: ${(await second.jobs.get(running.id)).status}`);
  console.log(`the waiting job: ${(await second.jobs.get(waiting.id)).status}`);
  const done = await second.jobs.wait(waiting.id, { timeout: "30s" });
  console.log(`the waiting job after the next start: ${done.status}`);
}
await Deno.remove(folder, { recursive: true });

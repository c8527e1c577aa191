/** A schedule that runs every second: what it means, when it runs next, a pause, and its end. */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const tick = defineJob<{ name: string }>({ id: "tick" }, (job) => {
  const at = Temporal.Instant.fromEpochMilliseconds(job.occurrenceAtMs!);
  console.log(`tick of ${job.data.name} at ${at}`);
  return String(at);
});

const folder = await Deno.makeTempDir({ prefix: "recurring-" });
const jm = await JobMaster.start({
  master: `sqlite:${folder}/jobs.db`,
  jobs: [tick],
  workers: [{}],
});

const schedule = await jm.schedule.recurring(tick, "every second", { data: { name: "Ada" } });
console.log(schedule.description, "→ next:", String((await jm.schedules.next(schedule.id))[0]));

while (await jm.jobs.count({ scheduleId: schedule.id, statuses: ["Succeeded"] }) < 3) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

console.log("paused:", (await jm.schedules.pause(schedule.id)).status);
console.log("cancelled:", (await jm.schedules.cancel(schedule.id)).status);
await jm.stop();
await Deno.remove(folder, { recursive: true });

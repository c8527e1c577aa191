/**
 * How evenly schedules run: mean spacing of the starts, and how late each is.
 *
 * `deno run -A bench/schedule_spacing.ts [MINUTES=5]`
 */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const [minutes = 5] = Deno.args.map(Number);
const starts = new Map<string, number[]>();
const beat = defineJob<string>({ id: "beat" }, (job) => {
  const list = starts.get(job.data) ?? [];
  starts.set(job.data, [...list, Date.now()]);
});

const folder = await Deno.makeTempDir({ prefix: "spacing-" });
const jm = await JobMaster.start({
  master: `sqlite:${folder}/jobs.db`,
  jobs: [beat],
  workers: [{}],
});
const spacings = [5, 10, 60];
for (const seconds of spacings) {
  await jm.schedule.recurring(beat, `every ${seconds} seconds`, { data: String(seconds) });
}
await new Promise((resolve) => setTimeout(resolve, minutes * 60_000 + 1_500));
await jm.stop();
for (const seconds of spacings) {
  const at = starts.get(String(seconds)) ?? [];
  const mean = (at.at(-1)! - at[0]!) / (at.length - 1);
  const gaps = at.slice(1).map((ms, index) => ms - at[index]!);
  const late = at.map((ms) => ms % 1_000);
  console.log(
    `every ${seconds} s: ${at.length} runs, mean spacing ${(mean / 1_000).toFixed(4)} s ` +
      `(${((mean / (seconds * 1_000) - 1) * 100).toFixed(3)} %), gaps ${Math.min(...gaps)} to ` +
      `${Math.max(...gaps)} ms, late by at most ${Math.max(...late)} ms`,
  );
}
await Deno.remove(folder, { recursive: true });

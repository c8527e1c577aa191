/**
 * Coordinators that are killed and started again at random while many schedules run: is every occurrence stored and run
 * exactly once?
 *
 * `deno run -A bench/schedule_kill.ts [SECONDS=120] [SCHEDULES=100] [COORDINATORS=3] [LEASE_MS=3000]`
 *
 * One worker runs the jobs and writes each start to a file; the coordinators are processes of their own, killed by
 * SIGKILL every 2 to 8 seconds. With every start of its jobs written down, the engine's account is compared with what
 * really ran.
 */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const [seconds = 120, schedules = 100, coordinators = 3, leaseMs = 3_000] = Deno.args.map(Number);
const started: string[] = [];
const tick = defineJob<string>({ id: "tick" }, (job) => {
  started.push(`${job.scheduleId} ${job.occurrenceAtMs}`);
});

const folder = await Deno.makeTempDir({ prefix: "planners-" });
const master = `sqlite:${folder}/jobs.db`;
const jm = await JobMaster.start({
  master,
  jobs: [tick],
  workers: [{ mode: "Execution", parallelism: 4, buckets: { Medium: 2 } }],
});
const ids: string[] = [];
for (let n = 0; n < schedules; n++) {
  ids.push((await jm.schedule.recurring(tick, "every 1 second", { data: String(n) })).id);
}
const nodes = Array.from({ length: coordinators }, startCoordinator);
let kills = 0;
const until = performance.now() + seconds * 1_000;
while (performance.now() < until) {
  await pause(2_000 + Math.random() * 6_000);
  const victim = Math.floor(Math.random() * nodes.length);
  nodes[victim]!.kill("SIGKILL");
  await nodes[victim]!.status;
  kills++;
  await pause(Math.random() * 1_000);
  nodes[victim] = startCoordinator();
}
await pause(2 * leaseMs + 10_000); // somebody leads again and catches up
const cutMs = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;

const seen = { expected: 0, run: 0, missing: 0, twice: 0, skipped: 0, notSucceeded: 0 };
const starts = Map.groupBy(started, (line) => line);
let latest = 0;
for (const id of ids) {
  const jobs = (await allJobs(id)).filter(({ occurrenceAtMs }) => occurrenceAtMs! <= cutMs);
  const occurrences = jobs.map(({ occurrenceAtMs }) => occurrenceAtMs!).sort((a, b) => a - b);
  const first = occurrences[0]!;
  seen.expected += (cutMs - first) / 1_000 + 1;
  for (let at = first; at <= cutMs; at += 1_000) {
    const runs = starts.get(`${id} ${at}`)?.length ?? 0;
    if (runs === 0) seen.missing++;
    else seen.run++;
    if (runs > 1) seen.twice++;
  }
  seen.skipped += (await jm.schedules.get(id)).skippedCount;
  seen.notSucceeded += jobs.filter(({ status }) => status !== "Succeeded").length;
  for (const { startedAtMs, occurrenceAtMs } of jobs) {
    latest = Math.max(latest, (startedAtMs ?? Date.now()) - occurrenceAtMs!);
  }
}
console.log(
  `${schedules} schedules, one occurrence a second each, ${coordinators} coordinators, ${kills} kills in ${seconds} s`,
);
console.log(JSON.stringify(seen));
console.log(
  `latest start: ${(latest / 1_000).toFixed(1)} s after its occurrence (lease ${leaseMs} ms)`,
);
for (const node of nodes) {
  node.kill("SIGKILL");
  await node.status;
}
await jm.stop();
await Deno.remove(folder, { recursive: true });

function startCoordinator(): Deno.ChildProcess {
  const script = new URL("./coordinator_node.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, master, String(leaseMs)],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function allJobs(scheduleId: string) {
  const jobs = [];
  for (let cursor: string | null = null;;) {
    const page = await jm.jobs.list({ filter: { scheduleId }, cursor, limit: 200 });
    jobs.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return jobs;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

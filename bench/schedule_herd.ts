/**
 * Many schedules due in the same second: how long planning takes, and what another lane feels of it.
 *
 * `deno run -A bench/schedule_herd.ts [SCHEDULES=10000] [one|two]`: measures schedule-to-start of single jobs in a lane
 * of its own before, while the herd is planned, and while the herd runs; then counts the herd's jobs. The two lanes are
 * workers of one node, or of two nodes of one process, each with its own connection to the master.
 */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const herd = Number(Deno.args[0] ?? 10_000);
const oneNode = Deno.args[1] !== "two";
const starts = new Map<string, (atMs: number) => void>();
const probe = defineJob<string>(
  { id: "probe", lane: "probes" },
  (job) => starts.get(job.data)?.(performance.now()),
);
const sheep = defineJob({ id: "sheep", lane: "herd" }, () => null);

const folder = await Deno.makeTempDir({ prefix: "herd-" });
const master = `sqlite:${folder}/jobs.db`;
const jobs = [probe, sheep];
let probes = await JobMaster.start({
  master,
  jobs,
  workers: [{ lane: "probes", mode: "Execution" }], // nobody plans yet
});

const madeFrom = performance.now();
const dueAt = Temporal.Now.instant().add({ seconds: 150 }).round({
  smallestUnit: "minute",
  roundingMode: "ceil",
});
const { hour, minute } = dueAt.toZonedDateTimeISO("UTC");
for (let made = 0; made < herd; made += 200) {
  const size = Math.min(200, herd - made);
  await Promise.all(
    Array.from(
      { length: size },
      () => probes.schedule.recurring(sheep, `every day at ${two(hour)}:${two(minute)}`),
    ),
  );
}
console.log(`${herd} schedules made in ${seconds(performance.now() - madeFrom)}, due at ${dueAt}`);
const before = await measure(2_000);

let node: JobMaster;
if (oneNode) {
  await probes.stop();
  node = await JobMaster.start({
    master,
    jobs,
    workers: [{ name: "probes", lane: "probes", mode: "Execution" }, {
      name: "herd",
      lane: "herd",
    }],
  });
  probes = node;
} else {
  node = await JobMaster.start({ master, jobs, workers: [{ lane: "herd" }] });
}
const planning = await measureUntil(async () => await count("all") >= herd);
const planned = await count("all");
await pause(dueAt.epochMilliseconds - Date.now() - 1_000);
const running = await measureUntil(async () => await count("ended") >= herd);
await pause(2_000);

const distinct = new Set<string>();
for (let cursor: string | null = null;;) {
  const page = await node.jobs.list({ filter: { definitionId: "sheep" }, cursor, limit: 200 });
  for (const { scheduleId } of page.items) distinct.add(scheduleId!);
  cursor = page.nextCursor;
  if (cursor === null) break;
}
console.log(
  `jobs planned: ${planned}; in the end ${await count("all")}, of ${distinct.size} schedules`,
);
console.log(`from the first to the last job stored: ${await span()}`);
console.log(
  `lanes of ${
    oneNode ? "one node" : "two nodes"
  }; start latency of the other lane, p50 / p95 / p99 in ms:`,
);
console.log(`  before:            ${line(before)}`);
console.log(
  `  while planning:    ${line(planning)}  ratio p50 ${ratio(planning, 0.5)}, p99 ${
    ratio(planning, 0.99)
  }`,
);
console.log(
  `  while they run:    ${line(running)}  ratio p50 ${ratio(running, 0.5)}, p99 ${
    ratio(running, 0.99)
  }`,
);
await Promise.all([...new Set([probes, node])].map((each) => each.stop()));
await Deno.remove(folder, { recursive: true });

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

async function count(which: "all" | "ended"): Promise<number> {
  const statuses = which === "ended" ? { statuses: ["Succeeded"] as const } : {};
  return await probes.jobs.count({ definitionId: "sheep", ...statuses });
}

async function span(): Promise<string> {
  const at = async (direction: "asc" | "desc") => {
    const sort = { by: "createdAt", direction } as const;
    const { items } = await node.jobs.list({ filter: { definitionId: "sheep" }, sort, limit: 1 });
    return items[0]!.createdAtMs;
  };
  return seconds(await at("desc") - await at("asc"));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

async function measure(times: number): Promise<number[]> {
  const waits: number[] = [];
  for (let n = 0; n < times; n++) waits.push(await once(`m-${n}-${times}`));
  return waits.sort((a, b) => a - b);
}

async function measureUntil(done: () => Promise<boolean>): Promise<number[]> {
  const waits: number[] = [];
  let over = false;
  const watch = (async () => {
    while (!(await done())) await pause(200);
    over = true;
  })();
  while (!over) waits.push(await once(`u-${waits.length}-${performance.now()}`));
  await watch;
  return waits.sort((a, b) => a - b);
}

async function once(key: string): Promise<number> {
  const started = Promise.withResolvers<number>();
  starts.set(key, started.resolve);
  const from = performance.now();
  await probes.schedule.now(probe, key);
  const waited = await started.promise - from;
  starts.delete(key);
  return waited;
}

function at(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

function line(waits: readonly number[]): string {
  return `${[0.5, 0.95, 0.99].map((p) => at(waits, p).toFixed(2)).join(" / ")} (${waits.length})`;
}

function ratio(waits: readonly number[], p: number): string {
  return (at(waits, p) / at(before, p)).toFixed(2);
}

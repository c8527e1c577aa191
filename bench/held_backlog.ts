/**
 * Whether a large backlog of future jobs slows an idle node: schedule-to-start with and without it, in turns.
 *
 * `deno run -A bench/held_backlog.ts [HELD=100000] [PROBES=1000]`
 */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";

const [held = 100_000, probes = 1_000] = Deno.args.map(Number);
const starts = new Map<string, (atMs: number) => void>();
const probe = defineJob<string>(
  { id: "probe" },
  (job) => starts.get(job.data)?.(performance.now()),
);

const folder = await Deno.makeTempDir({ prefix: "backlog-" });
const [empty, full] = await Promise.all(
  ["empty", "full"].map((name) =>
    JobMaster.start({ master: `sqlite:${folder}/${name}.db`, jobs: [probe], workers: [{}] })
  ),
) as [JobMaster, JobMaster];
for (let made = 0; made < held; made += 5_000) {
  const payloads = Array.from({ length: Math.min(5_000, held - made) }, () => "later");
  await full.schedule.many(probe, payloads, { after: "24h" });
}
const count = await full.jobs.count({ statuses: ["HeldOnMaster"] });

const waits: Record<"empty" | "full", number[]> = { empty: [], full: [] };
for (let n = 0; n < probes; n++) {
  for (const [name, node] of [["empty", empty], ["full", full]] as const) {
    waits[name].push(await once(node, `${name}-${n}`));
  }
}
for (const name of ["empty", "full"] as const) waits[name].sort((a, b) => a - b);
const line = (name: "empty" | "full") =>
  [0.5, 0.95, 0.99].map((p) => at(waits[name], p).toFixed(2)).join(" / ");
console.log(`schedule-to-start p50 / p95 / p99 in ms, ${probes} probes each, in turns`);
console.log(`nothing held:      ${line("empty")}`);
console.log(`${count} held:  ${line("full")}`);
const ratio = (p: number) => (at(waits.full, p) / at(waits.empty, p)).toFixed(2);
console.log(`ratio p50 ${ratio(0.5)}, p95 ${ratio(0.95)}, p99 ${ratio(0.99)}`);
await Promise.all([empty.stop(), full.stop()]);
await Deno.remove(folder, { recursive: true });

async function once(node: JobMaster, key: string): Promise<number> {
  const started = Promise.withResolvers<number>();
  starts.set(key, started.resolve);
  const from = performance.now();
  await node.schedule.now(probe, key);
  const waited = await started.promise - from;
  starts.delete(key);
  return waited;
}

function at(sorted: readonly number[], p: number): number {
  return sorted[Math.ceil(p * sorted.length) - 1]!;
}

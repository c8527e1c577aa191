/**
 * Kills a node with jobs in flight, starts it again, and checks what became of every job.
 *
 * `deno run -A bench/kill_restart.ts [ROUNDS=20] [JOBS=5000] [LEASE_MS=30000]`: each round stores the jobs, kills the
 * node (SIGKILL) after a random part of them, starts a new one and waits until every job is final. Handlers write each
 * start to a file of their own, so the engine's account of attempts is compared with what really ran.
 */

import { JobMaster } from "@jobmaster/jobmaster";
import { work } from "./kill_jobs.ts";

const [rounds = 20, jobs = 5_000, leaseMs = 30_000] = Deno.args.map(Number);
const totals = { lost: 0, notFinal: 0, duplicates: 0, unexplained: 0, crashed: 0 };
const resumed: number[] = [];

for (let round = 1; round <= rounds; round++) {
  const folder = await Deno.makeTempDir({ prefix: "kill-" });
  const master = `sqlite:${folder}/jobs.db`;
  const node = startNode(folder);
  await using producer = await JobMaster.start({ master, jobs: [work] });
  const ids: string[] = [];
  for (let from = 0; from < jobs; from += 1_000) {
    const payloads = Array.from({ length: Math.min(1_000, jobs - from) }, () => ({ ms: 5 }));
    for (const { id } of await producer.schedule.many(work, payloads)) ids.push(id);
  }
  await until(() => starts(folder).length >= Math.floor(Math.random() * jobs * 0.4) + 10);
  node.kill("SIGKILL");
  await node.status;
  const killedAt = performance.now();
  const before = starts(folder).length;
  const second = startNode(folder);
  await until(() => starts(folder).length > before);
  resumed.push(performance.now() - killedAt);
  const open = {
    statuses: ["HeldOnMaster", "AssignedToBucket", "Onboarded", "Queued", "Processing"] as const,
  };
  await until(async () => await producer.jobs.count(open) === 0, 300_000);
  const seen = await account(producer, ids, folder);
  for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += seen[key];
  second.kill("SIGTERM");
  await second.status;
  console.log(
    `round ${round}: ${before} started before the kill, first start ${
      (resumed.at(-1)! / 1_000).toFixed(1)
    } s after it; ${JSON.stringify(seen)}`,
  );
  await producer.stop();
  await Deno.remove(folder, { recursive: true });
}
resumed.sort((a, b) => a - b);
const percentile = (p: number) => (resumed[Math.ceil(p * resumed.length) - 1]! / 1_000).toFixed(1);
console.log(`total of ${rounds} rounds × ${jobs} jobs: ${JSON.stringify(totals)}`);
console.log(`killed to first start: p50 ${percentile(0.5)} s, p99 ${percentile(0.99)} s`);

function startNode(folder: string): Deno.ChildProcess {
  const script = new URL("./kill_node.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, `sqlite:${folder}/jobs.db`, `${folder}/starts`, String(leaseMs)],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

/** Every start that a handler wrote down, as `id attempt`. */
function starts(folder: string): string[] {
  try {
    return Deno.readTextFileSync(`${folder}/starts`).split("\n").filter((line) => line !== "");
  } catch {
    return []; // nothing has started yet
  }
}

async function account(jm: JobMaster, ids: readonly string[], folder: string) {
  const started = Map.groupBy(starts(folder), (line) => line.split(" ")[0]!);
  const seen = { lost: 0, notFinal: 0, duplicates: 0, unexplained: 0, crashed: 0 };
  for (const id of ids) {
    const job = await jm.jobs.get(id).catch(() => null);
    if (job === null) {
      seen.lost++;
      continue;
    }
    if (job.status !== "Succeeded") seen.notFinal++;
    const runs = started.get(id)?.length ?? 0;
    const executions = await jm.jobs.executions(id);
    seen.crashed += executions.filter(({ outcome }) => outcome === "crashed").length;
    if (runs > 1) seen.duplicates++;
    if (runs > executions.length || executions.length !== job.attempts) seen.unexplained++;
  }
  return seen;
}

async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 120_000,
): Promise<void> {
  for (const end = performance.now() + timeoutMs; !(await condition());) {
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * A database server that is killed again and again under load: is every accepted job run, every commit fenced, and
 * every outage told once?
 *
 * `deno run -A bench/server_restarts.ts KIND [SECONDS=180] [EVERY_MS=5000] [LEASE_MS=30000]`: KIND is `postgres` or
 * `mysql`. The server is one of its own, killed by SIGKILL and started again half a second later. Two nodes in
 * processes of their own run jobs that this one enqueues, 20 a call, as fast as they are accepted but no faster than
 * 400 a second. Handlers write down each start, so the engine's account of attempts is compared with what really ran.
 *
 * @module
 */

import { type Job, JobMaster, type Logger } from "@jobmaster/jobmaster";
import { ownServer, willOwnServers } from "../tests/support/servers/test_servers.ts";
import { work } from "./kill_jobs.ts";

const kind = Deno.args[0] as "postgres" | "mysql";
const [seconds = 180, everyMs = 5_000, leaseMs = 30_000] = Deno.args.slice(1).map(Number);
const DOWN_MS = 500;
const BATCH = 20;
const PAUSE_MS = 50;
const OPEN = [
  "SavePending",
  "HeldOnMaster",
  "AssignedToBucket",
  "Onboarded",
  "Queued",
  "Processing",
] as const;

await willOwnServers();
await using server = await ownServer(kind, { durable: true });
console.log(server.origin);
const folder = await Deno.makeTempDir({ prefix: "restarts-" });
const startsPath = `${folder}/starts`;
const lines: string[] = [];
const note = (message: string) => void lines.push(message);
const logger: Logger = { debug() {}, info: note, warn: note, error: note };
await using jm = await JobMaster.start({ master: server.url, jobs: [work], logger });
const nodes = [1, 2].map(startNode);
await until(async () => (await jm.client.listBuckets({})).length >= 2 * 5, 60_000);

const accepted: string[] = [];
const refused = new Map<string, number>();
let isOver = false;
const producing = produce();
let outages = 0;
for (const end = performance.now() + seconds * 1_000; performance.now() < end; outages++) {
  const next = performance.now() + everyMs;
  await server.signal("SIGKILL");
  await pause(DOWN_MS);
  await server.start();
  await pause(Math.max(0, next - performance.now()));
}
isOver = true;
await producing;
await until(async () => await jm.jobs.count({ statuses: OPEN }) === 0, 300_000);

const seen = await account();
for (const { child } of nodes) child.kill("SIGTERM");
const told = await Promise.all(
  nodes.map(async ({ output }) => outageLines((await output).split("\n"))),
);
console.log(
  JSON.stringify({
    outages,
    accepted: accepted.length,
    refused: Object.fromEntries(refused),
    ...seen,
  }),
);
console.log(`lines about outages: nodes ${told.join(" and ")}, producer ${outageLines(lines)}`);
for (const line of new Set(lines.map(withoutNumbers))) console.log(`  producer said: ${line}`);
await Deno.remove(folder, { recursive: true });

function startNode() {
  const script = new URL("./kill_node.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, server.url, startsPath, String(leaseMs)],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  return { child, output: new Response(child.stderr).text() };
}

/** Batches keep their keys when they are tried again: what was stored unbeknownst is not stored twice. */
async function produce(): Promise<void> {
  for (let batch = 0; !isOver; batch++) {
    const jobs = Array.from({ length: BATCH }, (_, at) => `${batch}-${at}`);
    for (let isStored = false; !isStored;) {
      try {
        const stored = await Promise.all(
          jobs.map((uniqueKey) => jm.schedule.now(work, { ms: 5 }, { uniqueKey })),
        );
        accepted.push(...stored.map(({ id }) => id));
        isStored = true;
      } catch (error) {
        const code = (error as { readonly code?: string }).code ?? String(error);
        refused.set(code, (refused.get(code) ?? 0) + 1);
      }
    }
    await pause(PAUSE_MS);
  }
}

/** What became of every job that was accepted, and of every attempt. */
async function account() {
  const text = await Deno.readTextFile(startsPath);
  const starts = Map.groupBy(text.trim().split("\n"), (line) => line.split(" ")[0]!);
  const seen = { lost: 0, notSucceeded: 0, ranTwice: 0, unfenced: 0, crashed: 0 };
  const ids = new Set(accepted);
  const all = [...ids];
  for (let at = 0; at < all.length; at += BATCH) {
    await Promise.all(
      all.slice(at, at + BATCH).map(async (id) => {
        const job = await jm.jobs.get(id).catch(() => null);
        if (job === null) return void seen.lost++;
        count(seen, {
          job,
          executions: await jm.jobs.executions(id),
          starts: starts.get(id) ?? [],
        });
      }),
    );
  }
  const strangers = [...starts.keys()].filter((id) => !ids.has(id)).length;
  return { distinct: ids.size, strangers, ...seen };
}

/** A commit is unfenced when an attempt started twice, ended twice, or is not the one that was granted. */
function count(
  seen: Record<"notSucceeded" | "ranTwice" | "unfenced" | "crashed", number>,
  { job, executions, starts }: {
    readonly job: Pick<Job, "status" | "attempts">;
    readonly executions: readonly { readonly attempt: number; readonly outcome: string | null }[];
    readonly starts: readonly string[];
  },
): void {
  const won = executions.filter(({ outcome }) => outcome === "succeeded");
  if (job.status !== "Succeeded") seen.notSucceeded++;
  if (starts.length > 1) seen.ranTwice++;
  seen.crashed += executions.filter(({ outcome }) => outcome === "crashed").length;
  const isFenced = won.length === 1 && won[0]!.attempt === job.attempts &&
    executions.length === job.attempts && new Set(starts).size === starts.length &&
    starts.length <= executions.length;
  if (!isFenced) seen.unfenced++;
}

function outageLines(lines: readonly string[]): number {
  return lines.filter((line) => /master (could not|cannot) be reached/.test(line)).length;
}

function withoutNumbers(line: string): string {
  return line.replace(/[0-9.]+/g, "N");
}

async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${condition}`);
    await pause(100);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * What a job costs the SQLite master: microseconds per job and intent, in an empty file and in a full one.
 *
 * `deno run -A bench/sqlite_bench.ts [directory]`; the full file takes about 500 MB there and stays if a directory is given.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../core/clock.ts";
import { DEFAULT_CLUSTER_SETTINGS } from "../core/cluster.ts";
import { uuidGenerator } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import type { Master, NewJob, Settlement } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";

const CLUSTER = "bench";
const PROOF = { clusterId: CLUSTER, bucketId: "bench-bucket", epoch: 1 };
const FINISHED = 1_000_000;
const HELD = 100_000;
const JOBS = 20_000;

const makeId = uuidGenerator(systemClock, systemRandom);

function newJob(placed: boolean): NewJob {
  const nowMs = systemClock.now();
  return {
    id: makeId(),
    clusterId: CLUSTER,
    definitionId: "mail.send",
    priority: "Medium",
    lane: "",
    data: '{"to":"someone@example.com","template":"welcome","attempt":1}',
    metadata: { tenant: "acme", size: 3 },
    triggerSource: "Once",
    scheduleId: null,
    occurrenceAtMs: null,
    uniqueKey: null,
    originalScheduledAtMs: nowMs,
    scheduledAtMs: nowMs,
    createdAtMs: nowMs,
    maxRetries: 3,
    timeoutMs: 60_000,
    retry: null,
    placement: placed ? { bucketId: PROOF.bucketId, epoch: PROOF.epoch, claim: false } : null,
  };
}

async function prepare(master: Master): Promise<void> {
  const nowMs = systemClock.now();
  await master.clusters.ensure({ clusterId: CLUSTER, settings: DEFAULT_CLUSTER_SETTINGS, nowMs });
  const worker = await master.workers.register({
    leaseMs: 600_000,
    worker: {
      id: "bench-worker",
      clusterId: CLUSTER,
      name: "bench-worker",
      mode: "Full",
      lane: "",
      agentConnectionId: "standalone-agent-conn",
      parallelism: 1,
      host: "localhost",
      processId: 1,
      createdAtMs: nowMs,
    },
  });
  const bucket = {
    id: PROOF.bucketId,
    clusterId: CLUSTER,
    priority: "Medium",
    lane: "",
    agentConnectionId: worker.agentConnectionId,
    workerId: worker.id,
    incarnation: worker.incarnation,
    color: "#008080",
    createdAtMs: nowMs,
  } as const;
  await master.buckets.create({ clusterId: CLUSTER, buckets: [bucket] });
}

/** Copies of one finished and one held job, made by the database itself. */
async function fill(master: Master, path: string): Promise<void> {
  await measureFlow(master, 1, 1);
  await master.jobs.insert({ clusterId: CLUSTER, jobs: [newJob(false)] });
  using database = new DatabaseSync(path);
  copy(database, "finished_at IS NOT NULL", FINISHED);
  copy(database, "status = 1", HELD);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

function copy(database: DatabaseSync, which: string, count: number): void {
  const columns = database.prepare("SELECT name FROM pragma_table_info('jm_jobs')").all()
    .map(({ name }) => String(name)).filter((name) => name !== "seq" && name !== "id");
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
INSERT INTO jm_jobs (id, ${columns.join(", ")})
SELECT printf('01900000-0000-7000-8000-%012x', i + random() % 1000 * 10000000), ${
      columns.map((name) => name.endsWith("_at") ? `${name} - ${count} + i` : name).join(", ")
    }
FROM n, (SELECT * FROM jm_jobs WHERE ${which} LIMIT 1) WHERE true ON CONFLICT DO NOTHING`,
  );
}

interface Costs {
  readonly insert: number;
  readonly fetch: number;
  readonly claim: number;
  readonly settle: number;
}

async function measureFlow(master: Master, jobs: number, batch: number): Promise<Costs> {
  const total = { insert: 0, fetch: 0, claim: 0, settle: 0 };
  for (let done = 0; done < jobs; done += batch) {
    const given = Array.from({ length: batch }, () => newJob(true));
    await timed(total, "insert", () => master.jobs.insert({ clusterId: CLUSTER, jobs: given }));
    const dueBeforeMs = systemClock.now();
    const fetched = await timed(
      total,
      "fetch",
      () => master.jobs.fetch({ ...PROOF, dueBeforeMs, limit: batch }),
    );
    if (fetched === "not_owner" || fetched.length !== batch) throw new Error("nothing to fetch");
    const items = fetched.map(({ id, revision }) => ({ jobId: id, revision }));
    const granted = await timed(total, "claim", () => master.jobs.claim({ ...PROOF, items }));
    if (typeof granted === "string") throw new Error(granted);
    const settlements = granted.map(({ jobId, attempt }) => settlement(jobId, attempt));
    await timed(
      total,
      "settle",
      () => master.jobs.settle({ clusterId: CLUSTER, settlements }),
    );
  }
  const perJob = (ms: number) => ms * 1_000 / jobs;
  return {
    insert: perJob(total.insert),
    fetch: perJob(total.fetch),
    claim: perJob(total.claim),
    settle: perJob(total.settle),
  };
}

function settlement(jobId: string, attempt: number): Settlement {
  const nowMs = systemClock.now();
  return {
    bucketId: PROOF.bucketId,
    epoch: PROOF.epoch,
    jobId,
    attempt,
    outcome: "succeeded",
    startedAtMs: nowMs - 5,
    finishedAtMs: nowMs,
    workerId: "bench-worker",
    result: '{"ok":true}',
    error: null,
    progress: null,
    next: { status: "Succeeded" },
  };
}

async function timed<T>(
  total: Record<string, number>,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  const start = systemClock.monotonic();
  const result = await call();
  total[what] = (total[what] ?? 0) + systemClock.monotonic() - start;
  return result;
}

async function report(master: Master, what: string): Promise<void> {
  for (const batch of [1, 100, 1_000]) {
    const { insert, fetch, claim, settle } = await measureFlow(
      master,
      batch === 1 ? 1_000 : JOBS,
      batch,
    );
    const columns = [insert, fetch, claim, settle, insert + claim + settle];
    console.log(
      `${what.padEnd(10)} ${String(batch).padStart(5)}  ${
        columns.map((us) => us.toFixed(1).padStart(8)).join(" ")
      }`,
    );
  }
}

async function reportReads(master: Master): Promise<void> {
  const clusterId = CLUSTER;
  const list =
    (filter: object, by: "createdAt" | "scheduledAt" | "finishedAt" = "createdAt") => () =>
      master.queries.list({
        clusterId,
        filter,
        sort: { by, direction: "desc" },
        cursor: null,
        limit: 25,
      });
  const sinceMs = systemClock.now() - 60_000;
  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    "newest 25": list({}),
    "25 failed": list({ statuses: ["Failed"] }),
    "25 held by due time": list({ statuses: ["HeldOnMaster"] }, "scheduledAt"),
    "25 running": list({ statuses: ["Queued", "Processing"] }),
    "25 by due time": list({}, "scheduledAt"),
    "25 by a rare tag": list({ metadata: [{ key: "tenant", operation: "Eq", values: ["none"] }] }),
    "count all": () => master.queries.count({ clusterId, filter: {} }),
    statistics: () => master.queries.statistics({ clusterId, sinceMs, nowMs: systemClock.now() }),
  };
  for (const [what, read] of Object.entries(reads)) {
    const start = systemClock.monotonic();
    await read();
    console.log(
      `${what.padEnd(20)} ${(systemClock.monotonic() - start).toFixed(1).padStart(8)} ms`,
    );
  }
}

const directory = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "jobmaster_bench_" });
const path = `${directory}/bench.db`;
try {
  await using master = await openSqlite({ path });
  await prepare(master);
  console.log("microseconds per job");
  console.log("file       batch    insert    fetch    claim   settle  ins+cl+se");
  await measureFlow(master, 2_000, 100); // warms up
  await report(master, "empty");
  await fill(master, path);
  await report(master, "full");
  await reportReads(master);
} finally {
  if (Deno.args[0] === undefined) await Deno.remove(directory, { recursive: true });
}

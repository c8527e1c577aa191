/**
 * What millions of finished jobs cost those that follow: a master is measured with an empty table and with a full one,
 * in turns, in one process and on one server.
 *
 * `deno run -A bench/finished_history.ts MASTER_URL [COUNT] [TURNS]`: fills tables `full_…` of the master up to COUNT
 * (1,000,000) finished jobs, each with an execution, measures TURNS (3) times, 0 to only fill them, and purges some.
 * The full tables stay: the next call goes on from there.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type BenchReport, runBench } from "../cli/bench_run.ts";
import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import { loadAdapter, masterSpec } from "../storage/mod.ts";
import { serverAddress, serverKindOf } from "../storage/sql/address.ts";
import { STATUS } from "../storage/sql/codes.ts";
import { openMysql } from "../storage/sql/mysql_server.ts";
import { readServerOptions } from "../storage/sql/options.ts";
import { openPostgres } from "../storage/sql/postgres_server.ts";
import { commitsTable } from "../storage/sql/schema.ts";
import { composed, type Row } from "../storage/sql/session.ts";
import { type Tables, tablesOf } from "../storage/sql/table_names.ts";
import { readOptions } from "../storage/sqlite/options.ts";

const CLUSTER = "history";
/** Jobs that one statement makes. */
const CHUNK = 50_000;
/** The history reaches back this far: less than jobs are kept by default, so that nothing purges them meanwhile. */
const SPAN_MS = 20 * 86_400_000;
const LEAST_COUNT = 10_000_000;
/** Jobs that each turn runs, and those that are enqueued by one caller before. */
const JOBS = 10_000;
const ALONE = 1_000;
const PROBES = 200;
const PURGED = 50_000;
const PURGE_LIMIT = 1_000;

type Kind = "sqlite" | "postgres" | "mysql";

/** A database that is filled. */
interface Place extends AsyncDisposable {
  readonly kind: Kind;
  exec(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly Row[]>;
  /** Gathers statistics, and does what the server would do on its own some time after a load. */
  settle(tables: Tables): Promise<void>;
}

async function openPlace(url: string): Promise<Place> {
  const kind = serverKindOf(/^[a-z]+/i.exec(url)![0].toLowerCase());
  if (kind === undefined) return openFile(masterSpec(url));
  const options = readServerOptions(kind, {
    ...serverAddress(kind, url),
    statementTimeoutMs: 600_000,
  });
  const surroundings = { clock: systemClock, random: systemRandom };
  const open = kind === "postgres" ? openPostgres : openMysql;
  const server = await open(options, surroundings);
  const exec = async (sql: string) => {
    await server.write((transaction) => transaction.run(composed(sql), []));
  };
  const rows = (sql: string) => server.read((session) => session.rows(composed(sql), []));
  return {
    kind,
    exec,
    rows,
    settle: async ({ jobs, executions }) => {
      for (const table of [jobs, executions]) {
        await rows(kind === "postgres" ? `VACUUM (ANALYZE) ${table}` : `ANALYZE TABLE ${table}`);
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function openFile({ options }: ReturnType<typeof masterSpec>): Place {
  const database = new DatabaseSync(readOptions(options).path);
  database.exec("PRAGMA busy_timeout = 60000");
  const exec = (sql: string) => Promise.resolve(database.exec(sql));
  return {
    kind: "sqlite",
    exec,
    rows: (sql) =>
      Promise.resolve(
        database.prepare(sql).all().map((row) => Object.values(row) as unknown as Row),
      ),
    settle: () => exec("ANALYZE"),
    [Symbol.asyncDispose]: () => Promise.resolve(database.close()),
  };
}

/** The numbers from `first` as a table `s (n)`. */
const NUMBERS: Readonly<Record<Kind, (first: number, count: number) => string>> = {
  postgres: (first, count) => `generate_series(${first}::bigint, ${first + count - 1}) AS s (n)`,
  sqlite: (first, count) =>
    `(WITH RECURSIVE r (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM r LIMIT ${count}) SELECT n FROM r) AS s`,
  mysql: (first, count) => {
    const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`);
    const table = `(${digits.join(" UNION ALL ")})`;
    const places = ["a", "b", "c", "d", "e"];
    const sum = places.map((place, power) => `${place}.d * ${10 ** power}`).join(" + ");
    const from = places.map((place) => `${table} AS ${place}`).join(", ");
    return `(SELECT ${first} + ${sum} AS n FROM ${from} HAVING n < ${
      first + count
    } ORDER BY n) AS s`;
  },
};

/** SQL of the UUIDv7 of number `n`, made `atMs`. */
function idOf(kind: Kind, atMs: string): string {
  const hex: Readonly<Record<Kind, (value: string, digits: number) => string>> = {
    postgres: (value, digits) => `lpad(to_hex(${value}), ${digits}, '0')`,
    mysql: (value, digits) => `LPAD(LOWER(HEX(${value})), ${digits}, '0')`,
    sqlite: (value, digits) => `printf('%0${digits}x', ${value})`,
  };
  const at = hex[kind](atMs, 12);
  const spread = hex[kind]("(n * 7919) % 1048573", 12);
  const parts = [
    `substr(${at}, 1, 8)`,
    "'-'",
    `substr(${at}, 9, 4)`,
    "'-7'",
    hex[kind]("n % 4096", 3),
    "'-8'",
    hex[kind]("n / 4096 % 4096".replace("/", kind === "mysql" ? "DIV" : "/"), 3),
    "'-'",
    spread,
  ];
  return kind === "mysql" ? `CONCAT(${parts.join(", ")})` : parts.join(" || ");
}

const ERROR = '{"name":"Error","message":"the mailbox is full"}';
/** One in so many jobs failed. */
const FAILED = 100;

type Columns = Readonly<Record<string, string>>;

const FAILS = `n % ${FAILED} = 0`;

function jobColumns(kind: Kind, id: string, created: string): Columns {
  return {
    cluster_id: `'${CLUSTER}'`,
    id,
    definition_id: "'noop'",
    status: `CASE WHEN ${FAILS} THEN ${STATUS.Failed} ELSE ${STATUS.Succeeded} END`,
    priority: "2",
    lane: "''",
    trigger_source: "0",
    original_scheduled_at: created,
    scheduled_at: created,
    created_at: created,
    claimed_at: `${created} + 3`,
    started_at: `${created} + 5`,
    finished_at: `${created} + 20 + n % 50`,
    attempts: "1",
    last_attempt: "1",
    crashes: "0",
    max_retries: "0",
    timeout_ms: "60000",
    revision: "4",
    worker_id: "'vm.aaaaaa'",
    metadata: kind === "sqlite" ? `'{"tenant":"acme"}'` : `'[{"k":"tenant","s":"acme"}]'`,
    error: `CASE WHEN ${FAILS} THEN '${ERROR}' END`,
    result: "'null'",
    data: `'{"to":"someone@example.com","template":"welcome"}'`,
  };
}

function executionColumns(id: string, created: string): Columns {
  return {
    cluster_id: `'${CLUSTER}'`,
    job_id: id,
    attempt: "1",
    outcome: `CASE WHEN ${FAILS} THEN 'failed' ELSE 'succeeded' END`,
    started_at: `${created} + 5`,
    finished_at: `${created} + 20 + n % 50`,
    worker_id: "'vm.aaaaaa'",
    error: `CASE WHEN ${FAILS} THEN '${ERROR}' END`,
  };
}

/** Statements that make finished jobs, one by one for each number, an execution of each, and count them. */
function fillChunk(
  kind: Kind,
  tables: Tables,
  { first, count, sinceMs, stepMs }: {
    readonly first: number;
    readonly count: number;
    readonly sinceMs: number;
    readonly stepMs: number;
  },
): readonly string[] {
  const numbers = NUMBERS[kind](first, count);
  const created = `(${sinceMs} + n * ${stepMs})`;
  const id = idOf(kind, created);
  const jobs = jobColumns(kind, id, created);
  const executions = executionColumns(id, created);
  const insertion = (table: string, columns: Readonly<Record<string, string>>) =>
    `INSERT INTO ${table} (${Object.keys(columns).join(", ")})
SELECT ${Object.values(columns).join(", ")} FROM ${numbers}`;
  return [insertion(tables.jobs, jobs), insertion(tables.executions, executions)];
}

/** Says how many ended jobs there are: of statuses that `count` jobs more have. */
function counting(kind: Kind, { finalCounts }: Tables, count: number): readonly string[] {
  const slot = kind === "sqlite" ? ["", ""] : [", slot", ", 63"];
  const added = kind === "mysql"
    ? "ON DUPLICATE KEY UPDATE count = count + VALUES(count)"
    : `ON CONFLICT (cluster_id, status${
      slot[0]
    }) DO UPDATE SET count = ${finalCounts}.count + excluded.count`;
  const failed = count / FAILED;
  return [[STATUS.Succeeded, count - failed], [STATUS.Failed, failed]].map(([status, more]) =>
    `INSERT INTO ${finalCounts} (cluster_id, status${slot[0]}, count)
VALUES ('${CLUSTER}', ${status}${slot[1]}, ${more}) ${added}`
  );
}

/** Fills the tables up to `count` finished jobs. */
async function fill(place: Place, tables: Tables, count: number): Promise<void> {
  const [[found]] = await place.rows(
    `SELECT COALESCE(sum(count), 0) FROM ${tables.finalCounts} WHERE cluster_id = '${CLUSTER}'`,
  ) as [Row];
  const first = Math.ceil(Number(found) / CHUNK) * CHUNK;
  if (first >= count) return;
  const stepMs = Math.floor(SPAN_MS / Math.max(count, LEAST_COUNT));
  const sinceMs = systemClock.now() - SPAN_MS - 60_000;
  const startedMs = systemClock.monotonic();
  for (let next = first; next < count; next += CHUNK) {
    const chunk = { first: next, count: CHUNK, sinceMs, stepMs };
    if (place.kind === "sqlite") await place.exec("BEGIN IMMEDIATE");
    for (const sql of fillChunk(place.kind, tables, chunk)) await place.exec(sql);
    for (const sql of counting(place.kind, tables, CHUNK)) await place.exec(sql);
    if (place.kind === "sqlite") await place.exec("COMMIT");
    const seconds = (systemClock.monotonic() - startedMs) / 1_000;
    const done = next + CHUNK - first;
    if ((next + CHUNK) % 500_000 === 0) {
      console.log(
        `filled ${(next + CHUNK).toLocaleString("en")}, ${Math.round(done / seconds)} jobs/s`,
      );
    }
  }
  const settledMs = systemClock.monotonic();
  await place.settle(tables);
  console.log(`statistics took ${Math.round((systemClock.monotonic() - settledMs) / 1_000)} s`);
}

/** What is compared. */
type Figures = Readonly<
  Record<"alone" | "concurrent" | "bulk" | "run" | "p50" | "p99", number>
>;

async function measure(master: string): Promise<Figures> {
  const common = { master, cluster: CLUSTER, parallelism: 10, clock: systemClock };
  const onPhase = () => {};
  const alone = await runBench({ ...common, jobs: ALONE, concurrency: 1, probes: 1, onPhase });
  const report: BenchReport = await runBench({
    ...{ ...common, jobs: JOBS, concurrency: 16, probes: PROBES, onPhase },
  });
  return {
    alone: alone.singleEnqueuePerSecond,
    concurrent: report.singleEnqueuePerSecond,
    bulk: report.bulkEnqueuePerSecond,
    run: report.runPerSecond,
    p50: report.scheduleToStartMs.p50,
    p99: report.scheduleToStartMs.p99,
  };
}

async function drop({ kind, exec }: Place, prefix: string): Promise<void> {
  const commits = kind === "mysql" ? [commitsTable(prefix)] : [];
  for (const table of [...Object.values(tablesOf(prefix)), ...commits]) {
    await exec(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** Jobs a second that retention deletes, of at most `PURGED` of the oldest. */
async function purgeRate(url: string): Promise<number> {
  const spec = masterSpec(url);
  await using master = await (await loadAdapter(spec)).open(spec.options);
  const cut = { clusterId: CLUSTER, finishedBeforeMs: systemClock.now(), limit: PURGE_LIMIT };
  const sinceMs = systemClock.monotonic();
  let gone = 0;
  while (gone < PURGED) {
    const count = await master.history.purgeJobs(cut);
    gone += count;
    if (count < PURGE_LIMIT) break;
  }
  return Math.round(gone / (systemClock.monotonic() - sinceMs) * 1_000);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function say(what: string, figures: Figures): void {
  const load = Deno.loadavg()[0]!.toFixed(1);
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.log(`${what.padEnd(6)} ${words.join("  ")}  (load ${load})`);
}

const [url, countText = "1000000", turnsText = "3"] = Deno.args;
if (url === undefined || url.includes("?")) {
  console.error("Say a master without parameters, how many finished jobs, and how many turns");
  Deno.exit(2);
}
const [count, turns] = [Number(countText), Number(turnsText)];
const urlOf = (prefix: string) => `${url}?prefix=${prefix}`;
await using place = await openPlace(urlOf("full_"));
{
  const spec = masterSpec(urlOf("full_"));
  await using _tables = await (await loadAdapter(spec)).open(spec.options);
}
await fill(place, tablesOf("full_"), count);
if (turns === 0) Deno.exit();

const states = { empty: [] as Figures[], full: [] as Figures[] };
const turn = async (state: keyof typeof states) => {
  if (state === "empty") await drop(place, "empty_");
  const figures = await measure(urlOf(`${state}_`));
  say(state, figures);
  return figures;
};
console.log("warming up");
for (const state of ["empty", "full"] as const) await turn(state);
for (let round = 0; round < turns; round++) {
  const order = round % 2 === 0 ? ["empty", "full"] as const : ["full", "empty"] as const;
  for (const state of order) states[state].push(await turn(state));
}
const [empty, full] = [states.empty, states.full].map((found) =>
  Object.fromEntries(
    Object.keys(found[0]!).map((key) => [key, median(found.map((each) => each[key as "run"]))]),
  ) as Figures
) as [Figures, Figures];
console.log("medians");
say("empty", empty);
say("full", full);
const ratios = Object.fromEntries(
  Object.keys(empty).map((key) => [
    key,
    Math.round(full[key as "run"] / empty[key as "run"] * 100) / 100,
  ]),
) as Figures;
say("ratio", ratios);
const purged = { empty: await purgeRate(urlOf("empty_")), full: await purgeRate(urlOf("full_")) };
console.log(`purge  empty ${purged.empty}/s  full ${purged.full}/s`);
await drop(place, "empty_");

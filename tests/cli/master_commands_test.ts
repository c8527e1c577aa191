import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EXAMPLE_JOBS, openWorkplace, type Workplace } from "./support/program.ts";

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly message: string;
}

async function doctor(place: Workplace, args: readonly string[] = []) {
  const { code, stdout } = await place.run(["doctor", "--json", ...args]);
  const { healthy, findings } = JSON.parse(stdout) as {
    readonly healthy: boolean;
    readonly findings: readonly Finding[];
  };
  const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]));
  const messages = findings.map(({ message }) => message).join("\n");
  return { code, healthy, states, messages };
}

function tamper(place: Workplace, sql: string): void {
  using database = new DatabaseSync(`${place.folder}/jobmaster.db`);
  database.exec(sql);
}

Deno.test("migrate makes the schema, says so, and finds drift", async () => {
  await using place = await openWorkplace();

  const before = await place.run(["migrate", "status", "--show-sql"]);
  strictEqual(before.code, 0);
  match(before.stdout, /^version +0 of \d+\nmissing +1 /m);
  match(before.stdout, /CREATE TABLE/);
  const dry = await place.run(["migrate", "up", "--dry-run"]);
  match(dry.stderr, /nothing is changed/);
  deepStrictEqual(place.files(), []);

  const up = JSON.parse((await place.run(["migrate", "up", "--json"])).stdout);
  strictEqual(up.current, up.latest);
  strictEqual(up.taken.length, up.latest);
  const after = JSON.parse((await place.run(["migrate", "status", "--json"])).stdout);
  deepStrictEqual([after.current, after.missing, after.drift], [up.latest, [], []]);

  tamper(place, "DROP TABLE jm_workers");
  const drifted = await place.run(["migrate", "status"]);
  strictEqual(drifted.code, 7);
  match(drifted.stdout, /^drift +[1-9]\n- .*jm_workers/m);
});

Deno.test("doctor answers 0 when all is well, directly and through the API", async () => {
  await using place = await openWorkplace();
  const { address } = await place.start();

  const direct = await doctor(place);
  strictEqual(direct.code, 0, direct.messages);
  strictEqual(direct.healthy, true);
  const checks = "master schema drift clock cluster mode workers buckets lanes stuck".split(" ");
  deepStrictEqual(direct.states, Object.fromEntries(checks.map((check) => [check, "ok"])));
  const remote = await doctor(place, ["--api", address]);
  strictEqual(remote.code, 0, remote.messages);
  deepStrictEqual(Object.keys(remote.states), checks.slice(5));
});

Deno.test("doctor finds what is wrong", async () => {
  await using place = await openWorkplace();
  const node = await place.start(["--jobs", EXAMPLE_JOBS, "--no-http", "--worker", "lane=mail"]);
  await place.run(["enqueue", "noop", "--lane", "nobody", "--priority", "High"]);

  const unserved = await doctor(place);
  strictEqual(unserved.code, 7);
  deepStrictEqual(
    [unserved.states.workers, unserved.states.lanes, unserved.states.stuck],
    ["ok", "fail", "fail"],
  );
  match(unserved.messages, /1 due jobs wait and no worker serves lane "nobody" at priority High/);

  node.kill("SIGTERM");
  await node.ended();
  strictEqual((await doctor(place)).states.workers, "fail", "jobs are due");
  await place.run(["cluster", "set", "--mode", "Archived"]);
  strictEqual((await doctor(place)).states.mode, "warn");

  tamper(place, "DROP INDEX IF EXISTS jm_jobs_due; DROP TABLE jm_logs");
  const drifted = await doctor(place);
  deepStrictEqual([drifted.code, drifted.states.drift], [7, "fail"]);
});

Deno.test("bench measures, and leaves nothing when no master was said", async () => {
  await using place = await openWorkplace();

  const run = await place.run(["bench", "--jobs", "50", "--probes", "3", "--json"]);

  strictEqual(run.code, 0, run.stderr);
  const report = JSON.parse(run.stdout);
  strictEqual(report.jobs, 100);
  for (const rate of ["bulkEnqueuePerSecond", "singleEnqueuePerSecond", "runPerSecond"]) {
    ok(report[rate] > 0, rate);
  }
  ok(
    report.scheduleToStartMs.p50 > 0 &&
      report.scheduleToStartMs.p99 >= report.scheduleToStartMs.p50,
  );
  ok(report.residentBytes.after > 0);
  deepStrictEqual(place.files(), []);
});

Deno.test("bench warns of others and deletes its jobs when a master was said", async () => {
  await using place = await openWorkplace();
  await place.start(["--no-http"]);

  const args = ["--jobs", "50", "--probes", "3", "--master", "sqlite:./jobmaster.db"];
  const run = await place.run(["bench", ...args]);

  strictEqual(run.code, 0, run.stderr);
  match(run.stderr, /warning: cluster "local" of this master has 1 workers/);
  match(run.stdout, /^run +[\d,]+ jobs\/s \(100 jobs\)$/m);
  using database = new DatabaseSync(`${place.folder}/jobmaster.db`, { timeout: 5_000 });
  deepStrictEqual({ ...database.prepare("SELECT count(*) AS jobs FROM jm_jobs").get() }, {
    jobs: 0,
  });
});

/** Commands on masters that are database servers. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { KINDS, openPlace, skipMissing } from "../storage/server_place.ts";
import { EXAMPLE_JOBS, openWorkplace } from "./support/program.ts";

skipMissing("commands");

for (const kind of KINDS) {
  Deno.test(`${kind}: migrate shows the server's SQL, changes nothing in a dry run, and finds drift`, async () => {
    await using database = await openPlace(kind);
    await using place = await openWorkplace();
    const master = ["--master", database.url];

    const dry = await place.run(["migrate", "up", "--dry-run", "--show-sql", ...master]);
    strictEqual(dry.code, 0, dry.stderr);
    match(dry.stdout, /^version +0 of 2\nmissing +1 the/m);
    match(dry.stdout, kind === "postgres" ? /text COLLATE "C" NOT NULL/ : /ENGINE=InnoDB/);
    match(dry.stdout, /INSERT INTO jm_schema/);
    deepStrictEqual(await database.tables(), []);

    const up = JSON.parse((await place.run(["migrate", "up", "--json", ...master])).stdout);
    deepStrictEqual([up.current, up.taken.length, up.drift], [2, 2, []]);
    strictEqual((await place.run(["migrate", "status", ...master])).code, 0);

    await database.exec("DROP TABLE jm_logs");
    const drifted = await place.run(["migrate", "status", ...master]);
    strictEqual(drifted.code, 7);
    match(drifted.stdout, /^drift +1\n- table "jm_logs" is missing$/m);
    const doctor = await place.run(["doctor", ...master]);
    strictEqual(doctor.code, 7);
    match(doctor.stdout, /^fail +drift +table "jm_logs" is missing$/m);
  });

  Deno.test(`${kind}: doctor looks at the server, and a job runs`, async () => {
    await using database = await openPlace(kind);
    await using place = await openWorkplace();
    const master = ["--master", database.url];
    await place.start(["--jobs", EXAMPLE_JOBS, "--no-http", ...master]);

    const waited = await place.run(["enqueue", "noop", "--wait", ...master]);
    strictEqual(waited.code, 0, waited.stderr);
    const { code, stdout } = await place.run(["doctor", "--json", ...master]);

    const { findings } = JSON.parse(stdout) as {
      readonly findings: readonly { readonly check: string; readonly state: string }[];
    };
    strictEqual(code, 0, stdout);
    const checks = [...new Set(findings.map(({ check }) => check))]; // a server may be advised of several things
    deepStrictEqual(checks.slice(0, 6), "master server schema drift clock cluster".split(" "));
    ok(!findings.some(({ state }) => state === "fail"));
  });

  Deno.test(`${kind}: start says what to run when it may not make the tables`, async () => {
    await using database = await openPlace(kind);
    await using place = await openWorkplace();
    const master = `${database.url}?migrate=false`;

    const { code, stderr } = await place.run(["start", "--no-http", "--master", master]);

    strictEqual(code, 7);
    match(stderr, /it has no tables with prefix "jm_"; run "migrate up"/);
    deepStrictEqual(await database.tables(), []);
  });

  Deno.test(`${kind}: commands show no password of a server that does not answer`, async () => {
    await using place = await openWorkplace();
    const master = ["--master", `${kind}://jo:s3cret@127.0.0.1:1/jobs`];

    const commands = ["start --no-http", "doctor", "migrate status", "jobs list"];

    const runs = await Promise.all(
      commands.map((command) => place.run([...command.split(" "), ...master])),
    );

    for (const [index, { code, stdout, stderr }] of runs.entries()) {
      strictEqual(code, 7, `${commands[index]}`);
      match(`${stdout}${stderr}`, /127\.0\.0\.1:1\/jobs/);
      ok(!`${stdout}${stderr}`.includes("s3cret"), stderr);
    }
  });
}

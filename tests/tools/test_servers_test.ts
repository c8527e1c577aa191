/**
 * The servers of the tests: where they come from, and that none outlives who asked for it.
 *
 * @module
 */

import { deepStrictEqual, match, notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { captureDeno } from "../../tools/deno_process.ts";
import { eventually } from "../support/eventually.ts";
import { KEEPER_VARIABLE } from "../support/servers/keeper_protocol.ts";
import { makeDatabase } from "../support/servers/databases.ts";
import { greetPostgres } from "../support/servers/postgres_server.ts";
import { ownServer, sharedServer } from "../support/servers/test_servers.ts";
import { fixture } from "./fixture.ts";

const SERVERS = new URL("../support/servers/test_servers.ts", import.meta.url).href;

/** So that no keeper of this run is found. */
const ALONE = { [KEEPER_VARIABLE]: "", NO_COLOR: "1" };

/** The program asks for a server by itself, prints its address and goes on until it is ended. */
const ASKING = `import { sharedServer } from ${JSON.stringify(SERVERS)};
console.log((await sharedServer("postgres")).url);
if (Deno.args[0] === "stay") await new Promise((resolve) => setTimeout(resolve, 60_000));`;

const postgres = await sharedServer("postgres");

async function asking(path: string, ...args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${path}/ask.ts`, ...args],
    env: ALONE,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const url = new TextDecoder().decode((await reader.read()).value).trim();
  reader.releaseLock();
  return { child, url };
}

async function isGone(url: string): Promise<true> {
  await rejects(greetPostgres(url));
  return true;
}

const options = { ignore: postgres.missing !== undefined };

Deno.test(
  "a server that a program asked for ends when the program has ended",
  options,
  async () => {
    await using made = await fixture({ "ask.ts": ASKING });
    const { child, url } = await asking(made.path);

    await child.stdout.cancel();
    strictEqual((await child.status).code, 0);

    await eventually("the server to be gone", () => isGone(url));
  },
);

Deno.test(
  "a server that a program asked for ends when the program is killed",
  options,
  async () => {
    await using made = await fixture({ "ask.ts": ASKING });
    const { child, url } = await asking(made.path, "stay");
    match(await greetPostgres(url), /^PostgreSQL \d+/);

    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.status;

    await eventually("the server to be gone", () => isGone(url));
  },
);

Deno.test("sharedServer answers one server, however often it is asked", options, async () => {
  const again = await Promise.all([sharedServer("postgres"), sharedServer("postgres")]);

  deepStrictEqual(again, [postgres, postgres]);
});

for (const kind of ["postgres", "mysql"] as const) {
  const { missing } = await sharedServer(kind);
  const options = { ignore: missing !== undefined };

  Deno.test(`ownServer of ${kind} keeps what it committed when it is killed`, options, async () => {
    await using server = await ownServer(kind, { durable: true });
    await using database = await makeDatabase(kind, server.url);
    await database.sql("CREATE TABLE kept (n bigint)");
    await database.sql("INSERT INTO kept VALUES (?), (?)", 7, 2 ** 53 - 1);

    await server.signal("SIGKILL");
    await rejects(database.sql("SELECT n FROM kept"));
    await rejects(database.sql("SELECT n FROM kept"));
    await server.start();

    deepStrictEqual((await database.sql("SELECT n FROM kept ORDER BY n")).map(nOf), [
      7,
      2 ** 53 - 1,
    ]);
  });

  Deno.test(`makeDatabase of ${kind} makes one that nobody else sees`, options, async () => {
    const { url } = await sharedServer(kind);
    await using one = await makeDatabase(kind, url!);
    await using other = await makeDatabase(kind, url!);

    await one.sql("CREATE TABLE mine (n bigint)");

    await rejects(other.sql("SELECT n FROM mine"));
    notStrictEqual(one.url, other.url);
  });
}

Deno.test("a test that needs a server there is none of is skipped, and fails the run in CI", async () => {
  await using made = await fixture({
    "a_test.ts": `import { sharedServer, skipWithout } from ${JSON.stringify(SERVERS)};
Deno.test("passes", () => {});
skipWithout("a master", await sharedServer("postgres"));`,
  });
  const none = { JOBMASTER_TEST_POSTGRES: "none", NO_COLOR: "1" };
  const run = (ci: string) =>
    captureDeno(["run", "-A", "tools/test.ts", made.path], { env: { ...none, CI: ci } });
  const [atHome, inCi] = await Promise.all([run(""), run("true")]);

  deepStrictEqual([atHome.code, inCi.code], [0, 1]);
  for (const { output } of [atHome, inCi]) {
    match(output, /a master: No postgres: JOBMASTER_TEST_POSTGRES is "none" \.\.\. ignored/);
    match(output, /^1 passed, 0 failed, 1 skipped$/m);
  }
});

function nOf(row: unknown): number {
  return Number((row as { n: number }).n);
}

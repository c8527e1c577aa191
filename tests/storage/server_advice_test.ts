/** What doctor says of the settings a server answers. */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Advice } from "../../storage/port.ts";
import { adviseMysql } from "../../storage/sql/mysql_advice.ts";
import { readServerOptions } from "../../storage/sql/options.ts";
import { advisePostgres } from "../../storage/sql/postgres_advice.ts";
import type { Row, Session } from "../../storage/sql/session.ts";

const POSTGRES: Row = ["on", "on", "on", "UTF8", 100, 5432, 1];
const MYSQL: Row = [1, 0, 1, "ROW", 100, 1];

function changed(row: Row, changes: Readonly<Record<number, string | number | null>>): Row {
  return row.map((value, place) => changes[place] ?? value);
}

/** The server's answers: its settings, then the rights that are missing. */
function answering(settings: Row, missing: readonly Row[] = []): Session {
  const answers = [[settings], missing];
  return { rows: () => Promise.resolve(answers.shift()!) };
}

function starts(advice: readonly Advice[]): readonly string[] {
  return advice.map(({ state, message }) =>
    `${state} ${message.split(" ", 3).join(" ").replace(":", "")}`
  );
}

Deno.test("advisePostgres says each thing that is odd, and nothing else", async () => {
  const options = readServerOptions("postgres", { user: "jo" });
  const cases: readonly (readonly [Readonly<Record<number, string | number>>, string])[] = [
    [{}, "ok Settings and rights"],
    [{ 0: "off" }, "warn synchronous_commit is off"],
    [{ 0: "local" }, "ok Settings and rights"],
    [{ 1: "off" }, "warn fsync is off"],
    [{ 2: "off" }, "warn full_page_writes is off"],
    [{ 3: "LATIN1" }, "fail Its encoding is"],
    [{ 4: 9 }, "warn max_connections is 9"],
    [{ 4: 10 }, "ok Settings and rights"],
    [{ 5: 6432 }, "warn Port 5432 leads"],
    [{ 6: 0 }, "warn jo may make"],
  ];
  for (const [changes, expected] of cases) {
    equal(starts(await advisePostgres(answering(changed(POSTGRES, changes)), options)), [expected]);
  }

  const quiet = readServerOptions("postgres", { user: "jo", notify: false, migrate: false });
  const behind = answering(changed(POSTGRES, { 5: 6432, 6: 0 }), [["jm_jobs", "DELETE"]]);
  equal(await advisePostgres(behind, quiet), [
    { state: "fail", message: "jo lacks DELETE on jm_jobs" },
  ]);
});

Deno.test("adviseMysql says each thing that is odd, and nothing else", async () => {
  const options = readServerOptions("mysql", { user: "jo", database: "jobs" });
  const cases: readonly (readonly [Readonly<Record<number, string | number>>, string])[] = [
    [{}, "ok Settings fit"],
    [{ 0: 2 }, "warn innodb_flush_log_at_trx_commit is 2"],
    [{ 1: 1 }, "warn read_only is on"],
    [{ 3: "STATEMENT" }, "fail binlog_format is STATEMENT"],
    [{ 2: 0, 3: "STATEMENT" }, "ok Settings fit"],
    [{ 4: 9 }, "warn max_connections is 9"],
    [{ 5: 0 }, "warn innodb_doublewrite is off"],
    [{ 5: "DETECT_AND_RECOVER" }, "ok Settings fit"],
  ];
  for (const [changes, expected] of cases) {
    equal(starts(await adviseMysql(answering(changed(MYSQL, changes)), options)), [expected]);
  }
});

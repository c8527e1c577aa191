/** What doctor says of the settings a server answers. */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Advice } from "../../storage/port.ts";
import { adviseMysql } from "../../storage/sql/mysql_advice.ts";
import { readServerOptions } from "../../storage/sql/options.ts";
import { advisePostgres } from "../../storage/sql/postgres_advice.ts";
import type { Row, Session } from "../../storage/sql/session.ts";

const POSTGRES: Row = [15, "on", "on", "on", "UTF8", 100, 5432, 1];
const MYSQL: Row = ["10.11.6-MariaDB-log", 16_777_216, 1, 0, 1, "ROW", 100, 1];

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
    [{ 0: 12 }, "fail Postgres 12 is"],
    [{ 1: "off" }, "warn synchronous_commit is off"],
    [{ 1: "local" }, "ok Settings and rights"],
    [{ 2: "off" }, "warn fsync is off"],
    [{ 3: "off" }, "warn full_page_writes is off"],
    [{ 4: "LATIN1" }, "fail Its encoding is"],
    [{ 5: 9 }, "warn max_connections is 9"],
    [{ 5: 10 }, "ok Settings and rights"],
    [{ 6: 6432 }, "warn Port 5432 leads"],
    [{ 7: 0 }, "warn jo may make"],
  ];
  for (const [changes, expected] of cases) {
    equal(starts(await advisePostgres(answering(changed(POSTGRES, changes)), options)), [expected]);
  }

  const quiet = readServerOptions("postgres", { user: "jo", notify: false, migrate: false });
  const behind = answering(changed(POSTGRES, { 6: 6432, 7: 0 }), [["jm_jobs", "DELETE"]]);
  equal(await advisePostgres(behind, quiet), [
    { state: "fail", message: "jo lacks DELETE on jm_jobs" },
  ]);
});

Deno.test("adviseMysql says each thing that is odd, and nothing else", async () => {
  const options = readServerOptions("mysql", { user: "jo", database: "jobs" });
  const cases: readonly (readonly [Readonly<Record<number, string | number>>, string])[] = [
    [{}, "ok Settings fit"],
    [{ 0: "10.6.0-MariaDB" }, "ok Settings fit"],
    [{ 0: "10.5.26-MariaDB" }, "fail 10.5.26-MariaDB is too"],
    [{ 0: "8.0.19" }, "ok Settings fit"],
    [{ 0: "8.0.18" }, "fail 8.0.18 is too"],
    [{ 0: "8.4.3" }, "ok Settings fit"],
    [{ 1: 1_048_576 }, "warn max_allowed_packet is 1048576"],
    [{ 2: 2 }, "warn innodb_flush_log_at_trx_commit is 2"],
    [{ 3: 1 }, "warn read_only is on"],
    [{ 5: "STATEMENT" }, "fail binlog_format is STATEMENT"],
    [{ 4: 0, 5: "STATEMENT" }, "ok Settings fit"],
    [{ 6: 9 }, "warn max_connections is 9"],
    [{ 7: 0 }, "warn innodb_doublewrite is off"],
    [{ 7: "DETECT_AND_RECOVER" }, "ok Settings fit"],
  ];
  for (const [changes, expected] of cases) {
    equal(starts(await adviseMysql(answering(changed(MYSQL, changes)), options)), [expected]);
  }
});

/** What is particular to MySQL and MariaDB. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { composed } from "../../../storage/sql/session.ts";
import {
  ownServer,
  sharedServer,
  skipWithout,
  willOwnServers,
} from "../../support/servers/test_servers.ts";
import { ADD, openAt } from "./place.ts";
import { openScene } from "./scene.ts";

await willOwnServers();
const shared = await sharedServer("mysql");

function mysqlTest(name: string, run: () => Promise<void>): void {
  if (shared.url === undefined) skipWithout(name, shared);
  else Deno.test(name, run);
}

mysqlTest("a server that takes small packets only is refused", async () => {
  await using own = await ownServer("mysql");
  {
    await using server = await openAt("mysql", own.url);
    await server.read((session) =>
      session.rows(composed("SET GLOBAL max_allowed_packet = 1048576"))
    );
  }

  await rejects(openAt("mysql", own.url), {
    code: "unsupported",
    message: /its max_allowed_packet is 1048576, at least 16777216 is needed/,
  });
});

mysqlTest("a value that no packet holds is refused before it is sent", async () => {
  await using scene = await openScene("mysql");
  const row = await scene.server.read((session) =>
    session.rows(composed("SELECT @@max_allowed_packet"))
  );
  const tooLarge = "x".repeat(Number(row[0]![0]));

  await rejects(scene.server.write((transaction) => transaction.run(ADD, [tooLarge, 1])), {
    code: "master_unavailable",
    retryable: false,
    message: /max_allowed_packet/,
  });

  equal(scene.proxy.size, 1); // the connection was not lost
});

mysqlTest("sessions are set up whatever the server's defaults", async () => {
  await using scene = await openScene("mysql");
  const shown = (name: string) =>
    scene.server.read(async (session) => {
      const [row] = await session.rows(composed(`SHOW SESSION VARIABLES LIKE '${name}'`));
      return row?.[1];
    });

  equal(await shown("time_zone"), "+00:00");
  equal(await shown("innodb_lock_wait_timeout"), "5");
  equal(await shown("collation_connection"), scene.server.collation);
  ok(`${await shown("sql_mode")}`.includes("STRICT_ALL_TABLES"));
  equal(await shown("tx_isolation") ?? await shown("transaction_isolation"), "READ-COMMITTED");
});

mysqlTest("connections that are closed leave no marks behind", async () => {
  await using scene = await openScene("mysql");
  await scene.database.sql("INSERT INTO jm_commits VALUES (1, 1, 0), (2, 2, 4102444800000)");
  const server = await scene.open();
  await server.write((transaction) => transaction.run(ADD, ["a", 1]));
  const marks = async () => await scene.database.sql("SELECT * FROM jm_commits");
  equal((await marks()).length, 2); // this one and that of the far future; the old one is gone

  await server[Symbol.asyncDispose]();

  equal((await marks()).length, 1);
});

mysqlTest("writes go on where there is no table for marks yet", async () => {
  await using scene = await openScene("mysql");
  await scene.database.sql("DROP TABLE jm_commits");

  await scene.server.write((transaction) => transaction.run(ADD, ["a", 1]));

  equal(await scene.stored(), ["a"]);
});

mysqlTest("rows that were found and stay the same do not count as changed", async () => {
  await using scene = await openScene("mysql");
  await scene.database.sql("INSERT INTO things VALUES ('a', 1)");

  const changed = await scene.server.write((transaction) =>
    transaction.run(composed("UPDATE things SET amount = 1 WHERE id = 'a'"))
  );

  equal(changed, 0);
});

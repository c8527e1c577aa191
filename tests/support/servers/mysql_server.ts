/**
 * Starts MariaDB or MySQL from an installed program.
 *
 * @module
 */

import { createConnection } from "mysql2/promise";
import { findProgram, runnerOf, runProgram } from "./programs.ts";
import type { OwnServer, ServerSettings } from "./server_kind.ts";
import { type ServerPlace, startServer, writeCertificate } from "./server_process.ts";

/** What makes it fast, and lose what it acknowledged when the machine stops; a file for each table is slow to make. */
const VOLATILE: readonly string[] = [
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-flush-method=O_DIRECT_NO_FSYNC",
  "--innodb-doublewrite=0",
  "--innodb-file-per-table=0",
  "--sync-binlog=0",
];

const VOLATILE_MARIADB: readonly string[] = [...VOLATILE, "--debug-no-sync", "--sync-frm=0"];

/** Runs at every start, also before there is anybody who could log in over TCP. */
const USERS = [
  "CREATE USER IF NOT EXISTS 'tester'@'127.0.0.1' IDENTIFIED BY ''",
  "GRANT ALL ON *.* TO 'tester'@'127.0.0.1' WITH GRANT OPTION",
];

/** Starts one, MariaDB if there is a choice, or answers `undefined` when none is installed. */
export async function startMysql(
  { durable = false, tls }: ServerSettings = {},
): Promise<OwnServer | undefined> {
  const program = await findProgram("mariadbd", "mysqld");
  if (program === undefined) return undefined;
  const version = (await runProgram(program, ["--no-defaults", "--version"])).trim();
  const isMariadb = /mariadb/i.test(version);
  const runner = await runnerOf("mysql");
  const make = async ({ folder }: ServerPlace) => {
    if (tls !== undefined) await writeCertificate(folder, tls, runner);
    await Deno.writeTextFile(`${folder}/users.sql`, `${USERS.join(";\n")};\n`);
    const [command, ...args] = isMariadb
      ? [await installer(), "--skip-test-db", "--auth-root-authentication-method=normal"]
      : [program, "--initialize-insecure"];
    await runProgram(
      command!,
      ["--no-defaults", `--datadir=${folder}/data`, ...args],
      runner.identity,
    );
  };
  return await startServer({
    origin: `${
      version.replace(/^\S+\s+/, isMariadb ? "MariaDB " : "MySQL ")
    }, started by the tests from ${program}`,
    program,
    runner,
    initialize: make,
    args: ({ folder, port }) => [
      "--no-defaults",
      ...(durable ? [] : isMariadb ? VOLATILE_MARIADB : VOLATILE),
      ...(isMariadb ? [] : ["--mysqlx=OFF"]),
      ...(tls === undefined ? [] : tlsOptions(folder)),
      `--datadir=${folder}/data`,
      `--tmpdir=${folder}`, // not the machine's: a server that starts clears away what others have there
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      `--init-file=${folder}/users.sql`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      "--skip-name-resolve",
      "--max-connections=300",
      "--innodb-buffer-pool-size=128M",
    ],
    url: ({ port }) => `mysql://tester@127.0.0.1:${port}/mysql`,
    greet: greetMysql,
    stopSignal: "SIGTERM",
  });
}

function tlsOptions(folder: string): readonly string[] {
  return [`--ssl-cert=${folder}/certificate.pem`, `--ssl-key=${folder}/key.pem`];
}

/** Resolves with the product when the server at `url` answers a query. */
export async function greetMysql(url: string): Promise<string> {
  const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
  try {
    const [rows] = await connection.query("SELECT version() AS version");
    const { version } = (rows as { version: string }[])[0]!;
    return `${/mariadb/i.test(version) ? "MariaDB" : "MySQL"} ${version}`;
  } finally {
    connection.destroy();
  }
}

async function installer(): Promise<string> {
  const found = await findProgram("mariadb-install-db", "mysql_install_db");
  if (found === undefined) throw new Error("Cannot find mariadb-install-db beside mariadbd");
  return found;
}

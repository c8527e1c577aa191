/**
 * Starts PostgreSQL from an installed program.
 *
 * @module
 */

import { Client } from "pg";
import { findProgram, runnerOf, runProgram } from "./programs.ts";
import type { OwnServer, ServerSettings } from "./server_kind.ts";
import { startServer, writeCertificate } from "./server_process.ts";

/** What makes it fast, and lose what it acknowledged when the machine stops. */
const VOLATILE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Starts one, or answers `undefined` when it is not installed. */
export async function startPostgres(
  { durable = false, tls }: ServerSettings = {},
): Promise<OwnServer | undefined> {
  const program = await findProgram("postgres");
  if (program === undefined) return undefined;
  const initdb = program.replace(/postgres$/, "initdb");
  const version = (await runProgram(program, ["--version"])).trim();
  const runner = await runnerOf("postgres");
  return await startServer({
    origin: `${version}, started by the tests from ${program}`,
    program,
    runner,
    initialize: async ({ folder }) => {
      if (tls !== undefined) await writeCertificate(folder, tls, runner);
      await runProgram(
        initdb,
        [
          ...["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"],
          ...["--no-sync", `--pgdata=${folder}/data`],
        ],
        runner.identity,
      );
    },
    args: ({ folder, port }) => {
      const settings = [
        ...(durable ? [] : VOLATILE),
        ...(tls === undefined ? [] : tlsSettings(folder)),
        "listen_addresses=127.0.0.1",
        `port=${port}`,
        `unix_socket_directories=${folder}`,
        "max_connections=300",
        "shared_buffers=64MB",
        "max_wal_size=1GB",
      ];
      return ["-D", `${folder}/data`, ...settings.flatMap((setting) => ["-c", setting])];
    },
    url: ({ port }) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    greet: greetPostgres,
    stopSignal: "SIGINT", // fast: does not wait for clients
  });
}

function tlsSettings(folder: string): readonly string[] {
  return ["ssl=on", `ssl_cert_file=${folder}/certificate.pem`, `ssl_key_file=${folder}/key.pem`];
}

/** Resolves with the product when the server at `url` answers a query. */
export async function greetPostgres(url: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {}); // told by the query
  try {
    await client.connect();
    const { rows } = await client.query("SHOW server_version");
    return `PostgreSQL ${rows[0].server_version}`;
  } finally {
    await client.end();
  }
}

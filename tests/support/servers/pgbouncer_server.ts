/**
 * Starts PgBouncer in transaction mode in front of a PostgreSQL server, from an installed program.
 *
 * @module
 */

import { findProgram, runnerOf, runProgram } from "./programs.ts";
import { greetPostgres } from "./postgres_server.ts";
import type { OwnServer } from "./server_kind.ts";
import { startServer } from "./server_process.ts";

/** Starts one in front of the server at `postgresUrl`, or answers `undefined` when it is not installed. */
export async function startPgBouncer(postgresUrl: string): Promise<OwnServer | undefined> {
  const program = await findProgram("pgbouncer");
  if (program === undefined) return undefined;
  const version = (await runProgram(program, ["--version"])).split("\n")[0]!;
  const { hostname, port, username, password } = new URL(postgresUrl);
  const secret = password === "" ? "" : ` password=${decodeURIComponent(password)}`;
  const database = `host=${hostname} port=${port || 5432} user=${username}${secret}`;
  return await startServer({
    origin: `${version}, started by the tests from ${program}`,
    program,
    runner: await runnerOf("postgres"),
    initialize: (place) =>
      Deno.writeTextFile(
        `${place.folder}/pgbouncer.ini`,
        `[databases]
* = ${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${place.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
`,
      ),
    args: ({ folder }) => [`${folder}/pgbouncer.ini`],
    url: (place) => `postgres://${username}@127.0.0.1:${place.port}/postgres`,
    greet: greetPostgres,
    stopSignal: "SIGTERM", // at once, where SIGINT would wait for clients
  });
}

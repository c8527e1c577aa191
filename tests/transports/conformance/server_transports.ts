/**
 * Asks agent connections on database servers whether they keep the promises of the transport port.
 *
 * @module
 */

import { transportSpec } from "../../../transports/mod.ts";
import { type DatabaseKind, makeDatabase } from "../../support/servers/databases.ts";
import { sharedServer, skipWithout } from "../../support/servers/test_servers.ts";
import { opener, type Placement, runTransports } from "./run_transports.ts";

const NAMES: Readonly<Record<DatabaseKind, string>> = { postgres: "Postgres", mysql: "MySQL" };

/** Registers every case for the server of a kind, or one that is skipped when there is no server. */
export async function serverTransports(kind: DatabaseKind, placement: Placement): Promise<void> {
  const name = `${NAMES[kind]} agent ${placement}`;
  const server = await sharedServer(kind);
  if (server.missing !== undefined) return skipWithout(name, server);
  runTransports({
    name,
    async place() {
      const database = await makeDatabase(kind, server.url);
      return {
        open: opener(transportSpec(`${database.url}?connections=4`), placement),
        [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
      };
    },
  });
}

/**
 * An agent connection in a Postgres database.
 *
 * @module
 */

import { openPostgres } from "../storage/sql/postgres_server.ts";
import type { TransportAdapter } from "./port.ts";
import { serverTransport } from "./sql/adapter.ts";

/** The Postgres transport, by its options: see `ServerOptions`. */
export const adapter: TransportAdapter = serverTransport({
  kind: "postgres",
  connect: openPostgres,
});

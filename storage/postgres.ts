/**
 * The master in a Postgres database: for any number of nodes on any number of machines.
 *
 * @module
 */

import type { Master, MasterAdapter } from "./port.ts";
import { openMaster, serverAdapter, type ServerProduct, SYSTEM } from "./sql/adapter.ts";
import { postgresConnection } from "./sql/callers_postgres.ts";
import { advisePostgres } from "./sql/postgres_advice.ts";
import { openPostgres } from "./sql/postgres_server.ts";
import type { Surroundings } from "./sql/wire.ts";

const PRODUCT: ServerProduct = {
  kind: "postgres",
  connect: openPostgres,
  advise: advisePostgres,
  callersConnection: postgresConnection,
};

/**
 * Opens a master whose pauses and deadlines come from `surroundings`; its leases are judged on the server's clock.
 *
 * @throws {JobMasterError} See {@linkcode MasterAdapter.open}.
 */
export function openPostgresMaster(
  options: Readonly<Record<string, unknown>>,
  surroundings: Surroundings = SYSTEM,
): Promise<Master> {
  return openMaster(PRODUCT, options, surroundings);
}

/** The Postgres master, by its options: see `ServerOptions`. */
export const adapter: MasterAdapter = serverAdapter(PRODUCT);

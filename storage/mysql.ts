/**
 * The master in a MySQL or MariaDB database: for any number of nodes on any number of machines.
 *
 * @module
 */

import type { Master, MasterAdapter } from "./port.ts";
import { openMaster, serverAdapter, type ServerProduct, SYSTEM } from "./sql/adapter.ts";
import { mysqlConnection } from "./sql/callers_mysql.ts";
import { adviseMysql } from "./sql/mysql_advice.ts";
import { openMysql } from "./sql/mysql_server.ts";
import type { Surroundings } from "./sql/wire.ts";

const PRODUCT: ServerProduct = {
  kind: "mysql",
  connect: openMysql,
  advise: adviseMysql,
  callersConnection: mysqlConnection,
};

/**
 * Opens a master whose pauses and deadlines come from `surroundings`; its leases are judged on the server's clock.
 *
 * @throws {JobMasterError} See {@linkcode MasterAdapter.open}.
 */
export function openMysqlMaster(
  options: Readonly<Record<string, unknown>>,
  surroundings: Surroundings = SYSTEM,
): Promise<Master> {
  return openMaster(PRODUCT, options, surroundings);
}

/** The MySQL or MariaDB master, by its options: see `ServerOptions`. */
export const adapter: MasterAdapter = serverAdapter(PRODUCT);

/**
 * MySQL and MariaDB as servers of the master.
 *
 * @module
 */

import { mysqlDialect } from "./mysql_dialect.ts";
import { MysqlDriver } from "./mysql_driver.ts";
import type { ServerOptions } from "./options.ts";
import { openServer } from "./server.ts";
import type { SqlServer } from "./session.ts";
import { readTls } from "./tls.ts";
import type { Surroundings } from "./wire.ts";

/**
 * Opens a MySQL server, version 8.0.19 or newer, or a MariaDB server, version 10.6 or newer. Others are not told of
 * changes.
 *
 * @throws {JobMasterError} `master_unavailable`, retryable when it could not be reached for 8 s; `unsupported`;
 * `configuration_invalid`.
 */
export async function openMysql(
  options: ServerOptions,
  surroundings: Surroundings,
): Promise<SqlServer> {
  const driver = new MysqlDriver(options, await readTls("mysql", options), surroundings);
  return await openServer(driver, options, {
    surroundings,
    traitsOf: () => ({
      dialect: mysqlDialect(driver.collation),
      product: driver.product,
      collation: driver.collation,
      announcements: null,
    }),
  });
}

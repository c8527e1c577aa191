/**
 * Postgres as a server of the master.
 *
 * @module
 */

import { Announcements } from "./announcements.ts";
import { postgresDialect } from "./postgres_dialect.ts";
import { PostgresDriver } from "./postgres_driver.ts";
import type { ServerOptions } from "./options.ts";
import { openServer } from "./server.ts";
import type { SqlServer } from "./session.ts";
import { readTls } from "./tls.ts";
import type { Surroundings } from "./wire.ts";

/**
 * Opens a Postgres server, version 13 or newer. A pooler before it that gives each transaction to another session is
 * noticed: statements do not stay prepared then, and others are not told of changes.
 *
 * @throws {JobMasterError} `master_unavailable`, retryable when it could not be reached for 8 s; `unsupported`;
 * `configuration_invalid`.
 */
export async function openPostgres(
  options: ServerOptions,
  surroundings: Surroundings,
): Promise<SqlServer> {
  const driver = new PostgresDriver(options, await readTls("postgres", options), surroundings);
  return await openServer(driver, options, {
    surroundings,
    traitsOf: (signal) => ({
      dialect: postgresDialect,
      product: driver.product,
      collation: "",
      announcements: options.notify && !driver.isPooled
        ? new Announcements({
          driver,
          channel: `${options.prefix}changes`,
          signal,
          surroundings,
        })
        : null,
    }),
  });
}

/**
 * An agent connection in a MySQL or MariaDB database.
 *
 * @module
 */

import { openMysql } from "../storage/sql/mysql_server.ts";
import type { TransportAdapter } from "./port.ts";
import { serverTransport } from "./sql/adapter.ts";

/** The MySQL transport, by its options: see `ServerOptions`. */
export const adapter: TransportAdapter = serverTransport({ kind: "mysql", connect: openMysql });

/**
 * What is worth saying about a Postgres server: settings that may lose commits, rights that are missing.
 *
 * @module
 */

import type { Advice } from "../port.ts";
import { adviceOr, fail, warn } from "./advice.ts";
import type { ServerOptions } from "./options.ts";
import { composed, type Session } from "./session.ts";
import { tablesOf } from "./table_names.ts";

const LOOK = composed(`SELECT current_setting('synchronous_commit'), current_setting('fsync'),
  current_setting('full_page_writes'),
  current_setting('server_encoding'), current_setting('max_connections')::int,
  inet_server_port(), has_schema_privilege(current_schema(), 'CREATE')::int`);

const MISSING_RIGHTS = composed(`SELECT needed.name, r.name
FROM json_to_recordset(?::json) AS needed(name text)
CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS r(name)
WHERE NOT has_table_privilege(to_regclass(needed.name), r.name)
ORDER BY 1, 2`);

/** Looks at the server through `session`. */
export async function advisePostgres(
  session: Session,
  options: ServerOptions,
): Promise<readonly Advice[]> {
  const tables = Object.values(tablesOf(options.prefix)).map((name) => ({ name }));
  const [[row], rights] = await Promise.all([
    session.rows(LOOK),
    session.rows(MISSING_RIGHTS, [JSON.stringify(tables)]),
  ]);
  const [commit, fsync, pages, encoding, most, port, mayCreate] = row!;
  const missing = rights.map(([table, right]) => `${right} on ${table}`);
  return adviceOr("Settings and rights fit", [
    encoding !== "UTF8" && fail(`Its encoding is ${encoding}: make the database with UTF8`),
    missing.length > 0 && fail(`${options.user} lacks ${missing.slice(0, 8).join(", ")}`),
    commit === "off" &&
    warn("synchronous_commit is off: accepted jobs are lost when the server crashes"),
    fsync === "off" && warn("fsync is off: a power failure may destroy the database"),
    pages === "off" && warn("full_page_writes is off: a power failure may destroy the database"),
    Number(most) < options.connections + 2 &&
    warn(`max_connections is ${most}: one node opens up to ${options.connections + 2}`),
    options.migrate && mayCreate === 0 &&
    warn(`${options.user} may make no tables: after updates run "migrate up" as one who may`),
    options.notify && port !== null && Number(port) !== options.port &&
    warn(
      `Port ${options.port} leads to a server on port ${port}: behind a pooler in transaction mode nodes cannot wake each other, say notify=false`,
    ),
  ]);
}

/**
 * Opens agent connections on database servers.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { type ServerProduct, SYSTEM } from "../../storage/sql/adapter.ts";
import { readServerOptions, serverLabel, type ServerOptions } from "../../storage/sql/options.ts";
import { composed, type SqlServer, type Transaction } from "../../storage/sql/session.ts";
import type { Surroundings } from "../../storage/sql/wire.ts";
import { asTransport } from "../failures.ts";
import type { Transport, TransportAdapter } from "../port.ts";
import { SqlTransport } from "./sql_transport.ts";
import { makeTables, messageTables, TABLES_VERSION } from "./tables.ts";

/** The part of a kind of server that connects. */
export type Connecting = Pick<ServerProduct, "kind" | "connect">;

/** The adapter of a kind of server. */
export function serverTransport(product: Connecting): TransportAdapter {
  return { open: (options) => openSqlTransport(product, options) };
}

/**
 * Opens an agent connection on a server. `options.migrate` says whether missing tables are made.
 *
 * @throws {JobMasterError} See {@linkcode TransportAdapter.open}.
 */
export async function openSqlTransport(
  product: Connecting,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings = SYSTEM,
): Promise<Transport> {
  const options = readServerOptions(product.kind, given);
  const label = serverLabel(product.kind, options);
  const tables = messageTables(options.prefix);
  return await asTransport(label, async () => {
    const server = await product.connect({ ...options, notify: false }, surroundings);
    try {
      const newFingerprint = surroundings.random.bytes(16).toHex();
      const fingerprint = await server.write((tx) =>
        prepare(tx, { server, options, label, newFingerprint })
      );
      return new SqlTransport({ server, tables, fingerprint, label });
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  });
}

interface Preparation {
  readonly server: SqlServer;
  readonly options: ServerOptions;
  readonly label: string;
  readonly newFingerprint: string;
}

/** Makes what is missing and answers the fingerprint. On Postgres one program at a time: two would be in each other's way. */
async function prepare(tx: Transaction, preparation: Preparation): Promise<string> {
  const { server: { dialect, collation }, options, label, newFingerprint } = preparation;
  const tables = messageTables(options.prefix);
  if (dialect.name === "postgres") {
    const key = "hashtextextended(current_schema()::text || '.' || ?, 0)";
    await tx.rows(composed(`SELECT pg_advisory_xact_lock(${key})::text`), [tables.store]);
  }
  const known = await isThere(tx, preparation);
  if (!known && !options.migrate) {
    throw new JobMasterError(
      "schema_outdated",
      `Cannot use agent connection "${label}": it has no table "${tables.store}"; open it once as a user who may make tables, without migrate=false`,
    );
  }
  if (!known) {
    for (const sql of makeTables(options.prefix, { dialect, collation })) {
      await tx.run(composed(sql));
    }
    await tx.run(
      composed(
        `INSERT INTO ${tables.store} (id, fingerprint, version, made_at) VALUES (1, ?, ${TABLES_VERSION}, ${dialect.clockMs}) ${
          dialect.orIgnore(tables.store).replaceAll("cluster_id", "id")
        }`,
      ),
      [newFingerprint],
    );
  }
  const [row] = await tx.rows(composed(`SELECT fingerprint, version FROM ${tables.store}`));
  if (row?.[1] !== TABLES_VERSION) throw newer(label, row?.[1]);
  return row[0] as string;
}

/** The row is written last: without it the tables may be half made. */
async function isThere(
  tx: Transaction,
  { server: { dialect }, options }: Preparation,
): Promise<boolean> {
  const { store } = messageTables(options.prefix);
  const looks = dialect.name === "postgres"
    ? "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)"
    : "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
  const [found] = await tx.rows(composed(looks), [store]);
  if (Number(found?.[0]) === 0) return false;
  return (await tx.rows(composed(`SELECT id FROM ${store}`))).length === 1;
}

function newer(label: string, version: unknown): JobMasterError {
  return new JobMasterError(
    "schema_outdated",
    `Cannot use agent connection "${label}": its tables are version ${version} and this program knows ${TABLES_VERSION}; use a newer program`,
  );
}

/**
 * Opens and migrates masters on database servers: what Postgres and MySQL have in common.
 *
 * @module
 */

import { systemClock } from "../../core/clock.ts";
import { systemRandom } from "../../core/random.ts";
import type { Advice, Master, MasterAdapter } from "../port.ts";
import { type CallersConnection, enlistJobs } from "./callers_transaction.ts";
import { sqlMaster } from "./master.ts";
import { inspectSchema, migrateSchema, requireLatest, type Schema } from "./migrations.ts";
import { readServerOptions, type ServerKind, serverLabel, type ServerOptions } from "./options.ts";
import type { Session, SqlServer } from "./session.ts";
import { tablesOf } from "./table_names.ts";
import type { Surroundings } from "./wire.ts";

/** One kind of server. */
export interface ServerProduct {
  /** Which it is. */
  readonly kind: ServerKind;
  /** Connects to it. */
  connect(options: ServerOptions, surroundings: Surroundings): Promise<SqlServer>;
  /** What is worth saying about it. */
  advise(session: Session, options: ServerOptions): Promise<readonly Advice[]>;
  /** The connection behind a client of the application. @throws {JobMasterError} `invalid_request` for anything else */
  callersConnection(client: object): CallersConnection;
}

/** Time and chance of the machine. */
export const SYSTEM: Surroundings = { clock: systemClock, random: systemRandom };

/**
 * Opens a master on a server.
 *
 * @throws {JobMasterError} See {@linkcode MasterAdapter.open}.
 */
export async function openMaster(
  product: ServerProduct,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<Master> {
  const options = readServerOptions(product.kind, given);
  const server = await product.connect(options, surroundings);
  try {
    const schema = schemaOf(product, server, options);
    if (options.migrate) await migrateSchema(server, schema);
    else await requireLatest(server, schema);
    return sqlMaster(server, tablesOf(options.prefix));
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** The adapter of a kind of server. */
export function serverAdapter(product: ServerProduct): MasterAdapter {
  return {
    open: (options) => openMaster(product, options, SYSTEM),
    inspect: (options) => withServer(product, options, inspectSchema),
    migrate: (options) =>
      withServer(product, options, async (server, schema) => {
        const steps = await migrateSchema(server, schema);
        return { ...await inspectSchema(server, schema), steps };
      }),
    advise: (options) => {
      const checked = readServerOptions(product.kind, options);
      return withServer(
        product,
        options,
        (server) => server.read((session) => product.advise(session, checked)),
      );
    },
    enlist: async (options, client, enlisted) => {
      const checked = readServerOptions(product.kind, options);
      const place = { prefix: checked.prefix, label: serverLabel(product.kind, checked) };
      return await enlistJobs(product.callersConnection(client), place, enlisted);
    },
  };
}

/** Connects for as long as `work` takes, with one connection that waits for no wake-ups. */
async function withServer<T>(
  product: ServerProduct,
  given: Readonly<Record<string, unknown>>,
  work: (server: SqlServer, schema: Schema) => Promise<T>,
): Promise<T> {
  const options = readServerOptions(product.kind, given);
  const few = { ...options, connections: 1, notify: false };
  await using server = await product.connect(few, SYSTEM);
  return await work(server, schemaOf(product, server, options));
}

function schemaOf(product: ServerProduct, server: SqlServer, options: ServerOptions): Schema {
  return {
    prefix: options.prefix,
    dialect: server.dialect,
    collation: server.collation,
    label: serverLabel(product.kind, options),
  };
}

/**
 * Brings the schema on a server to the version this program needs, and says how it differs.
 *
 * One program at a time takes steps: the others wait for its lock and then find nothing to do. No lock outlives a
 * transaction on Postgres, so it works through a pooler in transaction mode. MySQL commits every statement of a step by
 * itself; a step that was cut short is taken again from its start, see `schema.ts`.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { MigrationReport, MigrationStep } from "../port.ts";
import { findConflicts, findDrift, type SchemaPlace } from "./drift.ts";
import { migrationSteps } from "./schema.ts";
import { composed, type Session, type SqlDatabase, type Transaction } from "./session.ts";
import { tablesOf } from "./table_names.ts";

/** The schema of one master. */
export interface Schema extends SchemaPlace {
  /** Address of the master, for people. */
  readonly label: string;
}

/** Pauses of a fifth of a second until another program has to have taken its steps: two minutes. */
const LOCK_TRIES = 600;

/** Compares the schema with what this program needs; changes nothing. */
export function inspectSchema(database: SqlDatabase, schema: Schema): Promise<MigrationReport> {
  const steps = stepsOf(schema);
  return database.read(async (session) => {
    const current = await versionOf(session, schema);
    return {
      current,
      latest: steps.length,
      steps: steps.filter(({ version }) => version > current),
      drift: current === steps.length ? await findDrift(session, schema) : [],
    };
  });
}

/**
 * Takes the missing steps and answers them.
 *
 * @throws {JobMasterError} `schema_outdated` when the schema is newer than this program; `master_unavailable` when the
 * server refuses a step or other tables have the names; `master_busy`, retryable, when another program has been taking
 * steps for two minutes.
 */
export async function migrateSchema(
  database: SqlDatabase,
  schema: Schema,
): Promise<readonly MigrationStep[]> {
  const current = await database.read((session) => versionOf(session, schema));
  refuseNewer(current, schema);
  if (current === stepsOf(schema).length) return [];
  return await database.write((transaction) => underLock(transaction, schema));
}

/**
 * Refuses a schema that is not the one this program needs.
 *
 * @throws {JobMasterError} `schema_outdated` that says what to do.
 */
export async function requireLatest(database: SqlDatabase, schema: Schema): Promise<void> {
  const current = await database.read((session) => versionOf(session, schema));
  refuseNewer(current, schema);
  const latest = stepsOf(schema).length;
  if (current === latest) return;
  const state = current === 0
    ? `it has no tables with prefix ${shown(schema.prefix)}`
    : `its schema is version ${current} and this program needs ${latest}`;
  throw new JobMasterError(
    "schema_outdated",
    `Cannot open master ${
      shown(schema.label)
    }: ${state}; run "migrate up" as a user who may make tables`,
  );
}

/** How the lock of a prefix is taken, waited for and freed. Each statement but the pause binds the prefix. */
interface LockSql {
  /** Answers 1 when it could be taken at once. */
  readonly take: string;
  readonly pause: string;
  /** `null` when it ends with the transaction. */
  readonly free: string | null;
}

const MYSQL_LOCK = "CONCAT('jobmaster ', MD5(CONCAT(DATABASE(), '.', ?)))";

/** On MySQL the lock ends with its connection, whatever becomes of the program. */
const LOCKS: Readonly<Record<"postgres" | "mysql", LockSql>> = {
  postgres: {
    take:
      "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema()::text || '.' || ?, 0))::int",
    pause: "SELECT pg_sleep(0.2)::text",
    free: null,
  },
  mysql: {
    take: `SELECT GET_LOCK(${MYSQL_LOCK}, 0)`,
    pause: "SELECT SLEEP(0.2)",
    free: `SELECT RELEASE_LOCK(${MYSQL_LOCK})`,
  },
};

/** Takes the missing steps under the lock, or none when another program took them meanwhile. */
async function underLock(
  transaction: Transaction,
  schema: Schema,
): Promise<readonly MigrationStep[]> {
  const { take, pause, free } = LOCKS[schema.dialect.name];
  const ask = (sql: string) => transaction.rows(composed(sql), [schema.prefix]);
  for (let tries = 1; Number((await ask(take))[0]?.[0]) !== 1; tries++) {
    if (tries === LOCK_TRIES) throw lockIsHeld(schema);
    await transaction.rows(composed(pause));
    if (await versionOf(transaction, schema) >= stepsOf(schema).length) return [];
  }
  try {
    return await takeMissing(transaction, schema);
  } finally {
    if (free !== null) await ask(free);
  }
}

function lockIsHeld({ label }: Schema): JobMasterError {
  return new JobMasterError(
    "master_busy",
    `Cannot migrate master ${shown(label)}: another program has been migrating it for 2 minutes`,
    { retryable: true },
  );
}

async function takeMissing(
  transaction: Transaction,
  schema: Schema,
): Promise<readonly MigrationStep[]> {
  const current = await versionOf(transaction, schema);
  refuseNewer(current, schema);
  const missing = stepsOf(schema).filter(({ version }) => version > current);
  for (const { version, sql } of missing) {
    for (const statement of sql.slice(0, -1)) await transaction.run(composed(statement));
    if (version === 1) await refuseForeignTables(transaction, schema);
    await transaction.run(composed(sql.at(-1)!));
  }
  return missing;
}

/** Where a table that was there already is left as it is, it must be the one of a step that was cut short. */
async function refuseForeignTables(session: Session, schema: Schema): Promise<void> {
  const conflicts = await findConflicts(session, schema);
  if (conflicts.length === 0) return;
  throw new JobMasterError(
    "master_unavailable",
    `Cannot migrate master ${shown(schema.label)}: tables with prefix ${
      shown(schema.prefix)
    } are there already and are others; choose another prefix`,
    { problems: conflicts },
  );
}

async function versionOf(session: Session, { prefix, dialect }: Schema): Promise<number> {
  const { schema } = tablesOf(prefix);
  const known = dialect.name === "postgres"
    ? "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)"
    : "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
  const [found] = await session.rows(composed(known), [schema]);
  if (Number(found?.[0]) === 0) return 0;
  const [row] = await session.rows(composed(`SELECT MAX(version) FROM ${schema}`));
  return Number(row?.[0] ?? 0);
}

function refuseNewer(current: number, schema: Schema): void {
  const latest = stepsOf(schema).length;
  if (current <= latest) return;
  throw new JobMasterError(
    "schema_outdated",
    `Cannot open master ${
      shown(schema.label)
    }: its schema is version ${current} and this program knows ${latest}; use a newer program`,
  );
}

function stepsOf({ prefix, dialect, collation }: Schema): readonly MigrationStep[] {
  return migrationSteps(prefix, dialect, collation);
}

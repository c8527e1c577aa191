/**
 * How the tables on a server differ from what the steps made.
 *
 * @module
 */

import { describedObjects, type SchemaObject, storedObjects } from "./catalogue.ts";
import type { Dialect } from "./dialect.ts";
import type { Session } from "./session.ts";
import { messageTables } from "./table_names.ts";
import { describeTables, firstTables } from "./tables.ts";

/** Tables of a prefix. */
export interface SchemaPlace {
  /** Start of the tables' names. */
  readonly prefix: string;
  /** The SQL of their server. */
  readonly dialect: Dialect;
  /** The collation of MySQL's tables; not used for Postgres. */
  readonly collation: string;
}

/**
 * Every table, column, index and primary key that is missing, was added or differs, one sentence each. Tables of other
 * masters, whose prefix begins with this one, are left out, and those of an agent connection. The server's tables must have the latest version.
 */
export async function findDrift(
  session: Session,
  { prefix, dialect, collation }: SchemaPlace,
): Promise<readonly string[]> {
  const expected = describedObjects(describeTables(prefix, dialect), dialect, collation);
  const ours = tableNames(expected);
  const stored = await storedObjects(session, dialect, prefix);
  const others = mastersAmong(stored).filter((other) => other !== prefix);
  const messages = new Set(Object.values(messageTables(prefix)));
  return differences(
    expected,
    stored.filter(({ table }) =>
      ours.has(table) ||
      !(messages.has(table) || others.some((other) => table.startsWith(other)))
    ),
  );
}

/** As {@linkcode findDrift} after the first step, of this master's own tables alone: others with its prefix do not matter. */
export async function findConflicts(
  session: Session,
  { prefix, dialect, collation }: SchemaPlace,
): Promise<readonly string[]> {
  const expected = describedObjects(firstTables(prefix, dialect), dialect, collation);
  const ours = tableNames(expected);
  const stored = await storedObjects(session, dialect, prefix);
  return differences(expected, stored.filter(({ table }) => ours.has(table)));
}

/** Prefixes of masters: each is known by the table that records its steps. */
function mastersAmong(objects: readonly SchemaObject[]): readonly string[] {
  return [...tableNames(objects)]
    .filter((name) => name.endsWith("_schema"))
    .map((name) => name.slice(0, -"schema".length));
}

function differences(
  expected: readonly SchemaObject[],
  stored: readonly SchemaObject[],
): readonly string[] {
  const storedByLabel = new Map(stored.map((object) => [object.label, object]));
  const expectedLabels = new Set(expected.map(({ label }) => label));
  const [expectedTables, storedTables] = [tableNames(expected), tableNames(stored)];
  const drift: string[] = [];
  for (const object of expected) {
    const found = storedByLabel.get(object.label);
    if (found === undefined) {
      if (isTable(object) || storedTables.has(object.table)) {
        drift.push(`${object.label} is missing`);
      }
    } else if (found.form !== object.form) {
      drift.push(`${object.label} differs: it is ${found.form}, not ${object.form}`);
    }
  }
  for (const object of stored) {
    if (expectedLabels.has(object.label)) continue;
    if (isTable(object) || expectedTables.has(object.table)) {
      drift.push(`${object.label} was added`);
    }
  }
  return drift;
}

function tableNames(objects: readonly SchemaObject[]): ReadonlySet<string> {
  return new Set(objects.filter(isTable).map(({ table }) => table));
}

function isTable({ label }: SchemaObject): boolean {
  return label.startsWith("table ");
}

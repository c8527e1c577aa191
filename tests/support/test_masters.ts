/**
 * Empty masters for tests, each in a database of its own: SQLite unless something else is asked for.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { type DatabaseKind, makeDatabase, type TestValue } from "./servers/databases.ts";
import { sharedServer } from "./servers/test_servers.ts";
import { temporaryFolder } from "./temporary_folder.ts";

/** Databases that a master can be in. */
export type MasterKind = "sqlite" | DatabaseKind;

/** A database for one master. Disposing it deletes it. */
export interface TestMaster extends AsyncDisposable {
  /** In which database it is. */
  readonly kind: MasterKind;
  /** Its URL. */
  readonly url: string;
  /** Runs a statement with `?` where values are bound, behind the back of the nodes; answers the rows as records. */
  sql(text: string, ...values: readonly TestValue[]): Promise<readonly unknown[]>;
}

/** Where {@linkcode makeMaster} makes masters, and the server it takes for that. */
let present: { readonly kind: "sqlite" } | { readonly kind: DatabaseKind; readonly server: string };
present = { kind: "sqlite" };

/**
 * Makes all masters of this test file in databases of this kind; answers why that cannot be, or `undefined`. Called
 * while a test file loads: what starts the server belongs to no test.
 */
export async function useMasters(kind: MasterKind): Promise<string | undefined> {
  if (kind === "sqlite") {
    present = { kind };
    return undefined;
  }
  const { url, missing } = await sharedServer(kind);
  if (url !== undefined) present = { kind, server: url };
  return missing;
}

/** Makes an empty master. */
export function makeMaster(): Promise<TestMaster> {
  return present.kind === "sqlite" ? makeSqlite() : makeOnServer(present.kind, present.server);
}

async function makeSqlite(): Promise<TestMaster> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/jobs.db`;
  return {
    kind: "sqlite",
    url: `sqlite:${path}?synchronous=normal`,
    // deno-lint-ignore require-await -- what it throws rejects
    async sql(text, ...values) {
      using database = new DatabaseSync(path, { timeout: 5_000 });
      return database.prepare(text).all(...values);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function makeOnServer(kind: DatabaseKind, server: string): Promise<TestMaster> {
  const database = await makeDatabase(kind, server);
  return {
    kind,
    url: database.url,
    sql: (text, ...values) => database.sql(text, ...values),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** `JOBMASTER_TEST_MASTER` chooses for test files that do not. */
const wanted = Deno.env.get("JOBMASTER_TEST_MASTER") ?? "sqlite";
if (!["sqlite", "postgres", "mysql"].includes(wanted)) {
  throw new Error(`JOBMASTER_TEST_MASTER is "${wanted}": it must be sqlite, postgres or mysql`);
}
const missing = await useMasters(wanted as MasterKind);
if (missing !== undefined) throw new Error(missing);

/**
 * Databases on the servers of the tests: each belongs to who made it, and is dropped when it is disposed.
 *
 * @module
 */

import { createConnection } from "mysql2/promise";
import pg from "pg";
import { tablesOf } from "../../../storage/sql/table_names.ts";

/** Kinds of servers that have databases. */
export type DatabaseKind = "postgres" | "mysql";

/** What SQL is given and answers. */
export type TestValue = string | number | null;

/** An empty database. */
export interface TestDatabase extends AsyncDisposable {
  /** Its address, for `masterSpec`. */
  readonly url: string;
  /** Runs a statement with `?` where values are bound; answers the rows as records. */
  sql(text: string, ...values: readonly TestValue[]): Promise<readonly unknown[]>;
  /** Deletes every row of a master's tables in it; the tables stay. */
  clear(prefix?: string): Promise<void>;
}

/** Makes a database on the server at `serverUrl`, whose user may do that. */
export async function makeDatabase(kind: DatabaseKind, serverUrl: string): Promise<TestDatabase> {
  const name = `jm_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return kind === "postgres"
    ? await PostgresDatabase.make(name, { serverUrl, url: url.href })
    : await MysqlDatabase.make(name, { serverUrl, url: url.href });
}

/** Addresses of a database and of the one its server is asked through. */
interface Addresses {
  readonly serverUrl: string;
  readonly url: string;
}

/** Deletes the rows of all tables in one go. */
function deletes(prefix: string): string {
  const { schema: _, ...tables } = tablesOf(prefix);
  return Object.values(tables).map((table) => `DELETE FROM ${table};`).join(" ");
}

class PostgresDatabase implements TestDatabase {
  readonly url: string;
  readonly #name: string;
  readonly #serverUrl: string;
  #client: Promise<pg.Client> | undefined;

  private constructor(name: string, { serverUrl, url }: Addresses) {
    this.#name = name;
    this.#serverUrl = serverUrl;
    this.url = url;
  }

  /** Where the server knows it, the database sorts as people do, so that a text compared without care is found. */
  static async make(name: string, addresses: Addresses): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(name, addresses);
    const create = `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`;
    await database.#administer(`${create} LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`)
      .catch(() => database.#administer(create));
    return database;
  }

  async sql(text: string, ...values: readonly TestValue[]): Promise<readonly unknown[]> {
    let count = 0;
    const numbered = text.replaceAll("?", () => `$${++count}`);
    return (await (await this.#connected()).query(numbered, [...values])).rows;
  }

  async clear(prefix = "jm_"): Promise<void> {
    await (await this.#connected()).query(deletes(prefix)); // several statements are one transaction
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#client)?.end();
    await this.#administer(`DROP DATABASE ${this.#name} WITH (FORCE)`);
  }

  /** Anew when the connection was lost. */
  #connected(): Promise<pg.Client> {
    return this.#client ??= this.#connect().catch((error) => {
      this.#client = undefined;
      throw error;
    });
  }

  async #connect(): Promise<pg.Client> {
    const client = await openClient(this.url);
    client.on("end", () => this.#client = undefined);
    return client;
  }

  async #administer(text: string): Promise<void> {
    const client = await openClient(this.#serverUrl);
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
}

/** Opens a connection that answers whole numbers as numbers. */
async function openClient(url: string): Promise<pg.Client> {
  const types = {
    getTypeParser: (oid: number) =>
      oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, "text"),
  };
  const client = new pg.Client({ connectionString: url, types });
  client.on("error", () => {}); // the next query says it
  await client.connect();
  return client;
}

type MysqlConnection = Awaited<ReturnType<typeof createConnection>>;

class MysqlDatabase implements TestDatabase {
  readonly url: string;
  readonly #name: string;
  readonly #serverUrl: string;
  #connection: Promise<MysqlConnection> | undefined;

  private constructor(name: string, { serverUrl, url }: Addresses) {
    this.#name = name;
    this.#serverUrl = serverUrl;
    this.url = url;
  }

  static async make(name: string, addresses: Addresses): Promise<MysqlDatabase> {
    const database = new MysqlDatabase(name, addresses);
    await database.#administer(`CREATE DATABASE ${name}`);
    return database;
  }

  async sql(text: string, ...values: readonly TestValue[]): Promise<readonly unknown[]> {
    const connection = await this.#connected();
    try {
      const [rows] = await connection.query(text, [...values]);
      return Array.isArray(rows) ? rows : [];
    } catch (error) {
      if ((error as { readonly fatal?: boolean }).fatal === true) this.#connection = undefined;
      throw error;
    }
  }

  async clear(prefix = "jm_"): Promise<void> {
    await (await this.#connected()).query(`START TRANSACTION; ${deletes(prefix)} COMMIT`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#connection)?.destroy();
    await this.#administer(`DROP DATABASE ${this.#name}`);
  }

  /** Anew when the connection was lost. */
  #connected(): Promise<MysqlConnection> {
    return this.#connection ??= this.#connect().catch((error) => {
      this.#connection = undefined;
      throw error;
    });
  }

  async #connect(): Promise<MysqlConnection> {
    const connection = await createConnection({ uri: this.url, multipleStatements: true });
    connection.on("error", () => this.#connection = undefined);
    return connection;
  }

  async #administer(text: string): Promise<void> {
    const connection = await createConnection({ uri: this.#serverUrl });
    try {
      await connection.query(text);
    } finally {
      connection.destroy();
    }
  }
}

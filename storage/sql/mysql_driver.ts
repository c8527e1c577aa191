/**
 * Opens connections to MySQL and MariaDB and finds out which of them it is.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { SqlFailure } from "./failures.ts";
import { type MysqlClient, mysqlClient, type MysqlConfig } from "./mysql_client.ts";
import { MysqlConnection } from "./mysql_connection.ts";
import { mysqlFailure } from "./mysql_failures.ts";
import { CommitWitness, startOf, sweepWitnesses } from "./mysql_witness.ts";
import { commitsTable } from "./tables.ts";
import { serverLabel, type ServerOptions } from "./options.ts";
import type { Tls } from "./tls.ts";
import { composed, type Row } from "./session.ts";
import type { Driver, Surroundings } from "./wire.ts";

/** How much longer than the server this side waits for an answer, in milliseconds: the server's own answer is better. */
const GRACE_MS = 1_000;

/** Least size of a packet the server takes, in bytes: a batch is one value. */
const MIN_PACKET_BYTES = 16 * 1_024 * 1_024;

/** A kind of server. */
export interface Product {
  readonly name: string;
  /** Oldest version that will do: major, minor, patch. */
  readonly oldest: readonly [number, number, number];
  /** Compares by code points, pads nothing. */
  readonly collation: string;
  /** Settings of its own, as SQL. */
  readonly settings: (statementTimeoutMs: number) => readonly string[];
}

const MARIADB: Product = {
  name: "MariaDB",
  oldest: [10, 6, 0],
  collation: "utf8mb4_nopad_bin",
  settings: (statementTimeoutMs) => [
    `max_statement_time = ${statementTimeoutMs / 1_000}`,
    "idle_transaction_timeout = 10",
  ],
};

const MYSQL: Product = {
  name: "MySQL",
  oldest: [8, 0, 19],
  collation: "utf8mb4_0900_bin",
  settings: (statementTimeoutMs) => [`max_execution_time = ${statementTimeoutMs}`],
};

/** The product whose server calls itself `version`. */
export function productOf(version: string): Product {
  return version.toLowerCase().includes("mariadb") ? MARIADB : MYSQL;
}

const GREETING = composed("SELECT version(), @@max_allowed_packet");

/** Opens connections to a MySQL or MariaDB server. */
export class MysqlDriver implements Driver {
  readonly master: string;
  /** What the latest connection said of the server. */
  product = "MySQL";
  /** The collation of its tables. */
  collation = MYSQL.collation;
  readonly #options: ServerOptions;
  readonly #tls: Tls | null;
  readonly #surroundings: Surroundings;
  #slot: number;
  #hasSwept = false;

  /** For the server and the database of `options`. */
  constructor(options: ServerOptions, tls: Tls | null, surroundings: Surroundings) {
    this.#options = options;
    this.#tls = tls;
    this.#surroundings = surroundings;
    this.#slot = Math.floor(surroundings.random.next() * 64);
    this.master = serverLabel("mysql", options);
  }

  async open(timeoutMs: number): Promise<MysqlConnection> {
    const { clock } = this.#surroundings;
    const client = await this.#dial(timeoutMs);
    this.#slot = (this.#slot + 1) % 64;
    const deadlineMs = this.#options.statementTimeoutMs + GRACE_MS;
    const connection = new MysqlConnection(
      { client, slot: this.#slot, deadlineMs },
      this.#surroundings,
    );
    using _limit = clock.schedule(timeoutMs, () => connection.destroy("the server is too slow"));
    try {
      await this.#greet(connection);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async #greet(connection: MysqlConnection): Promise<void> {
    const [row] = await connection.rows(GREETING, []);
    const [version, maxPacketBytes] = row as Row;
    const product = this.#judge(String(version), Number(maxPacketBytes));
    for (const sql of this.#settings(product)) await connection.run(composed(sql), []);
    const { threadId } = connection;
    const startedAtMs = await startOf(connection);
    const id = Math.floor(this.#surroundings.random.next() * Number.MAX_SAFE_INTEGER);
    connection.equip(
      new CommitWitness(commitsTable(this.#options.prefix), id, { threadId, startedAtMs }),
      Number(maxPacketBytes),
    );
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    await connection.run(sweepWitnesses(commitsTable(this.#options.prefix)), []).catch(() => {
      // There may be no table yet, or no right to write.
    });
  }

  /** @throws {JobMasterError} `unsupported`. */
  #judge(version: string, maxPacketBytes: number): Product {
    const product = productOf(version);
    const name = `${product.name} ${version.split("-")[0]}`;
    if (isOlder(version, product.oldest)) {
      this.#refuse(`it is ${name}, ${product.oldest.join(".")} or newer is needed`);
    }
    if (maxPacketBytes < MIN_PACKET_BYTES) {
      this.#refuse(
        `its max_allowed_packet is ${maxPacketBytes}, at least ${MIN_PACKET_BYTES} is needed`,
      );
    }
    this.product = name;
    this.collation = product.collation;
    return product;
  }

  #refuse(why: string): never {
    throw new JobMasterError("unsupported", `Cannot use master "${this.master}": ${why}`);
  }

  #settings(product: Product): readonly string[] {
    const settings = [
      "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
      "time_zone = '+00:00'",
      "autocommit = 1",
      "innodb_lock_wait_timeout = 5",
      "wait_timeout = 300",
      ...product.settings(this.#options.statementTimeoutMs),
    ];
    return [
      `SET NAMES utf8mb4 COLLATE ${product.collation}, ${
        settings.map((setting) => `SESSION ${setting}`).join(", ")
      }`,
      "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    ];
  }

  #dial(timeoutMs: number): Promise<MysqlClient> {
    return new Promise((resolve, reject) => {
      const client = mysqlClient(this.#config());
      const end = (failure: SqlFailure) => {
        timer[Symbol.dispose]();
        reject(failure);
        client.stream.destroy();
      };
      const timer = this.#surroundings.clock.schedule(
        timeoutMs,
        () => end(new SqlFailure("lost", `no connection within ${Math.round(timeoutMs)} ms`)),
      );
      client.on("error", (error) => end(mysqlFailure(error)));
      client.stream.on("close", () => end(new SqlFailure("lost", "the connection was closed")));
      client.once("connect", () => {
        timer[Symbol.dispose]();
        resolve(client);
      });
    });
  }

  #config(): MysqlConfig {
    const { host, port, user, password, database } = this.#options;
    const tls = this.#tls;
    return {
      host,
      port,
      user,
      password,
      database,
      ...(tls === null ? {} : { ssl: { ...tls, verifyIdentity: tls.rejectUnauthorized } }),
    };
  }
}

function isOlder(version: string, oldest: readonly [number, number, number]): boolean {
  const parts = version.split(/[.-]/, 3).map(Number);
  const first = oldest.findIndex((part, place) => part !== parts[place]);
  return first >= 0 && !((parts[first] ?? NaN) > oldest[first]!);
}

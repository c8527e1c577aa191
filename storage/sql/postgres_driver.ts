/**
 * Opens connections to Postgres and finds out whether a pooler stands before it.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { SqlFailure } from "./failures.ts";
import { type PgClient, pgClient, type PgConfig } from "./postgres_client.ts";
import { PostgresConnection, type PostgresConnectionOptions } from "./postgres_connection.ts";
import { fieldsOf, postgresFailure } from "./postgres_failures.ts";
import { serverLabel, type ServerOptions } from "./options.ts";
import type { Tls } from "./tls.ts";
import { SESSION_COLUMNS, sessionOf } from "./postgres_witness.ts";
import { composed, type Row } from "./session.ts";
import type { Driver, Surroundings } from "./wire.ts";

/** How much longer than the server this side waits for an answer, in milliseconds: the server's own answer is better. */
const GRACE_MS = 1_000;

const OLDEST = 13;

const GREETING = composed(
  `SELECT current_setting('jobmaster.session', true), current_setting('server_version_num')::int,
  current_setting('server_version'), pg_is_in_recovery(), ${SESSION_COLUMNS}`,
);

/** Settings of every transaction. Plans are those the indexes were made for, whatever the statistics say. */
function settings({ statementTimeoutMs }: ServerOptions): Readonly<Record<string, string>> {
  return {
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: "5000",
    idle_in_transaction_session_timeout: "10000",
    jit: "off",
    enable_seqscan: "off",
    enable_hashjoin: "off",
    enable_mergejoin: "off",
    enable_bitmapscan: "off",
    plan_cache_mode: "force_generic_plan",
  };
}

/** Opens connections to a Postgres server. */
export class PostgresDriver implements Driver {
  readonly master: string;
  /** What the latest connection said of the server. */
  product = "PostgreSQL";
  /** Whether the latest connection came through a pooler that does not keep sessions. */
  isPooled = false;
  readonly #options: ServerOptions;
  readonly #tls: Tls | null;
  readonly #surroundings: Surroundings;
  #takesSettings = true;
  #slot: number;

  /** For the server and the database of `options`. */
  constructor(options: ServerOptions, tls: Tls | null, surroundings: Surroundings) {
    this.#options = options;
    this.#tls = tls;
    this.#surroundings = surroundings;
    this.#slot = Math.floor(surroundings.random.next() * 64);
    this.master = serverLabel("postgres", options);
  }

  /**
   * Opens one within `timeoutMs`. The settings are sent with the greeting; a session that does not know them
   * afterwards is a pooler's, which gives each transaction to another one.
   */
  async open(timeoutMs: number): Promise<PostgresConnection> {
    const client = await this.#connect(timeoutMs);
    const greeted = this.#connection(client, { session: null, pooled: null });
    using _limit = this.#surroundings.clock.schedule(
      timeoutMs,
      () => greeted.destroy("the server is too slow"),
    );
    try {
      const [row] = await greeted.rows(GREETING, []);
      this.#judge(row!);
      this.isPooled = row![0] === null;
      this.#slot = (this.#slot + 1) % 64;
      return this.#connection(
        client,
        this.isPooled
          ? { session: null, pooled: this.#localSettings() }
          : { session: sessionOf(row!.slice(4)), pooled: null },
      );
    } catch (error) {
      await greeted.close();
      throw error;
    }
  }

  #judge([, number, version, isStandby]: Row): void {
    if (Number(number) < OLDEST * 10_000) {
      throw new JobMasterError(
        "unsupported",
        `Cannot use master "${this.master}": it is PostgreSQL ${version}, ${OLDEST} or newer is needed`,
      );
    }
    if (isStandby === 1) throw new SqlFailure("lost", "the server is a standby, it cannot write");
    this.product = `PostgreSQL ${String(version).split(" ")[0]}`;
  }

  #connection(
    client: PgClient,
    kind: Pick<PostgresConnectionOptions, "session" | "pooled">,
  ): PostgresConnection {
    const deadlineMs = this.#options.statementTimeoutMs + GRACE_MS;
    return new PostgresConnection(
      { client, slot: this.#slot, deadlineMs, ...kind },
      this.#surroundings,
    );
  }

  /** A pooler may refuse to pass settings on; it is asked without them then, now and later. */
  async #connect(timeoutMs: number): Promise<PgClient> {
    try {
      return await this.#dial(timeoutMs);
    } catch (error) {
      if (!this.#takesSettings || !refusesSettings(error)) throw postgresFailure(error);
      this.#takesSettings = false;
    }
    try {
      return await this.#dial(timeoutMs);
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  #dial(timeoutMs: number): Promise<PgClient> {
    const client = pgClient(this.#config());
    return new Promise((resolve, reject) => {
      client.on("error", reject);
      const timer = this.#surroundings.clock.schedule(timeoutMs, () => {
        reject(new SqlFailure("lost", `no connection within ${Math.round(timeoutMs)} ms`));
        client.connection.stream.destroy();
      });
      client.connect((error) => {
        timer[Symbol.dispose]();
        if (!error) return resolve(client);
        client.connection.stream.destroy();
        reject(error);
      });
    });
  }

  #config(): PgConfig {
    const { host, port, socket, user, password, database } = this.#options;
    return {
      host: socket ?? host,
      port,
      user,
      password: () => password,
      database,
      ssl: this.#tls ?? false,
      application_name: "jobmaster",
      ...(this.#takesSettings ? { options: this.#startupSettings() } : {}),
    };
  }

  /** Outside of a transaction that says otherwise nothing may write: if BEGIN failed, so do the statements after it. */
  #startupSettings(): string {
    return Object.entries({
      ...settings(this.#options),
      default_transaction_read_only: "on",
      "jobmaster.session": "own",
    }).map(([name, value]) => `-c ${name}=${value}`).join(" ");
  }

  #localSettings(): string {
    return Object.entries(settings(this.#options))
      .map(([name, value]) => `SET LOCAL ${name} = '${value}'`).join("; ");
  }
}

function refusesSettings(error: unknown): boolean {
  const { message, code } = fieldsOf(error);
  return code === "08P01" && message.includes("startup parameter");
}

/**
 * One connection to Postgres, in pipeline mode: what is sent together is answered in one round trip.
 *
 * @module
 */

import { CommitUnknown, SqlFailure } from "./failures.ts";
import { Outstanding } from "./outstanding.ts";
import type { PgClient, PgQuery, PgResult } from "./postgres_client.ts";
import { postgresFailure } from "./postgres_failures.ts";
import { named, numbered } from "./postgres_texts.ts";
import {
  POOLED_WITNESS,
  type PostgresSession,
  type PostgresWitness,
  sessionOf,
  tookPlace,
  WITNESS,
} from "./postgres_witness.ts";
import type { Row, SqlValue, Statement } from "./session.ts";
import type { BoundStatement, Connection, Surroundings } from "./wire.ts";

/** How long a goodbye may take, in milliseconds. */
const GOODBYE_MS = 1_000;

/** What a connection is made with. */
export interface PostgresConnectionOptions {
  /** A client that is connected. */
  readonly client: PgClient;
  /** Spreads counters. */
  readonly slot: number;
  /** How long the server may be silent while it owes an answer, in milliseconds. */
  readonly deadlineMs: number;
  /** The server's session, when all transactions of the connection run in it. */
  readonly session: PostgresSession | null;
  /**
   * Settings that go with each transaction, as SQL, when a pooler may give each of them to another session; nothing
   * stays prepared then. `null` when the session is one's own.
   */
  readonly pooled: string | null;
}

/** A connection to Postgres. */
export class PostgresConnection implements Connection {
  readonly slot: number;
  readonly #client: PgClient;
  readonly #clock: Surroundings["clock"];
  readonly #outstanding: Outstanding;
  readonly #closed = Promise.withResolvers<void>();
  readonly #pooled: string | null;
  readonly #session: PostgresSession | null;
  #began: Promise<PostgresWitness> = Promise.reject(new SqlFailure("refused", "nothing was begun"));
  #corked = false;

  /** Takes the client over. */
  constructor(options: PostgresConnectionOptions, { clock }: Surroundings) {
    this.slot = options.slot;
    this.#client = options.client;
    this.#clock = clock;
    this.#pooled = options.pooled;
    this.#began.catch(() => {
      // Told by a commit without a beginning.
    });
    this.#session = options.session;
    this.#outstanding = new Outstanding({
      clock,
      deadlineMs: options.deadlineMs,
      lose: () => this.#client.connection.stream.destroy(),
    });
    this.#client.on("error", (error) => this.#outstanding.lose(postgresFailure(error)));
    this.#client.on("end", () => {
      this.#outstanding.lose(new SqlFailure("lost", "the connection was closed"));
      this.#closed.resolve();
    });
  }

  get isLost(): boolean {
    return this.#outstanding.isLost;
  }

  async rows(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await this.#send(this.#query(statement, values))).rows;
  }

  async run(statement: Statement, values: readonly SqlValue[]): Promise<number> {
    return (await this.#send(this.#query(statement, values))).rowCount ?? 0;
  }

  beginRead(): void {
    if (this.#pooled !== null) this.#begin("READ ONLY");
  }

  async endRead(): Promise<void> {
    if (this.#pooled !== null) await this.rollback();
    await this.#outstanding.quiet();
  }

  begin(): void {
    const begin = this.#begin("READ WRITE");
    const session = this.#session;
    const witness = this.#send(this.#query(session === null ? POOLED_WITNESS : WITNESS, []));
    this.#began = Promise.all([witness, begin]).then(([{ rows: [row] }]) => {
      const [xid, ...columns] = row!;
      return { xid: String(xid), ...(session ?? sessionOf(columns)) };
    });
    this.#began.catch(() => {
      // Told by the commit.
    });
  }

  async commit(last: readonly BoundStatement[]): Promise<void> {
    const witness = await this.#began; // known before the commit can be lost
    const changes = last.map(({ statement, values }) => this.#send(this.#query(statement, values)));
    const commit = this.#send(text("COMMIT"));
    const answers = await Promise.allSettled([...changes, commit]);
    const failure = answers.find((answer) => answer.status === "rejected")?.reason;
    if (failure instanceof SqlFailure) {
      if (failure.kind !== "lost") throw failure;
      throw new CommitUnknown<Connection>(failure, (other) => tookPlace(other, witness));
    }
    if ((await commit).command !== "COMMIT") {
      throw new SqlFailure("refused", "the server rolled the transaction back");
    }
  }

  async rollback(): Promise<void> {
    try {
      await this.#send(text("ROLLBACK"));
    } catch (error) {
      this.#outstanding.lose(postgresFailure(error));
    }
  }

  /** Calls `heard` with the payload of each notification on `channel`. */
  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#client.on("notification", ({ payload }) => heard(payload ?? ""));
    await this.#send(text(`LISTEN "${channel}"`));
  }

  destroy(reason: string): void {
    this.#outstanding.lose(new SqlFailure("lost", reason));
  }

  /** Resolves when the connection is closed, by whomever. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async close(): Promise<void> {
    if (!this.isLost) this.#client.end(() => {});
    const timer = this.#clock.schedule(GOODBYE_MS, () => this.destroy("it was closed"));
    await this.#closed.promise;
    timer[Symbol.dispose]();
  }

  #begin(access: "READ ONLY" | "READ WRITE"): Promise<PgResult> {
    const begin = `BEGIN ISOLATION LEVEL READ COMMITTED ${access}`;
    const begun = this.#send(text(this.#pooled === null ? begin : `${begin}; ${this.#pooled}`));
    begun.catch(() => {
      // The statements after it fail with it.
    });
    return begun;
  }

  #query(statement: Statement, values: readonly SqlValue[]): PgQuery {
    if (!statement.prepared || this.#pooled !== null) {
      return { text: numbered(statement.text), values, rowMode: "array" };
    }
    return { ...named(statement), values, rowMode: "array" };
  }

  #send(query: PgQuery): Promise<PgResult> {
    return this.#outstanding.call(({ done, failed }) => {
      this.#cork();
      this.#client.query(
        query,
        (error, result) => error ? failed(this.#failure(error)) : done(result),
      );
    });
  }

  /** What is sent before the event loop turns leaves in one packet. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    const { stream } = this.#client.connection;
    stream.cork();
    queueMicrotask(() => {
      this.#corked = false;
      stream.uncork();
    });
  }

  /** A failure of the connection ends all of its calls: the server may not be able to tell it to each of them. */
  #failure(error: unknown): SqlFailure {
    const failure = postgresFailure(error);
    if (failure.kind === "lost") this.#outstanding.lose(failure);
    return failure;
  }
}

function text(sql: string): PgQuery {
  return { text: sql, rowMode: "array" };
}

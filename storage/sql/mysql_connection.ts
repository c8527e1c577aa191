/**
 * One connection to MySQL or MariaDB. Statements are sent one after the other, each when the one before has succeeded.
 *
 * @module
 */

import { CommitUnknown, SqlFailure } from "./failures.ts";
import { type MysqlAnswer, type MysqlClient, type MysqlResult, sent } from "./mysql_client.ts";
import { mysqlFailure } from "./mysql_failures.ts";
import type { CommitWitness } from "./mysql_witness.ts";
import { Outstanding } from "./outstanding.ts";
import { composed, type Row, type SqlValue, type Statement } from "./session.ts";
import type { BoundStatement, Connection, Surroundings } from "./wire.ts";

/** How long a goodbye may take, in milliseconds. */
const GOODBYE_MS = 1_000;

/** Room in a packet for everything but texts, in bytes. */
const PACKET_HEAD = 65_536;

const BEGIN = composed("START TRANSACTION READ WRITE");
const ROLLBACK = composed("ROLLBACK");

/** What a connection is made with. */
export interface MysqlConnectionOptions {
  /** A client that is connected. */
  readonly client: MysqlClient;
  /** Spreads counters. */
  readonly slot: number;
  /** How long the server may be silent while it owes an answer, in milliseconds. */
  readonly deadlineMs: number;
}

/** A connection to MySQL or MariaDB. */
export class MysqlConnection implements Connection {
  readonly slot: number;
  readonly #client: MysqlClient;
  readonly #clock: Surroundings["clock"];
  readonly #outstanding: Outstanding;
  readonly #closed = Promise.withResolvers<void>();
  /** Settled when everything that was asked for before has been answered. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Why nothing more is sent until the transaction is rolled back. */
  #broken: unknown = null;
  #isInTransaction = false;
  #witness: CommitWitness | null = null;
  #maxTextBytes = Infinity;

  /** Takes the client over. */
  constructor(options: MysqlConnectionOptions, { clock }: Surroundings) {
    this.slot = options.slot;
    this.#client = options.client;
    this.#clock = clock;
    this.#outstanding = new Outstanding({
      clock,
      deadlineMs: options.deadlineMs,
      lose: () => this.#client.stream.destroy(),
    });
    this.#client.on("error", (error) => this.#outstanding.lose(mysqlFailure(error)));
    this.#client.stream.on("close", () => {
      this.#outstanding.lose(new SqlFailure("lost", "the connection was closed"));
      this.#closed.resolve();
    });
  }

  get isLost(): boolean {
    return this.#outstanding.isLost;
  }

  /** Its number on the server. */
  get threadId(): number {
    return this.#client.threadId;
  }

  /** Commits are witnessed from now on, and texts that do not fit into a packet are refused. */
  equip(witness: CommitWitness, maxPacketBytes: number): void {
    this.#witness = witness;
    this.#maxTextBytes = maxPacketBytes - PACKET_HEAD;
  }

  async rows(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    const result = await this.#take(statement, values);
    return Array.isArray(result) ? result : [];
  }

  async run(statement: Statement, values: readonly SqlValue[]): Promise<number> {
    const result = await this.#take(statement, values);
    return "affectedRows" in result ? result.affectedRows : 0;
  }

  beginRead(): void {}

  async endRead(): Promise<void> {
    await this.#turn;
  }

  begin(): void {
    this.#isInTransaction = true;
    this.#broken = null;
    this.#take(BEGIN, []).catch(() => {
      // The statements after it fail with it.
    });
  }

  async commit(last: readonly BoundStatement[], wrote: boolean): Promise<void> {
    await Promise.all(last.map(({ statement, values }) => this.#take(statement, values)));
    const witness = wrote || last.length > 0 ? this.#witness : null;
    const asked = witness?.next() ?? null;
    try {
      await this.#take(composed(asked === null ? "COMMIT" : `${asked.sql}; COMMIT`), []);
    } catch (error) {
      if (!(error instanceof SqlFailure)) throw error;
      if (error.kind === "lost") {
        throw new CommitUnknown<Connection>(error, asked === null ? null : asked.question);
      }
      if (asked === null || !asked.isMissing(error)) throw error;
      await this.#commitUnwitnessed();
    }
    this.#isInTransaction = false;
  }

  async rollback(): Promise<void> {
    await this.#turn;
    this.#isInTransaction = false;
    this.#broken = null;
    try {
      await this.#take(ROLLBACK, []);
    } catch (error) {
      this.#outstanding.lose(mysqlFailure(error));
    }
  }

  destroy(reason: string): void {
    this.#outstanding.lose(new SqlFailure("lost", reason));
  }

  async close(): Promise<void> {
    await this.#forgetWitness();
    if (!this.isLost) this.#client.end(() => this.#client.stream.destroy());
    const timer = this.#clock.schedule(GOODBYE_MS, () => this.destroy("it was closed"));
    await this.#closed.promise;
    timer[Symbol.dispose]();
  }

  /** The tables are not there yet, so the witness's is not either. */
  async #commitUnwitnessed(): Promise<void> {
    this.#broken = null;
    try {
      await this.#take(composed("COMMIT"), []);
    } catch (error) {
      const failure = mysqlFailure(error);
      throw failure.kind === "lost" ? new SqlFailure("refused", failure.message) : failure;
    }
  }

  async #forgetWitness(): Promise<void> {
    const statement = this.#witness?.forget();
    if (statement === undefined || this.isLost) return;
    await this.run(statement, []).catch(() => {
      // A day later somebody else removes it.
    });
  }

  /** Runs a statement when its turn comes; in a transaction only if everything before it succeeded. */
  #take({ text, prepared }: Statement, values: readonly SqlValue[]): Promise<MysqlResult> {
    const taken = this.#turn.then(() => {
      if (this.#broken !== null) throw this.#broken;
      this.#demandSize(values);
      return this.#outstanding.call<MysqlResult>(({ done, failed }) => {
        const answer: MysqlAnswer = (error, result) =>
          error ? failed(this.#failure(error)) : done(result);
        if (prepared) this.#client.execute(text, sent(values), answer);
        else this.#client.query(text, values, answer);
      });
    });
    this.#turn = taken.catch((error) => {
      if (this.#isInTransaction) this.#broken ??= error;
    });
    return taken;
  }

  #failure(error: unknown): SqlFailure {
    const failure = mysqlFailure(error);
    if (failure.kind === "lost") this.#outstanding.lose(failure);
    return failure;
  }

  /** The server would cut the connection, which looks as if a second try could help. */
  #demandSize(values: readonly SqlValue[]): void {
    let characters = 0;
    for (const value of values) if (typeof value === "string") characters += value.length;
    if (characters * 3 <= this.#maxTextBytes) return;
    const bytes = values.reduce<number>((sum, value) => sum + byteLength(value), 0);
    if (bytes <= this.#maxTextBytes) return;
    throw new SqlFailure(
      "refused",
      `the values of a statement are ${bytes} bytes, the server's max_allowed_packet is ${
        this.#maxTextBytes + PACKET_HEAD
      }`,
    );
  }
}

function byteLength(value: SqlValue): number {
  return typeof value === "string" ? new TextEncoder().encode(value).length : 8;
}

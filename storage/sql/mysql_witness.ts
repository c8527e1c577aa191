/**
 * How a lost commit is found out about on MySQL: each connection has a row in a small table, in which it writes a
 * number with every transaction. Whoever reads the number there knows that the transaction took place.
 *
 * @module
 */

import type { CommitQuestion, SqlFailure } from "./failures.ts";
import { composed, type Statement } from "./session.ts";
import type { Connection } from "./wire.ts";

/** The server's code for a table that does not exist. */
const NO_TABLE = "ER_NO_SUCH_TABLE";

/** The witness of one commit. */
export interface Witnessed {
  /** Comes right before COMMIT, in the same packet. */
  readonly sql: string;
  /** Whether the commit took place. */
  readonly question: CommitQuestion<Connection>;
  /** Whether a failure says that there is no table for witnesses yet. */
  isMissing(failure: SqlFailure): boolean;
}

/** The row of one connection. */
export class CommitWitness {
  readonly #table: string;
  readonly #id: number;
  readonly #server: { readonly threadId: number; readonly startedAtMs: number };
  #token = 0;

  /** Row `id` of `table`. `server` tells which of its sessions is the connection's, and since when it has run. */
  constructor(
    table: string,
    id: number,
    server: { readonly threadId: number; readonly startedAtMs: number },
  ) {
    this.#table = table;
    this.#id = id;
    this.#server = server;
  }

  /** For the next commit. */
  next(): Witnessed {
    const token = ++this.#token;
    return {
      sql: `INSERT INTO ${this.#table} (connection_id, token, written_at)
VALUES (${this.#id}, ${token}, UNIX_TIMESTAMP() * 1000)
ON DUPLICATE KEY UPDATE token = VALUES(token), written_at = VALUES(written_at)`,
      question: (other) => this.#isWritten(other, token),
      isMissing: ({ code }) => code === NO_TABLE,
    };
  }

  /** Removes the row; nothing when there never was one. */
  forget(): Statement | undefined {
    if (this.#token === 0) return undefined;
    return composed(`DELETE FROM ${this.#table} WHERE connection_id = ${this.#id}`);
  }

  /** The session is ended first: what it has been sent may still be on the way to it. */
  async #isWritten(other: Connection, token: number): Promise<boolean | undefined> {
    if (await this.#isRunning(other)) {
      await other.run(composed(`KILL ${this.#server.threadId}`), []).catch(() => {
        // It ended by itself meanwhile.
      });
      return undefined;
    }
    const [row] = await other.rows(
      composed(`SELECT token FROM ${this.#table} WHERE connection_id = ${this.#id}`),
      [],
    );
    return row?.[0] === token;
  }

  /** Numbers of sessions start anew with the server, so one of a later start is somebody else's. */
  async #isRunning(other: Connection): Promise<boolean> {
    if (await startOf(other) > this.#server.startedAtMs + START_TOLERANCE_MS) return false;
    const sessions = await other.rows(
      composed(
        `SELECT id FROM information_schema.processlist WHERE id = ${this.#server.threadId}`,
      ),
      [],
    );
    return sessions.length > 0;
  }
}

/** Starts are computed from a number of whole seconds. */
const START_TOLERANCE_MS = 2_500;

/** Removes rows of connections that nobody can ask about any more. */
export function sweepWitnesses(table: string): Statement {
  return composed(
    `DELETE FROM ${table} WHERE written_at < (UNIX_TIMESTAMP() - 86400) * 1000 LIMIT 1000`,
  );
}

/** When the server was started, in epoch milliseconds of its clock, to a second or so. */
export async function startOf(connection: Connection): Promise<number> {
  const [[, uptime]] = await connection.rows(
    composed("SHOW GLOBAL STATUS LIKE 'Uptime'"),
    [],
  ) as readonly [readonly [unknown, unknown]];
  const [[now]] = await connection.rows(
    composed("SELECT UNIX_TIMESTAMP() * 1000"),
    [],
  ) as readonly [readonly [unknown]];
  return Number(now) - Number(uptime) * 1_000;
}

/** Servers opened through a way that breaks on demand. */

import {
  composed,
  type Session,
  type SqlServer,
  type Transaction,
} from "../../../storage/sql/session.ts";
import {
  type DatabaseKind,
  makeDatabase,
  type TestDatabase,
} from "../../support/servers/databases.ts";
import {
  type SharedServer,
  sharedServer,
  skipWithout,
} from "../../support/servers/test_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { ADD, AMOUNT, LOCK, openAt, type SceneOptions } from "./place.ts";

/** The kinds of servers and how each says what differs. */
export const KINDS: readonly DatabaseKind[] = ["postgres", "mysql"];

const servers: Readonly<Record<DatabaseKind, SharedServer>> = {
  postgres: await sharedServer("postgres"),
  mysql: await sharedServer("mysql"),
};

/** A database of its own, a proxy before it and a table to write to. */
export interface Scene extends AsyncDisposable {
  /** The server, through the proxy. */
  readonly server: SqlServer;
  /** The way to it. */
  readonly proxy: TcpProxy;
  /** The database, past the proxy. */
  readonly database: TestDatabase;
  /** Opens it once more, through the proxy. */
  open(more?: SceneOptions): Promise<SqlServer>;
  /** Ids that are in the table, past the proxy. */
  stored(): Promise<readonly string[]>;
}

/** Makes a scene on a server of this kind: the shared one, or the one at `back`, seen through `front`. */
export async function openScene(
  kind: DatabaseKind,
  given: SceneOptions = {},
  { back = servers[kind].url!, front = back }: {
    readonly back?: string;
    readonly front?: string | undefined;
  } = {},
): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await makeDatabase(kind, back));
  await database.sql(TABLE);
  if (kind === "mysql") await database.sql(COMMITS);
  const proxy = stack.use(TcpProxy.before(front));
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const open = ({ options, surroundings }: SceneOptions = {}) =>
    openAt(kind, url.href, {
      options: { ...given.options, ...options },
      surroundings: { ...given.surroundings, ...surroundings },
    });
  const server = stack.use(await open());
  const scene = stack.move();
  return {
    server,
    proxy,
    database,
    open,
    stored: async () =>
      (await database.sql("SELECT id FROM things ORDER BY id") as { id: string }[])
        .map(({ id }) => id),
    [Symbol.asyncDispose]: () => scene.disposeAsync(),
  };
}

/** Registers a test for each of the kinds of servers that is there. */
export function serverTest(
  name: string,
  run: (kind: DatabaseKind) => Promise<void>,
  kinds: readonly DatabaseKind[] = KINDS,
): void {
  for (const kind of kinds) {
    if (servers[kind].url === undefined) skipWithout(`${name}: ${kind}`, servers[kind]);
    else Deno.test(`${name}: ${kind}`, () => run(kind));
  }
}

const TABLE = "CREATE TABLE things (id varchar(100) PRIMARY KEY, amount bigint NOT NULL)";
const COMMITS =
  "CREATE TABLE jm_commits (connection_id bigint PRIMARY KEY, token bigint NOT NULL, written_at bigint NOT NULL)";

/** The amount of a row that is there. */
export async function amountOf(session: Session, id: string): Promise<number> {
  const [row] = await session.rows(AMOUNT, [id]);
  return Number(row![0]);
}

/** Adds a row as enqueueing does: looks first, writes with the commit. */
export async function add(server: SqlServer, id: string, amount = 0): Promise<string> {
  return await server.write(async (transaction) => {
    await transaction.rows(LOCK, ["nothing"]);
    transaction.last(ADD, [id, amount]);
    return id;
  });
}

/** Lets the server take a second for a statement, a little less for those it has to wait for. */
export function slowly(kind: DatabaseKind, seconds: number) {
  return composed(kind === "postgres" ? `SELECT pg_sleep(${seconds})` : `SELECT SLEEP(${seconds})`);
}

/** Runs a statement of a transaction that is not prepared. */
export function run(transaction: Transaction, text: string): Promise<number> {
  return transaction.run(composed(text));
}

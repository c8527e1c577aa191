/**
 * Masters on real servers, each with a way to it that breaks on demand.
 *
 * @module
 */

import { type DatabaseKind, makeDatabase } from "../../support/servers/databases.ts";
import { sharedServer, skipWithout } from "../../support/servers/test_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import type { TestMaster } from "../../support/test_masters.ts";

const SERVERS = {
  postgres: await sharedServer("postgres"),
  mysql: await sharedServer("mysql"),
};

/** A way to a master. Disposing it ends the way; the master belongs to the cluster that is opened on it. */
export interface BrokenWay extends AsyncDisposable {
  /** The master. */
  readonly master: TestMaster;
  /** What is in front of it. */
  readonly proxy: TcpProxy;
  /** Where the master is, through the proxy. */
  readonly url: string;
}

/** Makes a master in an empty database of the server at `serverUrl`, and a way to it. `query` is added to its address. */
export async function openWay(
  kind: DatabaseKind,
  { serverUrl = SERVERS[kind].url!, query = "" } = {},
): Promise<BrokenWay> {
  const database = await makeDatabase(kind, serverUrl);
  const proxy = TcpProxy.before(database.url);
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const master: TestMaster = {
    kind,
    url: database.url,
    sql: (text, ...values) => database.sql(text, ...values),
    [Symbol.asyncDispose]: () => Promise.resolve(database[Symbol.asyncDispose]()),
  };
  return {
    master,
    proxy,
    url: `${url.href}${query}`,
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/** Registers a test for each kind of database server, skipped where there is none. */
export function masterTest(name: string, run: (kind: DatabaseKind) => Promise<void>): void {
  for (const kind of ["postgres", "mysql"] as const) {
    if (SERVERS[kind].url === undefined) skipWithout(`${name}: ${kind}`, SERVERS[kind]);
    else Deno.test(`${name}: ${kind}`, () => run(kind));
  }
}

/** Registers one test that runs on all kinds at the same time, for those that mostly wait. Missing kinds are skipped ones. */
export function mastersTest(name: string, run: (kind: DatabaseKind) => Promise<void>): void {
  const kinds = (["postgres", "mysql"] as const).filter((kind) => {
    if (SERVERS[kind].url === undefined) skipWithout(`${name}: ${kind}`, SERVERS[kind]);
    return SERVERS[kind].url !== undefined;
  });
  if (kinds.length === 0) return;
  Deno.test(`${name}: ${kinds.join(" and ")}`, async () => {
    const outcomes = await Promise.allSettled(kinds.map(run));
    const failed = outcomes.flatMap((each) => each.status === "rejected" ? [each.reason] : []);
    if (failed.length > 0) throw failed[0];
  });
}

/** How long these tests wait for what is sure to happen: a busy machine is slow, not wrong. */
export const PATIENTLY = { timeoutMs: 60_000, everyMs: 20 };

/** What nodes say when they lose a lease because their master is out of reach. */
export const LEASE_LOST = /lost its lease|worker-.* crashed|[Cc]annot/;

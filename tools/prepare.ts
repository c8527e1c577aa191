/**
 * Prepares what the tests need before the first of them runs: packages, and servers.
 *
 * @module
 */

import {
  type Keeper,
  KeeperConnection,
  openKeeper,
} from "../tests/support/servers/keeper_process.ts";
import type { ServerKind } from "../tests/support/servers/server_kind.ts";
import { streamDeno } from "./deno_process.ts";

/** Servers that a run of all tests needs. */
const SERVERS: readonly ServerKind[] = ["postgres", "mysql"];

/** Fetches the packages of the lock file, so that no test waits for a download; resolves with whether it could. */
export async function prepare(): Promise<boolean> {
  const { code } = await streamDeno(["install", "--quiet"]);
  return code === 0;
}

/**
 * Starts the keeper of the servers. It starts a server when the first test asks for it, or all of them now when all
 * tests are to run, and says which it has. One that cannot be had fails nothing: the tests that need it are skipped.
 */
export async function prepareServers(all: boolean): Promise<Keeper> {
  const keeper = await openKeeper();
  if (!all) return keeper;
  await Promise.allSettled(SERVERS.map(async (kind) => {
    using connection = await KeeperConnection.open(keeper);
    await connection.ask({ ask: "shared", kind });
  }));
  return keeper;
}

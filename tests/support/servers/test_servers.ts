/**
 * The servers that tests run against.
 *
 * They are asked for while a test file loads, so that what starts them belongs to no test:
 *
 * ```ts ignore
 * const postgres = await sharedServer("postgres");
 * ```
 *
 * @module
 */

import { type Keeper, KeeperConnection, openKeeper } from "./keeper_process.ts";
import {
  NONE,
  type OwnServer,
  type ServerKind,
  type ServerSettings,
  type ServerSignal,
  variableOf,
} from "./server_kind.ts";

/** A server that is there, or why there is none. */
export type SharedServer =
  | { readonly url: string; readonly missing?: never }
  | { readonly url?: never; readonly missing: string };

let keeper: Promise<Keeper> | undefined;

/** The keeper of this run, or one that lives as long as this process. */
function theKeeper(): Promise<Keeper> {
  return keeper ??= openKeeper();
}

/** The server that all tests of the run share. Each of them makes a database of its own there. */
export async function sharedServer(kind: ServerKind): Promise<SharedServer> {
  const given = Deno.env.get(variableOf(kind)) ?? "";
  if (given === NONE) return { missing: `No ${kind}: ${variableOf(kind)} is "${NONE}"` };
  if (given !== "") return { url: given };
  using connection = await KeeperConnection.open(await theKeeper());
  try {
    const { url } = await connection.ask({ ask: "shared", kind });
    return { url: url! };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Called while a test file loads whose tests use {@linkcode ownServer}: what starts servers belongs to none of them. */
export async function willOwnServers(): Promise<void> {
  await theKeeper();
}

/**
 * Starts a server that belongs to the caller, who may kill it: with a PgBouncer, in front of the server at `upstream`.
 *
 * Rejects when there can be none.
 */
export async function ownServer(
  kind: ServerKind,
  { upstream, ...settings }: ServerSettings & { readonly upstream?: string } = {},
): Promise<OwnServer> {
  const connection = await KeeperConnection.open(await theKeeper());
  try {
    const behind = upstream === undefined ? {} : { upstream };
    const answer = await connection.ask({ ask: "own", kind, settings, ...behind });
    return {
      url: answer.url!,
      origin: answer.origin!,
      start: async () => void await connection.ask({ ask: "start" }),
      signal: async (signal: ServerSignal) => void await connection.ask({ ask: "signal", signal }),
      // deno-lint-ignore require-await -- the keeper goes on alone
      async [Symbol.asyncDispose]() {
        connection[Symbol.dispose]();
      },
    };
  } catch (error) {
    connection[Symbol.dispose]();
    throw error;
  }
}

/**
 * Registers a test that is skipped, and says why, in place of tests that need a server that is not there. The run
 * counts it, and fails on it when `CI` is set: a suite that could not run never reads as one that passed.
 */
export function skipWithout(what: string, { missing }: SharedServer): void {
  Deno.test.ignore(`${what}: ${missing}`, () => {});
}

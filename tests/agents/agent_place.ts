/**
 * Places for the messages of one test, on every kind of agent connection.
 *
 * @module
 */

import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { transportSpec } from "../../transports/mod.ts";
import type { Transport, TransportAdapter } from "../../transports/port.ts";
import { makeDatabase } from "../support/servers/databases.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

/** The kinds of agent connections. */
export type AgentKind = "sqlite" | "postgres" | "mysql" | "nats";

const SERVERS = {
  postgres: await sharedServer("postgres"),
  mysql: await sharedServer("mysql"),
  nats: await sharedServer("nats"),
};

/** The kinds that are there. */
export const AGENT_KINDS: readonly AgentKind[] = [
  "sqlite",
  ...(["postgres", "mysql", "nats"] as const).filter((kind) => SERVERS[kind].missing === undefined),
];

/** Registers a skipped test for each kind that is not there. */
export function skipMissingAgents(what: string): void {
  for (const kind of ["postgres", "mysql", "nats"] as const) {
    if (!AGENT_KINDS.includes(kind)) skipWithout(`${kind}: ${what}`, SERVERS[kind]);
  }
}

/** An agent connection without messages. */
export interface AgentPlace extends AsyncDisposable {
  /** Its URL. */
  readonly url: string;
  /** Opens it beside the nodes. */
  open(): Promise<Transport>;
}

/** Makes one. */
export async function openAgentPlace(kind: AgentKind): Promise<AgentPlace> {
  const { url, dispose } = await MAKERS[kind]();
  const { module, options } = transportSpec(url);
  return {
    url,
    async open() {
      const { adapter } = await import(module) as { readonly adapter: TransportAdapter };
      return await adapter.open(options);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

interface Made {
  readonly url: string;
  readonly dispose: () => PromiseLike<void>;
}

const onServer = (kind: "postgres" | "mysql") => async (): Promise<Made> => {
  const database = await makeDatabase(kind, SERVERS[kind].url!);
  return { url: database.url, dispose: () => database[Symbol.asyncDispose]() };
};

const MAKERS: Readonly<Record<AgentKind, () => Promise<Made>>> = {
  async sqlite() {
    const folder = await temporaryFolder();
    return {
      url: `sqlite:${folder.path}/agent.db?synchronous=normal`,
      dispose: () => folder[Symbol.asyncDispose](),
    };
  },
  postgres: onServer("postgres"),
  mysql: onServer("mysql"),
  nats() {
    const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
    const url = SERVERS.nats.url!;
    return Promise.resolve({
      url: `${url}?stream=${stream}`,
      dispose: () => deleteStreams(url, stream),
    });
  },
};

/** Deletes the streams of an agent connection. */
export async function deleteStreams(url: string, stream: string): Promise<void> {
  const connection = await connect({ servers: url.replace("nats://", "") });
  const manager = await jetstreamManager(connection);
  for (const name of [stream, `${stream}-parked`]) {
    await manager.streams.delete(name).catch(() => {/* it was never made */});
  }
  await connection.close();
}

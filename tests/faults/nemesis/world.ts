/**
 * Everything a nemesis can break: processes, servers, and the ways between them.
 *
 * @module
 */

import {
  type DatabaseKind,
  makeDatabase,
  type TestDatabase,
} from "../../support/servers/databases.ts";
import type { OwnServer, ServerKind } from "../../support/servers/server_kind.ts";
import { ownServer } from "../../support/servers/test_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { makeMaster } from "../../support/test_masters.ts";
import type { CallerOrder } from "./caller_program.ts";
import type { Field } from "./fault_plan.ts";
import type { Ask } from "./master_rows.ts";
import type { NodeOrder } from "./node_program.ts";
import { Place } from "./place.ts";
import type { Recorder } from "./record.ts";

/** What a world is made of. */
export interface WorldOptions {
  /** Where the master is. */
  readonly master: "sqlite" | DatabaseKind;
  /** Where the agent connection is. */
  readonly agent: "none" | "nats" | DatabaseKind;
  /** Leases of the nodes. */
  readonly lease: { readonly leaseMs: number; readonly renewMs: number };
  /** Decides what callers ask for. */
  readonly seed: number;
  /** The schedule that runs meanwhile. */
  readonly schedule: NonNullable<CallerOrder["schedule"]>;
}

/** Where a server's place is, and the server if it can be broken. */
interface Seat {
  readonly url: string;
  readonly server: OwnServer | null;
}

const NODES = ["node-1", "node-2", "node-3"] as const;
const CALLERS = ["caller-1", "caller-2"] as const;

/** Nodes, callers, servers and the ways between them. */
export class World implements AsyncDisposable {
  /** By name. */
  readonly places = new Map<string, Place>();
  /** By name: `node-1 master`. */
  readonly ways = new Map<string, TcpProxy>();
  /** By name: `master`, `agent`. */
  readonly servers = new Map<string, OwnServer>();
  /** Asks the master behind the back of the nodes. */
  readonly ask: Ask;
  /** Where the agent connection is, past all proxies. */
  readonly agentUrl: string | null;
  readonly #options: WorldOptions;
  readonly #folder: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    options: WorldOptions,
    { ask, agentUrl, folder, stack }: {
      readonly ask: Ask;
      readonly agentUrl: string | null;
      readonly folder: string;
      readonly stack: AsyncDisposableStack;
    },
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#stack = stack;
    this.ask = ask;
    this.agentUrl = agentUrl;
  }

  /** Starts servers, nodes and callers, which record what they do in `folder`. */
  static async start(
    options: WorldOptions,
    { folder, recorder }: { readonly folder: string; readonly recorder: Recorder },
  ): Promise<World> {
    await using stack = new AsyncDisposableStack();
    const master = await openMaster(options.master, stack);
    const agent = await openAgent(options.agent, stack);
    const world = new World(options, {
      ...{ folder, stack: stack.move(), ask: master.ask, agentUrl: agent?.url ?? null },
    });
    try {
      if (master.server !== null) world.servers.set("master", master.server);
      if (agent?.server) world.servers.set("agent", agent.server);
      await world.#people({ master, agent }, recorder);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What can be broken of it, for so long. */
  field(lastsMs: number): Field {
    return {
      ...{ nodes: NODES, callers: CALLERS, lastsMs, leaseMs: this.#options.lease.leaseMs },
      servers: [...this.servers.keys()] as Field["servers"],
    };
  }

  /** Lets every caller end in order: what they asked for is answered then. */
  async endCallers(): Promise<void> {
    await Promise.all(CALLERS.map((name) => this.places.get(name)?.end()));
  }

  /** What processes complained about. */
  get complaints(): readonly string[] {
    return [...this.places.values()].flatMap(({ complaints }) => complaints);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.places.values()].map((place) => place.end()));
    await this.#stack.disposeAsync();
  }

  async #people(
    { master, agent }: { readonly master: Seat; readonly agent: Seat | null },
    recorder: Recorder,
  ): Promise<void> {
    const { lease, seed, schedule } = this.#options;
    for (const [index, name] of [...NODES, ...CALLERS].entries()) {
      const agents = agent === null ? {} : { "agent-1": this.#way(name, "agent", agent) };
      const isNode = index < NODES.length;
      const order = (process: string): NodeOrder => ({
        ...{ process, folder: this.#folder },
        options: {
          ...{ master: this.#way(name, "master", master), agents, lease },
          workers: isNode ? [agent === null ? {} : { agent: "agent-1" }] : [],
        },
      });
      const call = (process: string, life: number): CallerOrder => ({
        ...order(process),
        ...{ hasAgent: agent !== null, leaseMs: lease.leaseMs },
        seed: seed * 1_000 + index * 100 + life,
        schedule: name === CALLERS[0] && life === 1 ? schedule : null,
      });
      const script = isNode ? "./node_program.ts" : "./caller_program.ts";
      const program = new URL(script, import.meta.url);
      this.places.set(name, new Place({ name, program, recorder, order: isNode ? order : call }));
    }
    await this.places.get(NODES[0])!.start(); // it makes the tables
    await Promise.all(NODES.slice(1).map((name) => this.places.get(name)!.start()));
    await Promise.all(CALLERS.map((name) => this.places.get(name)!.start()));
  }

  /** The URL by which `from` reaches a server: through a proxy of its own, where there is one to break. */
  #way(from: string, to: "master" | "agent", { url, server }: Seat): string {
    if (server === null) return url;
    const name = `${from} ${to}`;
    const proxy = this.ways.get(name) ?? this.#stack.use(TcpProxy.before(url));
    this.ways.set(name, proxy);
    const behind = new URL(url);
    behind.port = String(proxy.port);
    return behind.href;
  }
}

async function openMaster(
  kind: WorldOptions["master"],
  stack: AsyncDisposableStack,
): Promise<Seat & { readonly ask: Ask }> {
  if (kind === "sqlite") {
    const master = stack.use(await makeMaster());
    return { url: master.url, server: null, ask: (text) => master.sql(text) };
  }
  const { server, database } = await openDatabase(kind, stack);
  return { url: database.url, server, ask: (text) => database.sql(text) };
}

async function openAgent(
  kind: WorldOptions["agent"],
  stack: AsyncDisposableStack,
): Promise<Seat | null> {
  if (kind === "none") return null;
  if (kind === "nats") {
    const server = await open(kind, stack);
    return { url: server.url, server };
  }
  const { server, database } = await openDatabase(kind, stack);
  return { url: database.url, server };
}

async function openDatabase(
  kind: DatabaseKind,
  stack: AsyncDisposableStack,
): Promise<{ readonly server: OwnServer; readonly database: TestDatabase }> {
  const server = await open(kind, stack);
  return { server, database: stack.use(await makeDatabase(kind, server.url)) };
}

async function open(kind: ServerKind, stack: AsyncDisposableStack): Promise<OwnServer> {
  return stack.use(await ownServer(kind, { durable: true }));
}

/**
 * The servers of a simulated cluster: one master, and an agent connection where the cluster has one. They outlive the
 * nodes; what was written stays written.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import type { Master } from "../../storage/port.ts";
import type { Transport } from "../../transports/port.ts";
import { memoryMasterOf } from "../support/memory_master/memory_master.ts";
import {
  type ClusterRows,
  type MemoryState,
  rowsOf,
} from "../support/memory_master/memory_state.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import type { Machine } from "./machine.ts";
import type { Timeline } from "./timeline.ts";
import { FAIR, type Server, type Wire } from "./wire.ts";

/** The cluster of every simulation. */
export const CLUSTER_ID = "simulated";

const STORES = [
  "jobs",
  "queries",
  "schedules",
  "history",
  "buckets",
  "workers",
  "clusters",
  "agents",
] as const;

/** Calls of the master port that may give an owner something to do. */
const NEWS: ReadonlySet<string> = new Set([
  "jobs.insert",
  "jobs.assign",
  "jobs.change",
  "jobs.settle",
  "schedules.plan",
]);

/** The master. */
export class MasterServer implements Server {
  isUp = true;
  weather = FAIR;
  /** Called after each call that changed anything. */
  onChange: (call: string, input: unknown) => void = () => {};
  /** Whether owners are woken by what others write: 1 always, 0 never. */
  wakes = 0;
  readonly rows: ClusterRows;
  readonly #master: Master;
  readonly #wakers = new Set<() => void>();

  /** An empty one, whose clock is `clock`. */
  constructor(clock: Machine) {
    const state: MemoryState = { clock, clusters: new Map() };
    this.#master = memoryMasterOf(state);
    this.rows = rowsOf(state, CLUSTER_ID);
  }

  /** See {@linkcode Server.unreachable}. */
  readonly unreachable = (why: string): JobMasterError =>
    new JobMasterError("master_unavailable", `Cannot reach the master: ${why}`, {
      retryable: true,
    });

  /** A connection to it over `wire`. */
  connect(wire: Wire, wakesUp: (tell: () => void) => void): Master {
    const stores = STORES.map((store) => [store, this.#store(wire, store)]);
    const wakers = this.#wakers;
    return {
      capabilities: this.#master.capabilities,
      ...Object.fromEntries(stores),
      watch(wake: () => void): Disposable {
        const tell = () => wakesUp(wake);
        wakers.add(tell);
        return { [Symbol.dispose]: () => void wakers.delete(tell) };
      },
      watchReach: () => ({ [Symbol.dispose]() {} }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  #store(wire: Wire, name: typeof STORES[number]): unknown {
    const store = this.#master[name] as unknown as Record<
      string,
      (input: unknown) => Promise<unknown>
    >;
    const methods = Object.keys(store).map((method) => {
      const call = `${name}.${method}`;
      return [
        method,
        (input: unknown) => wire.call(call, () => this.#run(call, store[method]!, input)),
      ];
    });
    return Object.fromEntries(methods);
  }

  async #run(
    call: string,
    method: (input: unknown) => Promise<unknown>,
    input: unknown,
  ): Promise<unknown> {
    const answer = method(input); // has changed the rows already
    this.onChange(call, input);
    if (NEWS.has(call)) { for (const tell of this.#wakers) tell(); }
    return await answer;
  }
}

/** The server behind the agent connection. */
export class AgentServer implements Server {
  isUp = true;
  weather = FAIR;
  readonly store: MemoryTransport;

  /** An empty one. */
  constructor(
    clock: Machine,
    options: Pick<ConstructorParameters<typeof MemoryTransport>[0], "fences" | "acceptance">,
  ) {
    this.store = new MemoryTransport({ ...options, clock });
  }

  /** See {@linkcode Server.unreachable}. */
  readonly unreachable = (why: string): JobMasterError =>
    new JobMasterError("transport_unavailable", `Cannot reach the agent connection: ${why}`, {
      retryable: true,
    });

  /** A connection to it over `wire`. */
  connect(wire: Wire): Transport {
    const { store } = this;
    return new Proxy<Transport>(store, {
      get(_target, name) {
        if (name === "watchReach") return () => ({ [Symbol.dispose]() {} });
        if (name === Symbol.asyncDispose) return () => Promise.resolve();
        const value: unknown = Reflect.get(store, name);
        if (typeof value !== "function") return value;
        return (input: unknown) =>
          wire.call(
            `agent.${String(name)}`,
            () =>
              (value as (input: unknown) => Promise<unknown>).call(store, structuredClone(input)),
          );
      },
    });
  }
}

/** What is told through a timeline, after a while. */
export function wakingAfter(
  timeline: Timeline,
  { machine, delayMs, isHeard }: {
    readonly machine: Machine;
    readonly delayMs: () => number;
    readonly isHeard: () => boolean;
  },
): (tell: () => void) => void {
  return (tell) => {
    if (isHeard()) timeline.after(delayMs(), () => machine.deliver(tell));
  };
}

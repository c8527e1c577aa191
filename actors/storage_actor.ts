/**
 * Serves the master port over a mailbox; {@linkcode storageClient} is the same port again, from any thread.
 *
 * It is the only actor of a node that talks to the master (but for the heartbeat, which has a connection of its
 * own). It loads the adapter where it runs, so a database that blocks its thread blocks nobody else.
 *
 * @module
 */

import { invariant, JobMasterError } from "../core/errors.ts";
import type { Master, MasterAdapter, MasterReach, MasterSpec } from "../storage/port.ts";
import { OutageLog } from "./outage_log.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Ask, Message, Tell } from "./runtime/protocol.ts";
import type { ActorRef, AskRef } from "./runtime/ref.ts";

/** The stores of the master port. */
export type StoreName =
  | "jobs"
  | "queries"
  | "schedules"
  | "history"
  | "buckets"
  | "workers"
  | "clusters"
  | "agents";

/** The master port without what only its owner may do. */
export type MasterStores = Pick<Master, StoreName>;

/** One call of the port. */
export type StorageCall = Ask<
  "call",
  { store: StoreName; method: string; input: unknown },
  unknown
>;

/** What the storage actor can be told or asked. */
export type StorageMessage =
  | StorageCall
  /** Another connection may have changed something. */
  | Tell<"changed">
  /** The master cannot be reached any more, or can be again. */
  | Tell<"reach", MasterReach>
  /** Says so when the master has been out of reach for long. */
  | Tell<"still_out">;

/** Told to the addresses that asked for it when the master may have changed. */
export type MasterChanged = Tell<"master_changed">;

/** What the storage actor needs to start. */
export interface StorageArgs {
  /** The adapter and its options. */
  readonly spec: MasterSpec;
  /** Who is told when another connection may have changed something. */
  readonly watchers: readonly string[];
}

interface State {
  readonly master: Master;
  readonly watches: readonly Disposable[];
  readonly outages: OutageLog;
  readonly watchers: readonly ActorRef<MasterChanged>[];
}

/** Declares the storage actor. One per node. */
export const storageActor: Actor<StorageMessage, StorageArgs> = defineActor<
  StorageMessage,
  State,
  StorageArgs
>({
  name: "storage",
  module: import.meta.url,
  mailbox: { capacity: 1_024, overflow: "reject", concurrency: 256 },

  async start(context, { spec, watchers }) {
    const master = await openMaster(spec);
    return {
      master,
      watches: [
        master.watch(() => void context.self.tell({ type: "changed" })),
        master.watchReach((reach) => void context.self.tell({ type: "reach", ...reach })),
      ],
      outages: new OutageLog("The master"),
      watchers: watchers.map((address) => context.ref<MasterChanged>(address)),
    };
  },

  handlers: {
    call(_context, { store, method, input }, { master }) {
      const target = master[store] as unknown as Record<
        string,
        (input: unknown) => Promise<unknown>
      >;
      invariant(typeof target?.[method] === "function", `Cannot call "${store}.${method}"`);
      return target[method](input);
    },

    changed(_context, _message, { watchers }) {
      for (const watcher of watchers) watcher.tell({ type: "master_changed" });
    },

    reach(context, { available, reason }, { outages }) {
      if (available) outages.end(context);
      else {
        outages.begin(
          context,
          reason,
          () => context.sendAfter(outages.longMs, { type: "still_out" }),
        );
      }
    },

    still_out(context, _message, { outages }) {
      outages.report(context);
    },
  },

  async stop(_context, { master, watches }) {
    for (const watch of watches) watch[Symbol.dispose]();
    await master[Symbol.asyncDispose]();
  },
});

/**
 * Loads an adapter by its URL and opens it.
 *
 * @throws {JobMasterError} `configuration_invalid` for a module that is no adapter, and what `open` throws.
 */
export async function openMaster(spec: MasterSpec): Promise<Master> {
  const { adapter } = await import(spec.module) as { adapter?: MasterAdapter };
  if (adapter === undefined) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot use "${spec.module}" as a master: it exports no adapter`,
    );
  }
  return await adapter.open(spec.options);
}

/** How long a call may take, waiting in the mailbox included, in milliseconds. */
export const STORAGE_TIMEOUT_MS = 15_000;

/**
 * The master port over the storage actor's mailbox.
 *
 * @throws {JobMasterError} from every method also `mailbox_full`, `ask_timeout` and `actor_stopped`, all retryable.
 */
export function storageClient(
  ref: AskRef<StorageCall>,
  timeoutMs: number = STORAGE_TIMEOUT_MS,
): MasterStores {
  const store = <Name extends StoreName>(name: Name): Master[Name] =>
    new Proxy({}, {
      get: (_target, method) => (input: unknown) =>
        ref.ask({ type: "call", store: name, method: String(method), input }, { timeoutMs }),
    }) as Master[Name];
  return {
    jobs: store("jobs"),
    queries: store("queries"),
    schedules: store("schedules"),
    history: store("history"),
    buckets: store("buckets"),
    workers: store("workers"),
    clusters: store("clusters"),
    agents: store("agents"),
  };
}

/** The master port as an actor's collaborator, by the storage actor's address. */
export function storageAt<M extends Message>(
  context: Pick<ActorContext<M>, "ref">,
  address: string,
): MasterStores {
  return storageClient(context.ref<StorageMessage>(address) as unknown as AskRef<StorageCall>);
}

/**
 * A master behind the storage actor in a thread of its own, as every node has it.
 *
 * @module
 */

import { type Actor, createSystem, defineActor } from "../../actors/runtime/mod.ts";
import {
  type MasterChanged,
  storageActor,
  type StorageCall,
  storageClient,
} from "../../actors/storage_actor.ts";
import type { AskRef } from "../../actors/runtime/mod.ts";
import type { Master, MasterCapabilities, MasterSpec } from "../../storage/port.ts";

/** Who is told when the master may have changed. */
type Watchers = Set<() => void>;

const watcher: Actor<MasterChanged, Watchers> = defineActor<MasterChanged, Watchers, Watchers>({
  name: "watcher",
  module: import.meta.url,
  mailbox: { capacity: 1_000, overflow: "drop_oldest" },
  start: (_context, watchers) => watchers,
  handlers: {
    master_changed(_context, _message, watchers) {
      for (const wake of watchers) wake();
    },
  },
});

/** Opens the master that `spec` names in a new thread. What it is capable of does not cross: `capabilities` says it. */
export async function storageThread(
  spec: MasterSpec,
  capabilities: MasterCapabilities,
): Promise<Master> {
  const system = createSystem({ name: "conformance" });
  const watchers: Watchers = new Set();
  try {
    const { address } = await system.spawn({ key: "watcher", actor: watcher, args: watchers });
    const storage = await system.spawn({
      key: "storage",
      actor: storageActor,
      args: { spec, watchers: [address] },
      placement: "thread",
    });
    return {
      capabilities,
      ...storageClient(storage as unknown as AskRef<StorageCall>),
      watch(wake) {
        const own = () => wake();
        watchers.add(own);
        return { [Symbol.dispose]: () => void watchers.delete(own) };
      },
      watchReach: () => ({ [Symbol.dispose]: () => {} }), // its actor tells the node's log
      [Symbol.asyncDispose]: () => system.stop("stop", 10_000),
    };
  } catch (error) {
    await system.stop("kill");
    throw error;
  }
}

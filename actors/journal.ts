/**
 * Keeps what this node's components report in the master's log, in batches, without ever holding anybody up.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { LogEntry } from "../core/log.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";

/** What a journal can be told. */
export type JournalMessage =
  /** Keeps log entries. */
  | Tell<"write", { entries: readonly LogEntry[] }>
  /** Sends what was gathered to the master. */
  | Tell<"flush">;

/** What a journal needs to start. */
export interface JournalArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
}

interface State {
  readonly args: JournalArgs;
  readonly store: MasterStores;
  entries: LogEntry[];
  dropped: number;
}

const FLUSH_EVERY_MS = 1_000;
const MAX_ENTRIES = 10_000;
const BATCH = 1_000;

/** Declares the journal. One per node. */
export const journal: Actor<JournalMessage, JournalArgs> = defineActor<
  JournalMessage,
  State,
  JournalArgs
>({
  name: "journal",
  module: import.meta.url,
  mailbox: { capacity: 1_024, overflow: "drop_oldest" },

  start(context, args) {
    context.sendInterval(FLUSH_EVERY_MS, { type: "flush" });
    return { args, store: storageAt(context, args.storage), entries: [], dropped: 0 };
  },

  handlers: {
    write(_context, { entries }, state) {
      const room = MAX_ENTRIES - state.entries.length;
      state.entries.push(...entries.slice(0, room));
      state.dropped += Math.max(0, entries.length - room);
    },

    async flush(context, _message, state) {
      await flush(context, state);
    },
  },

  async stop(context, state) {
    await flush(context, state);
  },
});

async function flush(context: ActorContext<JournalMessage>, state: State): Promise<void> {
  while (state.entries.length > 0) {
    const entries = state.entries.slice(0, BATCH);
    try {
      await state.store.history.appendLogs({ clusterId: state.args.clusterId, entries });
    } catch (error) {
      context.log("debug", `Cannot keep ${entries.length} log entries now: ${codeOf(error)}`);
      return; // they stay, within the bound, until the next flush
    }
    state.entries = state.entries.slice(entries.length);
  }
  if (state.dropped === 0) return;
  const dropped = state.dropped;
  state.dropped = 0;
  context.log("warning", `${dropped} log entries were dropped: the master could not keep up`);
}

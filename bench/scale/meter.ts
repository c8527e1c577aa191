/**
 * An actor in front of the storage actor that notes how long each call takes.
 *
 * @module
 */

import { type Actor, type Ask, defineActor } from "../../actors/runtime/mod.ts";
import {
  type MasterStores,
  storageAt,
  type StorageCall,
  type StoreName,
} from "../../actors/storage_actor.ts";

/** One call of the master port. */
export interface MeteredCall {
  /** Store and method. */
  readonly name: string;
  /** When it began and ended, on the monotonic clock. */
  readonly from: number;
  readonly to: number;
  /** Rows it answered, when it answered a list. */
  readonly rows: number;
}

/** What a meter can be asked. */
export type MeterMessage = StorageCall | Ask<"taken", unknown, readonly MeteredCall[]>;

interface State {
  readonly store: MasterStores;
  calls: MeteredCall[];
}

/** Declares the meter. */
export const meter: Actor<MeterMessage, { readonly storage: string }> = defineActor<
  MeterMessage,
  State,
  { readonly storage: string }
>({
  name: "meter",
  module: import.meta.url,
  mailbox: { capacity: 1_024, overflow: "reject", concurrency: 256 },

  start: (context, { storage }) => ({ store: storageAt(context, storage), calls: [] }),

  handlers: {
    async call(context, { store, method, input }, state) {
      const from = context.clock.monotonic();
      const answer = await callOf(state.store, store, method)(input);
      const rows = Array.isArray(answer) ? answer.length : 1;
      state.calls.push({ name: `${store}.${method}`, from, to: context.clock.monotonic(), rows });
      return answer;
    },

    /** The calls since it was last asked. */
    taken(_context, _message, state) {
      const { calls } = state;
      state.calls = [];
      return calls;
    },
  },
});

function callOf(
  stores: MasterStores,
  store: StoreName,
  method: string,
): (input: unknown) => Promise<unknown> {
  return (stores[store] as unknown as Record<string, (input: unknown) => Promise<unknown>>)[
    method
  ]!;
}

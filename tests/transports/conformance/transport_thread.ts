/**
 * A transport behind its actor in a thread of its own, as every node has it.
 *
 * @module
 */

import { createSystem } from "../../../actors/runtime/mod.ts";
import type { AskRef } from "../../../actors/runtime/mod.ts";
import {
  transportActor,
  type TransportCall,
  transportClient,
} from "../../../actors/transport_actor.ts";
import { JobMasterError } from "../../../core/errors.ts";
import type { Transport, TransportSpec } from "../../../transports/port.ts";

/** Opens the transport that `spec` names in a new thread. What it can do does not cross: `known` says it. */
export async function transportThread(
  spec: TransportSpec,
  known: Pick<Transport, "capabilities" | "product">,
): Promise<Transport> {
  const system = createSystem({ name: "conformance" });
  try {
    const ref = await system.spawn({
      key: "transport",
      actor: transportActor,
      args: { name: "agent-1", spec },
      placement: "thread",
    });
    const calls = transportClient(ref as unknown as AskRef<TransportCall>);
    const state = { closed: false };
    const open = <Input, Output>(call: (input: Input) => Promise<Output>) => (input: Input) =>
      state.closed ? Promise.reject(closed()) : call(input);
    return {
      ...known,
      fingerprint: async () => (await calls.describe({})).fingerprint,
      open: open(calls.open),
      push: open(calls.push),
      receive: open(calls.receive),
      extend: open(calls.extend),
      ack: open(calls.ack),
      release: open(calls.release),
      park: open(calls.park),
      listParked: open(calls.listParked),
      countParked: open(calls.countParked),
      requeueParked: open(calls.requeueParked),
      discardParked: open(calls.discardParked),
      depths: open(calls.depths),
      queues: open(calls.queues),
      close: open(calls.close),
      watchReach: () => ({ [Symbol.dispose]: () => {} }), // its actor tells the node's log
      async [Symbol.asyncDispose]() {
        if (state.closed) return;
        state.closed = true;
        await system.stop("stop", 10_000);
      },
    };
  } catch (error) {
    await system.stop("kill");
    throw error;
  }
}

function closed(): JobMasterError {
  return new JobMasterError("transport_unavailable", "It has been closed");
}

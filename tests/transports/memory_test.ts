/** The model of the transport port, with which clusters are simulated, keeps its promises. */

import { systemClock } from "../../core/clock.ts";
import { JobMasterError } from "../../core/errors.ts";
import type { Transport } from "../../transports/port.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import { runTransports } from "./conformance/run_transports.ts";

/** A connection that can be closed, to a store that goes on. */
function connectionTo(store: MemoryTransport): Transport {
  let isClosed = false;
  const close = () => Promise.resolve(void (isClosed = true));
  return new Proxy<Transport>(store, {
    get(_target, name) {
      if (name === Symbol.asyncDispose) return close;
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => isClosed ? Promise.reject(closed()) : value.apply(store, args);
    },
  });
}

function closed(): JobMasterError {
  return new JobMasterError("transport_unavailable", "Cannot reach it: the connection was closed");
}

for (const fences of [true, false]) {
  runTransports({
    name: fences ? "memory" : "memory whose acks are not fenced",
    fences,
    place() {
      const store = new MemoryTransport({ clock: systemClock, fences, acceptance: "durable" });
      return Promise.resolve({
        open: () => Promise.resolve(connectionTo(store)),
        async [Symbol.asyncDispose]() {},
      });
    },
  });
}

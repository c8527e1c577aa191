/**
 * Sockets of the NATS client whose last errors harm nobody.
 *
 * The client (3.4) takes its listeners off a socket before it destroys it. A server that refuses a login also resets the
 * connection, and an error of a socket that nobody listens to ends the thread: one of twelve refusals did so. It has no
 * public place where sockets are made, so the method of its class is wrapped, and left alone where there is none.
 *
 * @module
 */

import type { Socket } from "node:net";

/** Methods that answer a socket. */
const MAKERS = ["dial", "startTLS"] as const;

type Makers = Partial<Record<typeof MAKERS[number], (...given: unknown[]) => Promise<Socket>>>;

let guarded: Promise<void> | undefined;

/** Guards all sockets that the client makes from now on in this thread. */
export function guardSockets(): Promise<void> {
  return guarded ??= wrapMakers();
}

async function wrapMakers(): Promise<void> {
  const makers = await classOfTransports();
  for (const name of MAKERS) {
    const make = makers[name];
    if (typeof make !== "function") continue;
    makers[name] = async function (...given) {
      return guard(await make.apply(this, given));
    };
  }
}

async function classOfTransports(): Promise<Makers> {
  try {
    const client = await import("@nats-io/transport-node/lib/node_transport.js");
    return client.NodeTransport.prototype as unknown as Makers;
  } catch {
    return {}; // another version of the client keeps it elsewhere
  }
}

function guard(socket: Socket): Socket {
  const listen = () => socket.on("error", () => {/* the connection's end says it */});
  const removeAllListeners = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (...event: [] | [string | symbol]) => {
    removeAllListeners(...event); // of all events only when none is given
    return listen();
  };
  return listen();
}

/**
 * Asks agent connections on NATS whether they keep the promises of the transport port. Each case has streams of its own.
 *
 * @module
 */

import { transportSpec } from "../../../transports/mod.ts";
import { deleteStreams } from "../../agents/agent_place.ts";
import { sharedServer, skipWithout } from "../../support/servers/test_servers.ts";
import { opener, type Placement, runTransports } from "./run_transports.ts";

/** Registers every case for the NATS server, or one that is skipped when there is none. */
export async function natsTransports(placement: Placement): Promise<void> {
  const name = `NATS agent ${placement}`;
  const server = await sharedServer("nats");
  if (server.missing !== undefined) return skipWithout(name, server);
  const url = server.url;
  runTransports({
    name,
    fences: false,
    place() {
      const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
      return Promise.resolve({
        open: opener(transportSpec(`${url}?stream=${stream}`), placement),
        [Symbol.asyncDispose]: () => deleteStreams(url, stream),
      });
    },
  });
}

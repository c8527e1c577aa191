/**
 * An agent connection on NATS JetStream, server 2.9 or newer.
 *
 * @module
 */

import { systemRandom } from "../core/random.ts";
import type { Transport, TransportAdapter } from "./port.ts";
import { NatsLink } from "./nats/link.ts";
import { NatsNames } from "./nats/names.ts";
import { NatsTransport } from "./nats/nats_transport.ts";
import { readNatsOptions } from "./nats/options.ts";
import { makeStreams } from "./nats/streams.ts";

/**
 * Opens an agent connection on NATS.
 *
 * @throws {JobMasterError} See {@linkcode TransportAdapter.open}.
 */
export async function openNatsTransport(
  given: Readonly<Record<string, unknown>>,
): Promise<Transport> {
  const options = readNatsOptions(given);
  const names = new NatsNames(options.stream);
  const link = await NatsLink.open(options);
  try {
    const made = systemRandom.bytes(16).toHex();
    const { replicas, migrate } = options;
    const fingerprint = await link.ask(() =>
      makeStreams(link.manager, names, { replicas, migrate, made })
    );
    return new NatsTransport(link, names, { fingerprint, replicas, migrate });
  } catch (error) {
    await link[Symbol.asyncDispose]();
    throw error;
  }
}

/** The NATS transport, by its options: see `NatsOptions`. */
export const adapter: TransportAdapter = { open: openNatsTransport };

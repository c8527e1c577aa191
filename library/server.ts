/**
 * The node's own HTTP server.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { createHandler } from "../http/mod.ts";
import type { HttpOptions } from "./options.ts";

/** A running server. */
export interface HttpServer {
  /** Its base URL. */
  readonly address: string;
  /** Stops it: answers under way are finished. */
  stop(): Promise<void>;
}

const LOOPBACK = /^(127(?:\.\d{1,3}){3}|::1|localhost)$/;

/**
 * Refuses an address that others can reach.
 *
 * @throws {JobMasterError} `configuration_invalid` for one that is not loopback.
 */
export function checkAddress({ hostname = "127.0.0.1" }: HttpOptions): void {
  if (!LOOPBACK.test(hostname)) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot serve on ${
        shown(hostname)
      }: without credentials the server binds to loopback only, such as "127.0.0.1"`,
    );
  }
}

/**
 * Serves one cluster.
 *
 * @throws {JobMasterError} `configuration_invalid` for an address that is not loopback or a port that is taken.
 */
export function serve(client: ClusterClient, options: HttpOptions): HttpServer {
  const { port = 8080, hostname = "127.0.0.1", basePath } = options;
  checkAddress(options);
  const handler = createHandler({
    clusters: [client],
    ...(basePath === undefined ? {} : { basePath }),
  });
  const server = listen(port, hostname, (request) => handler.fetch(request));
  const name = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    address: `http://${name}:${server.addr.port}/`,
    stop: () => server.shutdown(),
  };
}

function listen(
  port: number,
  hostname: string,
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ port, hostname, onListen: () => {} }, handler); // the caller says where it listens
  } catch (error) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot serve on ${hostname}:${port}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

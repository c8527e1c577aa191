/**
 * Three NATS servers that keep messages together.
 *
 * @module
 */

import type { OwnServer } from "./server_kind.ts";
import { freePort } from "./server_process.ts";
import { ownServer } from "./test_servers.ts";

/** A cluster of servers, each of which may be killed. */
export interface NatsCluster extends AsyncDisposable {
  /** Its servers. */
  readonly servers: readonly OwnServer[];
  /** One URL with all of them. */
  readonly url: string;
}

/** Starts one. It elects its leader afterwards: streams can be made a few seconds later. */
export async function natsCluster(size = 3): Promise<NatsCluster> {
  const ports = Array.from({ length: size }, freePort);
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(", ");
  await using starting = new AsyncDisposableStack();
  const servers = await Promise.all(ports.map(async (port, index) => {
    const config = [
      `server_name: n${index + 1}`,
      `cluster { name: tests, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
    ].join("\n");
    return starting.use(await ownServer("nats", { config }));
  }));
  const started = starting.move();
  return {
    servers,
    url: `nats://${servers.map(({ url }) => new URL(url).host).join(",")}`,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

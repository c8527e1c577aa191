/** A NATS cluster that keeps each message three times: any one server may die. */

import { deepStrictEqual as equal, match } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { transportSpec } from "../../transports/mod.ts";
import { openNatsTransport } from "../../transports/nats.ts";
import type { Transport } from "../../transports/port.ts";
import { eventually } from "../support/eventually.ts";
import { natsCluster } from "../support/servers/nats_cluster.ts";
import type { OwnServer } from "../support/servers/server_kind.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import {
  aMessage,
  filled,
  idsOf,
  QUEUE,
  receiptsOf,
  receive,
} from "./conformance/transport_case.ts";

const nats = await sharedServer("nats");
if (nats.missing !== undefined) skipWithout("a NATS cluster", nats);
else tests();

const PATIENTLY = { timeoutMs: 60_000, everyMs: 100 };

function tests(): void {
  Deno.test("NATS with three replicas goes on with every message when any of its servers dies", async () => {
    await using cluster = await natsCluster();
    const { servers } = cluster;
    await using transport = await opened(`${cluster.url}?replicas=3&stream=kept`);
    const ids = Array.from({ length: 30 }, (_, i) => `m-${100 + i}`);
    await filled(transport, ids.slice(0, 10).map((id) => aMessage(id)));
    equal(await replicasOf(servers[0]!, "kept"), [3, 3, 3]);

    await killed(servers[0]!);
    await pushed(transport, ids.slice(10, 20));
    await servers[0]!.start();
    await inStep(servers[0]!, "kept");
    await killed(servers[1]!);
    await pushed(transport, ids.slice(20));

    equal(await takenAll(transport, ids.length), ids);
  });

  Deno.test("NATS without a cluster refuses three replicas, and says so", async () => {
    const opening = openNatsTransport(transportSpec(`${nats.url}?replicas=3&stream=many`).options);
    const error = await opening.then(() => null, (thrown) => thrown);

    match(error.message, /replicas 3 .*belongs to no cluster of NATS servers, so it must be 1/);
    equal(error.code, "configuration_invalid");
  });
}

/** Opens it as soon as the cluster has its leader. */
function opened(url: string): Promise<Transport> {
  return eventually(
    "the cluster's leader",
    () => openNatsTransport(transportSpec(url).options),
    PATIENTLY,
  );
}

async function killed(server: OwnServer): Promise<void> {
  await server.signal("SIGKILL");
}

/** Sends messages; while leaders are elected it fails, and may be tried again. */
async function pushed(transport: Transport, ids: readonly string[]): Promise<void> {
  const messages = ids.map((id) => aMessage(id));
  const push = () => transport.push({ clusterId: QUEUE.clusterId, messages });
  await eventually("messages to be taken", push, PATIENTLY);
}

/** Receives and acknowledges until `count` different messages came. */
async function takenAll(transport: Transport, count: number): Promise<readonly string[]> {
  const taken = new Set<string>();
  await eventually(`${count} messages`, async () => {
    const deliveries = await receive(transport);
    await transport.ack({ ...QUEUE, receipts: receiptsOf(deliveries) });
    for (const id of idsOf(deliveries)) taken.add(id);
    return taken.size === count;
  }, PATIENTLY);
  return [...taken].toSorted();
}

/** How many servers keep the stream, its parked messages and the queue of the tests. */
async function replicasOf({ url }: OwnServer, stream: string): Promise<readonly number[]> {
  const connection = await connect({ servers: new URL(url).host });
  try {
    const { streams, consumers } = await jetstreamManager(connection);
    const [kept, parked] = [await streams.info(stream), await streams.info(`${stream}-parked`)];
    const [queue] = await consumers.list(stream).next();
    const others = [kept, parked, queue!].map(({ cluster }) => cluster?.replicas?.length ?? 0);
    return others.map((count) => count + 1);
  } finally {
    await connection.close();
  }
}

/** Waits until a server that came back has everything the others have. */
async function inStep({ url }: OwnServer, stream: string): Promise<void> {
  const connection = await connect({ servers: new URL(url).host });
  try {
    await eventually("the server to catch up", async () => {
      const { streams } = await jetstreamManager(connection);
      const { cluster } = await streams.info(stream);
      const replicas = cluster?.replicas ?? [];
      return replicas.length === 2 && replicas.every(({ current, offline }) => current && !offline);
    }, PATIENTLY);
  } finally {
    await connection.close();
  }
}

/** A NATS server that others use too: streams that go away, messages nobody here has sent. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";
import { openNatsTransport } from "../../transports/nats.ts";
import { natsAddress } from "../../transports/nats/options.ts";
import { deleteStreams } from "../agents/agent_place.ts";
import { eventually } from "../support/eventually.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import {
  aMessage,
  filled,
  QUEUE,
  receiptsOf,
  receiveAll,
  receiveNone,
} from "./conformance/transport_case.ts";

const server = await sharedServer("nats");
if (server.missing !== undefined) skipWithout("NATS that others use too", server);
else tests(server.url);

function tests(url: string): void {
  Deno.test("NATS whose streams were deleted is out of reach for reading, and comes back with a push", async () => {
    const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
    await using transport = await openNatsTransport(natsAddress(`${url}?stream=${stream}`));
    const { clusterId, bucketId } = QUEUE;
    await deleteStreams(url, stream);
    const unavailable = { code: "transport_unavailable", retryable: true };

    await rejects(transport.queues({ clusterId, limit: 10 }), unavailable);
    await rejects(transport.depths({ clusterId, bucketIds: [bucketId] }), unavailable);
    await rejects(transport.listParked({ clusterId, limit: 10 }), unavailable);

    await transport.push({ clusterId, messages: [aMessage("m-1")] });
    equal(await transport.queues({ clusterId, limit: 10 }), [bucketId]);
    await deleteStreams(url, stream);
  });

  Deno.test("NATS takes the acknowledgement of a message that went with its queue", async () => {
    const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
    await using transport = await openNatsTransport(natsAddress(`${url}?stream=${stream}`));
    await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
    const receipts = receiptsOf(await receiveAll(transport, 2));
    await deleteStreams(url, stream);

    await transport.ack({ ...QUEUE, receipts });

    await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [QUEUE.bucketId] });
    await receiveNone(transport);
    await deleteStreams(url, stream);
  });

  Deno.test("NATS messages with headers of somebody else do not hide the queues of others", async () => {
    const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
    await using transport = await openNatsTransport(natsAddress(`${url}?stream=${stream}`));
    const { clusterId, bucketId } = QUEUE;
    await transport.push({
      clusterId,
      messages: [aMessage("m-1"), aMessage("m-2", { bucketId: "w.High-1" })],
    });
    await publishForeign(url, stream);

    equal(await transport.queues({ clusterId, limit: 10 }), [bucketId]);
    await deleteStreams(url, stream);
  });
}

Deno.test({
  name: "NATS whose connection stays open and carries nothing any more is connected to anew",
  ignore: server.missing !== undefined,
}, async () => {
  await using proxy = TcpProxy.before(server.url!);
  const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
  const address = natsAddress(`nats://127.0.0.1:${proxy.port}?stream=${stream}`);
  await using transport = await openNatsTransport(address);
  const told: boolean[] = [];
  using _watch = transport.watchReach(({ available }) => told.push(available));
  const { clusterId, bucketId } = QUEUE;

  proxy.stallAll();

  const push = async () => {
    await transport.push({ clusterId, messages: [aMessage("m-1")] });
    return true;
  };
  await eventually("a push to arrive", push, { timeoutMs: 60_000, everyMs: 100 });
  equal(await transport.queues({ clusterId, limit: 10 }), [bucketId]);
  equal(told, [false, true]);
  await deleteStreams(server.url!, stream);
});

/** Sends a message with a broken header to the subject of the queue that sorts first. */
async function publishForeign(url: string, stream: string): Promise<void> {
  const connection = await connect({ servers: url.replace("nats://", "") });
  const manager = await jetstreamManager(connection);
  const { header, subject } = (await manager.streams.getMessage(stream, { seq: 2 }))!;
  equal(header.get("Jm-Bucket"), "w.High-1");
  const given = headers();
  given.set("Jm-Bucket", "%");
  await jetstream(connection).publish(subject, "foreign", { headers: given });
  await connection.close();
}

/** A NATS server that others use too: streams that go away, messages nobody here has sent. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
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
else {
  tests(server.url);
  parkingTests(server.url);
}

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

function parkingTests(url: string): void {
  Deno.test("NATS keeps a parked message that could not be put back, and puts bytes back as they were", async () => {
    const stream = `test_${crypto.randomUUID().slice(0, 13)}`;
    await using transport = await openNatsTransport(natsAddress(`${url}?stream=${stream}`));
    await using limited = await openNatsTransport(
      natsAddress(`${url}?stream=${stream}&migrate=false`),
    );
    const { clusterId, bucketId } = QUEUE;
    await filled(transport, []);
    const bytes = Uint8Array.of(0xff, 0x00, 0xfe);
    await onServer(url, ({ client }) => client.publish(`${stream}.queue.c-1.w=2EMedium-1`, bytes));
    const parked = (await receiveAll(transport, 1)).map(({ receipt }) => ({
      ...{ receipt, reason: "foreign" },
    }));
    await transport.park({ ...QUEUE, parked });
    const [{ messageId, ...kept } = { messageId: "" }] = await listed();
    await onServer(url, ({ manager }) => manager.streams.delete(stream));

    await rejects(limited.requeueParked({ clusterId, messageIds: [messageId] }));

    equal(await listed(), [{ messageId, ...kept }]);
    equal(await transport.requeueParked({ clusterId, messageIds: [messageId] }), [messageId]);
    await transport.open({ clusterId, bucketIds: [bucketId] });
    const again = (await receiveAll(transport, 1)).map(({ receipt }) => ({
      ...{ receipt, reason: "foreign still" },
    }));
    await transport.park({ ...QUEUE, parked: again });
    equal((await listed()).map((each) => [each.messageId, each.bytes]), [[messageId, bytes]]);
    await deleteStreams(url, stream);

    function listed() {
      return transport.listParked({ clusterId, limit: 10 });
    }
  });
}

/** What can be done beside the transport. */
interface Beside {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

async function onServer(url: string, work: (beside: Beside) => Promise<unknown>): Promise<void> {
  const connection = await connect({ servers: url.replace("nats://", "") });
  await work({ client: jetstream(connection), manager: await jetstreamManager(connection) });
  await connection.close();
}

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

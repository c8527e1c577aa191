/** Promises of `Transport.park`, `listParked`, `depths`, `queues`, `close`, and of a closed transport. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import {
  aMessage,
  filled,
  idsOf,
  QUEUE,
  receiptsOf,
  receive,
  receiveAll,
  receiveNone,
  type TransportCase,
} from "./transport_case.ts";

/** Promises about what is in a queue and beside it. */
export const parkingCases: readonly TransportCase[] = [
  {
    name: "park sets messages aside with their bytes and the reason",
    async run(transport) {
      const body = "no JSON at all: ü \u0001";
      const before = Date.now();
      await filled(transport, [aMessage("m-1", { body }), aMessage("m-2")]);
      const deliveries = await receiveAll(transport, 2);
      const bad = deliveries.find(({ messageId }) => messageId === "m-1")!;

      await transport.park({
        ...QUEUE,
        parked: [{ receipt: bad.receipt, reason: "unreadable: é" }],
      });

      const [parked, ...more] = await transport.listParked({ ...QUEUE, limit: 10 });
      const { parkedAtMs, bytes, cursor, ...rest } = parked!;
      equal(rest, { messageId: "m-1", bucketId: QUEUE.bucketId, reason: "unreadable: é" });
      equal(new TextDecoder().decode(bytes), body);
      equal(cursor.length > 0, true);
      equal(Math.abs(parkedAtMs - before) < 60_000, true);
      equal(more, []);
      const [depth] = await transport.depths({ ...QUEUE, bucketIds: [QUEUE.bucketId] });
      equal(depth, { bucketId: QUEUE.bucketId, waiting: 0, leased: 1, parked: 1 });
    },
  },
  {
    name: "a parked message is not received again, and one of its id may be sent anew",
    async run(transport) {
      await filled(transport, [aMessage("m-1")]);
      const [delivery] = await receiveAll(transport, 1);
      await transport.park({ ...QUEUE, parked: [{ receipt: delivery!.receipt, reason: "bad" }] });
      await receiveNone(transport);

      await transport.push({ clusterId: QUEUE.clusterId, messages: [aMessage("m-2")] });

      equal(idsOf(await receiveAll(transport, 1)), ["m-2"]);
    },
  },
  {
    name: "listParked answers the latest first, at most its limit, of one cluster",
    async run(transport) {
      await filled(transport, ["m-1", "m-2", "m-3"].map((id) => aMessage(id)));
      const byId = new Map(
        (await receiveAll(transport, 3)).map(({ messageId, receipt }) => [messageId, receipt]),
      );
      for (const id of ["m-2", "m-1", "m-3"]) {
        await transport.park({ ...QUEUE, parked: [{ receipt: byId.get(id)!, reason: id }] });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }

      const latest = await transport.listParked({ clusterId: QUEUE.clusterId, limit: 2 });

      equal(latest.map(({ messageId }) => messageId), ["m-3", "m-1"]);
      equal(await transport.listParked({ clusterId: "c-2", limit: 2 }), []);
    },
  },
  {
    name: "depths counts what waits, what is leased and what is parked, in the order asked for",
    async run(transport) {
      const bucketId = "w.High-1";
      await filled(transport, [
        ...["m-1", "m-2", "m-3"].map((id) => aMessage(id)),
        aMessage("m-4", { bucketId }),
      ]);
      const bucketIds = [bucketId, "w.unknown", QUEUE.bucketId];
      await transport.open({ clusterId: QUEUE.clusterId, bucketIds });
      const receipts = receiptsOf(await receiveAll(transport, 2, { limit: 2 }));
      await transport.park({ ...QUEUE, parked: [{ receipt: receipts[0]!, reason: "bad" }] });

      await eventually("the counts to be known", async () => {
        equal(await transport.depths({ clusterId: QUEUE.clusterId, bucketIds }), [
          { bucketId, waiting: 1, leased: 0, parked: 0 },
          { bucketId: "w.unknown", waiting: 0, leased: 0, parked: 0 },
          { bucketId: QUEUE.bucketId, waiting: 1, leased: 1, parked: 1 },
        ]);
        return true;
      });
    },
  },
  {
    name: "queues answers the buckets that have messages, opened or not",
    async run(transport) {
      const odd = "w. *>ü/".padEnd(200, "x");
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
      await transport.push({
        clusterId: QUEUE.clusterId,
        messages: [aMessage("m-3", { bucketId: odd })],
      });
      await transport.push({
        clusterId: "c-2",
        messages: [aMessage("m-4", { bucketId: "other" })],
      });
      const queues = (limit: number) => transport.queues({ clusterId: QUEUE.clusterId, limit });

      equal((await queues(10)).toSorted(), [odd, QUEUE.bucketId].toSorted());
      equal((await queues(1)).length, 1);
      const { length } = await receiveAll(transport, 2);
      equal((await queues(10)).length, length); // leased messages are there
      await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [odd] });
      const receipts = receiptsOf(await receiveAll(transport, 1, { bucketId: odd }));
      await transport.ack({ clusterId: QUEUE.clusterId, bucketId: odd, receipts });
      equal(await queues(10), [QUEUE.bucketId]);
    },
  },
  {
    name: "close lets go of a queue: what it holds is received by who opens it again",
    async run(transport) {
      const bucketId = "w.High-1";
      await filled(transport, ["m-1", "m-2", "m-3"].map((id) => aMessage(id)));
      await transport.push({
        clusterId: QUEUE.clusterId,
        messages: [aMessage("k", { bucketId })],
      });
      await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [bucketId] });
      const receipts = receiptsOf(await receiveAll(transport, 1, { limit: 1 }));
      await transport.ack({ ...QUEUE, receipts });

      await transport.close(QUEUE);
      await transport.close(QUEUE);
      await transport.push({ clusterId: QUEUE.clusterId, messages: [aMessage("m-4")] });

      await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [QUEUE.bucketId] });
      equal(idsOf(await receiveAll(transport, 3)), ["m-2", "m-3", "m-4"]);
      equal(idsOf(await receiveAll(transport, 1, { bucketId })), ["k"]);
    },
  },
  {
    name: "every call rejects with transport_unavailable when the transport was closed",
    async run(_transport, { another }) {
      const transport = await another();
      await transport[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();

      const lost = { code: "transport_unavailable", retryable: false };
      const { clusterId } = QUEUE;
      await rejects(transport.push({ clusterId, messages: [aMessage("m-1")] }), lost);
      await rejects(receive(transport), lost);
      await rejects(transport.depths({ clusterId, bucketIds: [QUEUE.bucketId] }), lost);
      await rejects(transport.listParked({ clusterId, limit: 1 }), lost);
    },
  },
];

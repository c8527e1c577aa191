/** Promises of leases: `extend`, `ack`, `release`, and what happens when nobody says anything. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import {
  aMessage,
  filled,
  idsOf,
  LONG_MS,
  QUEUE,
  receiptsOf,
  receiveAll,
  receiveNone,
  type TransportCase,
} from "./transport_case.ts";

/** A lease that ends while a case runs, in milliseconds. */
const SHORT_MS = 1_000;

/** Promises about messages under a lease. */
export const leaseCases: readonly TransportCase[] = [
  {
    name: "a message comes again, counted up, when its lease ends",
    async run(transport, { elapse }) {
      await filled(transport, [aMessage("m-1")]);
      const [first] = await receiveAll(transport, 1, { leaseMs: SHORT_MS });

      await elapse(SHORT_MS + 100);
      const [second] = await receiveAll(transport, 1);

      equal([first!.deliveries, second!.deliveries], [1, 2]);
      equal(first!.receipt === second!.receipt, false);
      equal([second!.messageId, second!.body], ["m-1", first!.body]);
    },
  },
  {
    name: "extend keeps a message from coming again when its lease would end",
    async run(transport, { elapse }) {
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
      const deliveries = await receiveAll(transport, 2, { leaseMs: SHORT_MS });
      const kept = deliveries.find(({ messageId }) => messageId === "m-1")!;

      await transport.extend({ ...QUEUE, receipts: [kept.receipt], leaseMs: LONG_MS });
      await elapse(SHORT_MS + 100);

      equal(idsOf(await receiveAll(transport, 1)), ["m-2"]);
      await receiveNone(transport);
    },
  },
  {
    name: "ack deletes messages for good",
    async run(transport, { elapse }) {
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
      const deliveries = await receiveAll(transport, 2, { leaseMs: SHORT_MS });
      const done = deliveries.filter(({ messageId }) => messageId === "m-1");

      await transport.ack({ ...QUEUE, receipts: receiptsOf(done) });
      await elapse(SHORT_MS + 100);

      equal(idsOf(await receiveAll(transport, 1)), ["m-2"]);
      await receiveNone(transport);
      const [depth] = await transport.depths({ ...QUEUE, bucketIds: [QUEUE.bucketId] });
      equal(depth, { bucketId: QUEUE.bucketId, waiting: 0, leased: 1, parked: 0 });
    },
  },
  {
    name: "ack may be repeated, and takes nothing",
    async run(transport) {
      await filled(transport, [aMessage("m-1")]);
      const receipts = receiptsOf(await receiveAll(transport, 1));

      for (let i = 0; i < 3; i++) await transport.ack({ ...QUEUE, receipts });
      await transport.ack({ ...QUEUE, receipts: [] });

      await receiveNone(transport);
    },
  },
  {
    name: "release gives messages back at once, or after the delay",
    async run(transport, { elapse }) {
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
      const [one, two] = (await receiveAll(transport, 2)).toSorted((a, b) =>
        a.messageId < b.messageId ? -1 : 1
      );

      await transport.release({ ...QUEUE, receipts: [one!.receipt], delayMs: 0 });
      await transport.release({ ...QUEUE, receipts: [two!.receipt], delayMs: SHORT_MS });

      const [again] = await receiveAll(transport, 1);
      equal([again!.messageId, again!.deliveries], ["m-1", 2]);
      await elapse(SHORT_MS + 100);
      equal(idsOf(await receiveAll(transport, 1)), ["m-2"]);
    },
  },
  {
    name: "calls pass over receipts of messages that are gone",
    async run(transport) {
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);
      const receipts = receiptsOf(await receiveAll(transport, 2));
      await transport.ack({ ...QUEUE, receipts: receipts.slice(0, 1) });

      await transport.extend({ ...QUEUE, receipts, leaseMs: LONG_MS });
      await transport.release({ ...QUEUE, receipts, delayMs: 0 });
      const reason = "unreadable";
      const parked = receipts.slice(0, 1).map((receipt) => ({ receipt, reason }));
      await transport.park({ ...QUEUE, parked });

      equal((await receiveAll(transport, 1)).length, 1);
      equal(await transport.listParked({ clusterId: QUEUE.clusterId, limit: 10 }), []);
    },
  },
  {
    name: "calls refuse what is no receipt, and more receipts than they take",
    async run(transport) {
      await filled(transport, [aMessage("m-1")]);
      const many = Array.from({ length: transport.capabilities.maxBatch + 1 }, () => "1:x");

      for (const receipts of [["nonsense"], many]) {
        await rejects(transport.ack({ ...QUEUE, receipts }), { code: "invalid_request" });
        await rejects(transport.extend({ ...QUEUE, receipts, leaseMs: 1 }), {
          code: "invalid_request",
        });
        await rejects(transport.release({ ...QUEUE, receipts, delayMs: 1 }), {
          code: "invalid_request",
        });
      }

      equal(idsOf(await receiveAll(transport, 1)), ["m-1"]);
    },
  },
];

/** Promises of transports that tell deliveries of one message apart: a late call for the first changes nothing. */
export const fencingCases: readonly TransportCase[] = [
  {
    name: "a receipt whose lease ended changes nothing once the message came again",
    async run(transport, { elapse }) {
      await filled(transport, [aMessage("m-1")]);
      const late = receiptsOf(await receiveAll(transport, 1, { leaseMs: SHORT_MS }));
      await elapse(SHORT_MS + 100);
      await receiveAll(transport, 1);

      await transport.release({ ...QUEUE, receipts: late, delayMs: 0 });
      await transport.ack({ ...QUEUE, receipts: late });
      await transport.park({ ...QUEUE, parked: [{ receipt: late[0]!, reason: "late" }] });

      await receiveNone(transport);
      const [depth] = await transport.depths({ ...QUEUE, bucketIds: [QUEUE.bucketId] });
      equal(depth, { bucketId: QUEUE.bucketId, waiting: 0, leased: 1, parked: 0 });
    },
  },
];

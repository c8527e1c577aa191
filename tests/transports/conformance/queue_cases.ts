/** Promises of `Transport.open`, `push` and `receive`. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import {
  aMessage,
  DUE_MS,
  filled,
  idsOf,
  QUEUE,
  receive,
  receiveAll,
  receiveNone,
  type TransportCase,
} from "./transport_case.ts";

/** Promises about messages on their way. */
export const queueCases: readonly TransportCase[] = [
  {
    name: "receive answers the whole message when it was pushed",
    async run(transport) {
      const body = JSON.stringify({ text: "Ünïcödé 🎉 \u0001 ' \\ %", n: 1.5 });
      await filled(transport, [aMessage("m-1", { body })]);

      const [delivery] = await receiveAll(transport, 1);

      const { receipt, ...rest } = delivery!;
      equal(rest, { messageId: "m-1", dueAtMs: DUE_MS, body, deliveries: 1 });
      equal(typeof receipt, "string");
    },
  },
  {
    name: "receive answers nothing when the queue is empty or was never opened",
    async run(transport) {
      await receiveNone(transport);
      await filled(transport, []);
      await receiveNone(transport);
    },
  },
  {
    name: "receive answers what was pushed before the queue was opened",
    async run(transport) {
      await transport.push({ clusterId: QUEUE.clusterId, messages: [aMessage("m-1")] });

      await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [QUEUE.bucketId] });

      equal(idsOf(await receiveAll(transport, 1)), ["m-1"]);
    },
  },
  {
    name: "open changes nothing when the queue is there",
    async run(transport) {
      await filled(transport, [aMessage("m-1")]);
      const open = { clusterId: QUEUE.clusterId, bucketIds: [QUEUE.bucketId, "w.High-1"] };

      await Promise.all([transport.open(open), transport.open(open)]);

      equal(idsOf(await receiveAll(transport, 1)), ["m-1"]);
    },
  },
  {
    name: "receive leaves a message alone that another delivery holds",
    async run(transport) {
      await filled(transport, [aMessage("m-1"), aMessage("m-2")]);

      await receiveAll(transport, 2);

      await receiveNone(transport);
    },
  },
  {
    name: "receive answers no more than its limit, each message once",
    async run(transport) {
      const messages = Array.from({ length: 25 }, (_, i) => aMessage(`m-${i + 10}`));
      await filled(transport, messages);

      const parts = [];
      for (let i = 0; i < 3; i++) parts.push(await receiveAll(transport, 8, { limit: 8 }));
      parts.push(await receiveAll(transport, 1));

      equal(idsOf(parts.flat()), messages.map(({ id }) => id));
      await receiveNone(transport);
    },
  },
  {
    name: "receive answers what is due first first, then by id, when the transport orders",
    async run(transport) {
      const messages = [
        aMessage("m-3", { dueAtMs: DUE_MS - 1 }),
        aMessage("m-1", { dueAtMs: DUE_MS }),
        aMessage("m-2", { dueAtMs: DUE_MS - 1 }),
        aMessage("m-4", { dueAtMs: DUE_MS - 2 }),
      ];
      await filled(transport, messages);

      const deliveries = await receiveAll(transport, 4);

      const expected = transport.capabilities.ordersByDueTime
        ? ["m-4", "m-2", "m-3", "m-1"]
        : messages.map(({ id }) => id);
      equal(deliveries.map(({ messageId }) => messageId), expected);
    },
  },
  {
    name: "receive leaves out what is due later than asked for, until it is due soon",
    async run(transport, { elapse }) {
      const soonMs = Date.now() + 1_500;
      await filled(transport, [
        aMessage("m-later", { dueAtMs: soonMs + 3_600_000 }),
        aMessage("m-soon", { dueAtMs: soonMs }),
        aMessage("m-now"),
      ]);

      equal(idsOf(await receiveAll(transport, 1, { limit: 3, dueBeforeMs: Date.now() })), [
        "m-now",
      ]);
      await receiveNone(transport, { dueBeforeMs: Date.now() });
      await elapse(1_600);
      equal(idsOf(await receiveAll(transport, 1, { dueBeforeMs: Date.now() })), ["m-soon"]);
      await receiveNone(transport, { dueBeforeMs: Date.now() });
    },
  },
  {
    name: "queues of other buckets and clusters are apart",
    async run(transport) {
      const bucketId = "w.Medium-1.x";
      await filled(transport, [aMessage("m-1"), aMessage("m-2", { bucketId })]);
      await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [bucketId] });
      await transport.open({ clusterId: "c-2", bucketIds: [QUEUE.bucketId] });
      await transport.push({ clusterId: "c-2", messages: [aMessage("m-1", { body: "other" })] });

      const here = await receiveAll(transport, 1);
      const there = await receiveAll(transport, 1, { bucketId });

      equal([idsOf(here), idsOf(there)], [["m-1"], ["m-2"]]);
      equal(here[0]!.body, aMessage("m-1").body);
      await receiveNone(transport);
    },
  },
  {
    name: "push keeps the first message when one of its id is in the queue",
    async run(transport) {
      await filled(transport, [aMessage("m-1", { body: "first" })]);

      await transport.push({
        clusterId: QUEUE.clusterId,
        messages: [aMessage("m-1", { body: "second" }), aMessage("m-2"), aMessage("m-2")],
      });

      const deliveries = await receiveAll(transport, 2);
      equal(idsOf(deliveries), ["m-1", "m-2"]);
      equal(deliveries.find(({ messageId }) => messageId === "m-1")!.body, "first");
      await receiveNone(transport);
    },
  },
  {
    name: "push answers the ids of messages that are too long, and sends the others",
    async run(transport) {
      const { maxBodyBytes } = transport.capabilities;
      await filled(transport, []);

      const { oversize } = await transport.push({
        clusterId: QUEUE.clusterId,
        messages: [
          aMessage("m-1", { body: "x".repeat(maxBodyBytes) }),
          aMessage("m-2", { body: "x".repeat(maxBodyBytes + 1) }),
          aMessage("m-3", { body: "ü".repeat(Math.ceil((maxBodyBytes + 1) / 2)) }),
          aMessage("m-4"),
        ],
      });

      equal(oversize, ["m-2", "m-3"]);
      const deliveries = await receiveAll(transport, 2);
      equal(idsOf(deliveries), ["m-1", "m-4"]);
      equal(deliveries.find(({ messageId }) => messageId === "m-1")!.body.length, maxBodyBytes);
    },
  },
  {
    name: "push takes as many messages as it may, and refuses more with invalid_request",
    async run(transport) {
      const { maxBatch } = transport.capabilities;
      const messages = Array.from({ length: maxBatch + 1 }, (_, i) => aMessage(`m-${i}`));
      await filled(transport, messages.slice(1));

      await rejects(transport.push({ clusterId: QUEUE.clusterId, messages }), {
        code: "invalid_request",
      });

      const deliveries = await receiveAll(transport, maxBatch, { limit: maxBatch });
      equal(new Set(idsOf(deliveries)).size, maxBatch);
      await receiveNone(transport);
    },
  },
  {
    name: "receive gives each message to one of many that receive at the same time",
    async run(transport, { another }) {
      const messages = Array.from({ length: 100 }, (_, i) => aMessage(`m-${i + 100}`));
      await filled(transport, messages);
      const others = [transport, await another()];

      const parts = await Promise.all(
        Array.from({ length: 10 }, (_, i) => receive(others[i % 2]!, { limit: 10 })),
      );
      const rest = await receiveAll(transport, 100 - parts.flat().length);

      equal(idsOf([...parts.flat(), ...rest]), messages.map(({ id }) => id));
    },
  },
  {
    name: "another connection sees the same store, by its fingerprint and its messages",
    async run(transport, { another }) {
      await filled(transport, [aMessage("m-1")]);
      const other = await another();

      equal(await other.fingerprint(), await transport.fingerprint());
      equal((await transport.fingerprint()).length >= 16, true);
      equal(idsOf(await receiveAll(other, 1)), ["m-1"]);
    },
  },
];

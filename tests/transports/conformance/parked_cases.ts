/** Promises of `Transport.countParked`, `requeueParked` and `discardParked`: what people do with parked messages. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import type { NewMessage, ParkedMessage, Transport } from "../../../transports/port.ts";
import {
  aMessage,
  filled,
  idsOf,
  QUEUE,
  receiveAll,
  receiveNone,
  type TransportCase,
} from "./transport_case.ts";

const { clusterId, bucketId } = QUEUE;

/** Sends messages and parks each under its own id as the reason, in their order. */
async function parkedIn(transport: Transport, messages: readonly NewMessage[]): Promise<void> {
  await filled(transport, messages);
  const deliveries = await receiveAll(transport, messages.length);
  const receipts = new Map(deliveries.map(({ messageId, receipt }) => [messageId, receipt]));
  for (const { id } of messages) {
    await transport.park({ ...QUEUE, parked: [{ receipt: receipts.get(id)!, reason: id }] });
    await new Promise((resolve) => setTimeout(resolve, 5)); // so that none is parked at the same time
  }
}

function listed(transport: Transport): Promise<readonly ParkedMessage[]> {
  return transport.listParked({ clusterId, limit: 100 });
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Promises about messages that are parked. */
export const parkedCases: readonly TransportCase[] = [
  {
    name: "listParked goes on after a message's cursor, and refuses what is none",
    async run(transport) {
      await parkedIn(transport, ["m-1", "m-2", "m-3", "m-4", "m-5"].map((id) => aMessage(id)));
      const seen: string[] = [];
      let after: string | null = null;
      for (let page = 0; page < 4; page++) {
        const part: readonly ParkedMessage[] = await transport.listParked({
          ...{ clusterId, limit: 2, after },
        });
        seen.push(...part.map(({ messageId }) => messageId));
        after = part.at(-1)?.cursor ?? after;
      }

      equal(seen, ["m-5", "m-4", "m-3", "m-2", "m-1"]);
      await rejects(transport.listParked({ clusterId, limit: 1, after: "nonsense" }), {
        code: "invalid_request",
      });
    },
  },
  {
    name: "countParked counts the parked messages of a cluster, whatever their buckets",
    async run(transport) {
      await parkedIn(transport, [aMessage("m-1"), aMessage("m-2")]);
      const other = "w.High-1";
      await transport.push({ clusterId, messages: [aMessage("m-3", { bucketId: other })] });
      await transport.open({ clusterId, bucketIds: [other] });
      const [delivery] = await receiveAll(transport, 1, { bucketId: other });
      const parked = [{ receipt: delivery!.receipt, reason: "bad" }];
      await transport.park({ clusterId, bucketId: other, parked });

      equal(await transport.countParked({ clusterId }), 3);
      equal(await transport.countParked({ clusterId: "c-2" }), 0);
    },
  },
  {
    name: "requeueParked puts messages back with their bytes, to be received anew",
    async run(transport) {
      const body = "no JSON at all: ü \u0001";
      await parkedIn(transport, [aMessage("m-1", { body }), aMessage("m-2"), aMessage("m-3")]);

      const done = await transport.requeueParked({ clusterId, messageIds: ["m-3", "m-1", "m-9"] });

      equal(done.toSorted(), ["m-1", "m-3"]);
      const received = await receiveAll(transport, 2);
      equal(idsOf(received), ["m-1", "m-3"]);
      const first = received.find(({ messageId }) => messageId === "m-1")!;
      equal([first.body, first.deliveries], [body, 1]);
      equal((await listed(transport)).map(({ messageId }) => messageId), ["m-2"]);
      await receiveNone(transport);
    },
  },
  {
    name: "requeueParked may be repeated, and a message may be parked and put back again",
    async run(transport) {
      await parkedIn(transport, [aMessage("m-1")]);
      const requeue = () => transport.requeueParked({ clusterId, messageIds: ["m-1"] });

      for (let round = 1; round <= 3; round++) {
        equal([await requeue(), await requeue()], [["m-1"], []]);
        const [delivery] = await receiveAll(transport, 1);
        equal(delivery!.messageId, "m-1");
        const parked = [{ receipt: delivery!.receipt, reason: `round ${round}` }];
        await transport.park({ ...QUEUE, parked });
        const [again, ...more] = await listed(transport);
        equal([again!.messageId, again!.reason, more], ["m-1", `round ${round}`, []]);
        await receiveNone(transport);
      }
    },
  },
  {
    name: "requeueParked loses no message when one of its id was sent meanwhile",
    async run(transport) {
      await parkedIn(transport, [aMessage("m-1", { body: "the first" })]);
      // A transport that remembers ids for a while may leave the second one out.
      await transport.push({ clusterId, messages: [aMessage("m-1", { body: "the second" })] });
      const [depth] = await transport.depths({ clusterId, bucketIds: [bucketId] });

      await transport.requeueParked({ clusterId, messageIds: ["m-1"] });

      const parked = (await listed(transport)).map(({ bytes }) => text(bytes));
      const count = depth!.waiting + (parked.length === 0 ? 1 : 0);
      const received = (await receiveAll(transport, count)).map(({ body }) => body);
      const expected = depth!.waiting === 0 ? ["the first"] : ["the first", "the second"];
      equal([...parked, ...received].toSorted(), expected);
      await receiveNone(transport);
    },
  },
  {
    name: "requeueParked and discardParked leave other clusters alone",
    async run(transport) {
      await parkedIn(transport, [aMessage("m-1")]);
      const named = { clusterId: "c-2", messageIds: ["m-1"] };

      equal([await transport.requeueParked(named), await transport.discardParked(named)], [[], []]);
      equal((await listed(transport)).length, 1);
    },
  },
  {
    name: "discardParked deletes messages for good, and may be repeated",
    async run(transport) {
      await parkedIn(transport, [aMessage("m-1"), aMessage("m-2"), aMessage("m-3")]);
      const discard = (...messageIds: string[]) =>
        transport.discardParked({ clusterId, messageIds });

      equal((await discard("m-2", "m-9", "m-1")).toSorted(), ["m-1", "m-2"]);
      equal([await discard("m-1"), await discard()], [[], []]);

      equal((await listed(transport)).map(({ messageId }) => messageId), ["m-3"]);
      equal(await transport.requeueParked({ clusterId, messageIds: ["m-1"] }), []);
      await receiveNone(transport);
    },
  },
  {
    name: "requeueParked and discardParked refuse more ids than they take",
    async run(transport) {
      const { maxBatch } = transport.capabilities;
      const messageIds = Array.from({ length: maxBatch + 1 }, (_, i) => `m-${i}`);
      const code = "invalid_request";

      await rejects(transport.requeueParked({ clusterId, messageIds }), { code });
      await rejects(transport.discardParked({ clusterId, messageIds }), { code });
    },
  },
  {
    name: "requeueParked gives each message to one of many that call it at the same time",
    async run(transport, { another }) {
      const messages = Array.from({ length: 20 }, (_, i) => aMessage(`m-${i + 10}`));
      await parkedIn(transport, messages);
      const others = [transport, await another(), transport];
      const messageIds = messages.map(({ id }) => id);

      await Promise.all(others.map((each) => each.requeueParked({ clusterId, messageIds })));

      equal(idsOf(await receiveAll(transport, 20)), messageIds);
      await receiveNone(transport);
      equal(await listed(transport), []);
    },
  },
];

/** What the routes of agent connections ask and show. */

import { deepStrictEqual } from "node:assert/strict";
import type { ParkedMessage } from "../../core/agent.ts";
import { parkedSchema } from "../../http/schemas/parked.ts";
import { toParkedResource } from "../../http/resources.ts";
import { AT_MS } from "../support/factories.ts";
import { assertRefused, facade } from "./support/facade.ts";
import { anAgent } from "./support/recording_client.ts";

const AT = "2027-01-15T08:00:00.000Z";
const AGENT = "/local/agent-connections/nats-1";
const PARKED = `${AGENT}/parked`;

function aParked(given: Partial<ParkedMessage> = {}): ParkedMessage {
  return {
    messageId: "m-1",
    bucketId: "b-1",
    reason: "it is no JSON",
    parkedAtMs: AT_MS,
    bytes: new TextEncoder().encode("no JSON"),
    cursor: "1:é",
    ...given,
  };
}

Deno.test("toParkedResource shows text as text and other bytes in base64", () => {
  const shown = { id: "m-1", bucketId: "b-1", reason: "it is no JSON", parkedAt: AT };

  const text = toParkedResource(aParked());
  const binary = toParkedResource(aParked({ bytes: Uint8Array.of(0xff, 0x00, 0xfe) }));
  const marked = toParkedResource(aParked({ bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 0x41) }));

  deepStrictEqual(text, { ...shown, size: 7, body: "no JSON", bodyBase64: null });
  deepStrictEqual(binary, { ...shown, size: 3, body: null, bodyBase64: "/wD+" });
  deepStrictEqual([marked.body, marked.size], ["\ufeffA", 4]);
  for (const each of [text, binary]) deepStrictEqual(parkedSchema.parse(each), each);
});

Deno.test("GET parked goes on where a page ended", async () => {
  const given = facade({
    listParked: () => Promise.resolve({ items: [aParked()], nextCursor: "1:é" }),
  });

  const { nextCursor } = await (await given.send("GET", `${PARKED}?limit=1`)).json();
  await given.send("GET", `${PARKED}?cursor=${nextCursor}`);

  deepStrictEqual(given.client.calls, [
    { method: "listParked", args: ["nats-1", { cursor: null, limit: 1 }] },
    { method: "listParked", args: ["nats-1", { cursor: "1:é", limit: 25 }] },
  ]);
});

Deno.test("requeue and discard ask for each id once, and show which it was done to", async () => {
  const given = facade();
  const body = { ids: ["m-1", "m-2", "m-1"] };

  const requeued = await given.send("POST", `${PARKED}/requeue`, { body });
  const discarded = await given.send("DELETE", PARKED, { body });

  const answer = { done: ["m-1"], passedOver: ["m-2"] };
  deepStrictEqual([await requeued.json(), await discarded.json()], [answer, answer]);
  deepStrictEqual(given.client.calls, [
    { method: "requeueParked", args: ["nats-1", ["m-1", "m-2"]] },
    { method: "discardParked", args: ["nats-1", ["m-1", "m-2"]] },
  ]);
});

Deno.test("GET agent-connections shows how many messages are parked", async () => {
  const given = facade({ listAgents: () => Promise.resolve([anAgent()]) });

  const { items } = await (await given.send("GET", "/local/agent-connections")).json();
  const found = await (await given.send("GET", AGENT)).json();

  deepStrictEqual([items[0].parked, found.parked], [2, 2]);
});

for (
  const ids of [
    undefined,
    [],
    "m-1",
    [1],
    [""],
    ["x".repeat(251)],
    Array.from({ length: 1_001 }, (_, i) => `m-${i}`),
  ]
) {
  Deno.test(`requeue and discard refuse ids ${JSON.stringify(ids)?.slice(0, 20)}`, async () => {
    for (const [method, path] of [["POST", `${PARKED}/requeue`], ["DELETE", PARKED]] as const) {
      const given = facade();

      const response = await given.send(method, path, { body: { ids } });

      const says = ["1 to 1000 ids"];
      await assertRefused(given, response, { status: 400, code: "invalid_request", says });
    }
  });
}

Deno.test("drain, resume and DELETE ask for what they say, and show since when it drains", async () => {
  const given = facade();

  const drained = await (await given.send("POST", `${AGENT}/drain`)).json();
  const resumed = await (await given.send("POST", `${AGENT}/resume`, { body: {} })).json();
  const removed = await given.send("DELETE", AGENT);
  const discarded = await given.send("DELETE", `${AGENT}?discardParked=true`);

  deepStrictEqual([drained.drainingSince, resumed.drainingSince], [AT, null]);
  deepStrictEqual([removed.status, discarded.status], [204, 204]);
  deepStrictEqual(given.client.calls.filter(({ method }) => method !== "countParked"), [
    { method: "drainAgent", args: ["nats-1"] },
    { method: "resumeAgent", args: ["nats-1"] },
    { method: "removeAgent", args: ["nats-1", { discardParked: false }] },
    { method: "removeAgent", args: ["nats-1", { discardParked: true }] },
  ]);
});

Deno.test("DELETE of an agent connection refuses a discardParked that is no yes or no", async () => {
  const given = facade();

  const response = await given.send("DELETE", `${AGENT}?discardParked=1`);

  const says = ["discardParked", '"1"', "true, false"];
  await assertRefused(given, response, { status: 400, code: "invalid_request", says });
});

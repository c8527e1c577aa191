/** What messages on agent connections say: which jobs may run before they are saved, and which may not. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { offerOf, readMessages } from "../../actors/agent_messages.ts";
import type { Bucket } from "../../core/bucket.ts";
import type { Delivery } from "../../transports/port.ts";
import { newJob } from "../support/factories.ts";

const BUCKET = { id: "b-1", epoch: 7 } as Bucket;

function epochsOf(deliveries: readonly Partial<Delivery>[]): readonly (number | null)[] {
  const given = deliveries.map((each): Delivery => ({
    messageId: "m-1",
    dueAtMs: 0,
    body: offerOf({ job: newJob(), sole: true }, BUCKET).body,
    deliveries: 1,
    receipt: "r-1",
    ...each,
  }));
  const { offered } = readMessages(given, { clusterId: "c-1", bucketId: "b-1" });
  return offered.map(({ epoch }) => epoch);
}

Deno.test("readMessages names the epoch of an offer that nobody else can have", () => {
  equal(epochsOf([{}]), [7]);
});

Deno.test("readMessages names no epoch for what was received before: its attempt may have crashed", () => {
  equal(epochsOf([{ deliveries: 2 }, { deliveries: 9 }]), [null, null]);
});

Deno.test("readMessages names no epoch for an offer that others may have, or that says none", () => {
  const shared = offerOf({ job: newJob(), sole: false }, BUCKET).body;
  const foreign = JSON.stringify({ ...JSON.parse(shared), epoch: "7" });

  equal(epochsOf([{ body: shared }, { body: foreign }]), [null, null]);
});

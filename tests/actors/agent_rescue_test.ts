/** Which queues are orphans: those without a bucket, however many buckets there are. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { orphansAmong } from "../../actors/agent_rescue.ts";
import type { NewBucket } from "../../storage/port.ts";
import { Scene } from "../conformance/scene.ts";
import { temporarySqlite } from "../conformance/temporary_sqlite.ts";
import { aBucket, AT_MS } from "../support/factories.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("orphansAmong leaves a living bucket alone that the longest list does not hold", async () => {
  await using opened = await temporarySqlite(new FakeClock(AT_MS));
  const { subject: store } = opened;
  const { clusterId } = await Scene.open(store);
  for (let made = 0; made < 10_000; made += 1_000) {
    const buckets = Array.from({ length: 1_000 }, (_, i): NewBucket => (
      aBucket({ id: `a-${made + i}` })
    ));
    await store.buckets.create({ clusterId, buckets });
  }

  equal(await orphansAmong(["b-1", "a-7", "gone"], { clusterId, store }), ["gone"]);
  equal(await orphansAmong([], { clusterId, store }), []);
});

/** Storing jobs in a transaction of an application whose connection never answers. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { enlistingIn } from "../../library/enlist.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { eventually } from "../support/eventually.ts";

const SILENT = `data:application/javascript,${
  encodeURIComponent("export const adapter = { enlist: () => new Promise(() => {}) };")
}`;

const JOBS = { clusterId: "c-1", clusterCreatedAtMs: 0, jobs: [] };

Deno.test("a transaction whose connection does not answer within 30 s is given up", async () => {
  const clock = new FakeClock();
  const enlist = enlistingIn({ module: SILENT, options: {}, label: "silent" }, clock);
  let state = "waiting";

  const call = enlist({}, JOBS);
  call.catch(() => state = "rejected");
  await eventually("the deadline to be set", () => clock.armed > 0);
  await clock.advance(29_999);
  equal(state, "waiting");
  await clock.advance(1);

  await rejects(call, { code: "master_unavailable", retryable: true, message: /roll it back/ });
});

/** A master that takes connections and never answers: whoever hears nothing lets go in time, and others take over. */

import { deepStrictEqual as equal, ok, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { LEASE_LOST, mastersTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const LEASE = { leaseMs: 15_000, renewMs: 1_000 };

/** A job that ends on the other node, and elsewhere when its signal says so. */
function eventfulWork() {
  const events: string[] = [];
  const work = (node: string) =>
    defineJob({ id: "work", maxRetries: 3 }, async ({ signal }) => {
      events.push(`${node} starts`);
      if (node === "other") return node;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      events.push(`${node} is told ${signal.reason.code}`);
      return node;
    });
  return { events, work };
}

mastersTest(
  "F23: a master that never answers costs a node its lease, its leadership and no job",
  async (kind) => {
    await using way = await openWay(kind, { query: "?statement_timeout=2s" });
    const { events, work } = eventfulWork();
    await using cluster = await openTestCluster({
      on: way.master,
      jobs: [work("none")],
      workers: [],
      expectedErrors: LEASE_LOST,
    });
    const { jobs, schedule } = cluster.jm;
    const leader = async () => {
      const [row] = await cluster.sql("SELECT holder FROM jm_leases") as {
        holder: string | null;
      }[];
      return row?.holder ?? undefined;
    };
    const deaf = await cluster.join({ master: way.url, jobs: [work("deaf")], lease: LEASE });
    const first = await eventually("a leader", leader, PATIENTLY);
    const { id } = await schedule.now(work("none"));
    await cluster.untilJob(id, "Processing");

    way.proxy.isBlackHole = true;
    await cluster.join({ jobs: [work("other")], lease: LEASE });
    const failed = await deaf.schedule.now(work("deaf")).then(() => null, (error) => error);
    const job = await jobs.wait(id, { timeout: "60s" });

    equal([failed?.code, failed?.retryable], ["master_unavailable", true]);
    equal([job.result, job.attempts], ["other", 2]);
    equal(events, ["deaf starts", "deaf is told lease_lost", "other starts"]);
    ok(await leader() !== first);
    const ended = await jobs.executions(id);
    equal(ended.map(({ outcome }) => outcome), ["crashed", "succeeded"]);

    way.proxy.isBlackHole = false;
    const lives = async () =>
      (await cluster.jm.client.listWorkers()).filter(({ status }) => status === "Active");
    await eventually(
      "the deaf node to be back",
      async () => (await lives()).length === 2,
      PATIENTLY,
    );
    const after = await eventually(
      "a call to come through",
      () => deaf.schedule.now(work("deaf")),
      PATIENTLY,
    );
    strictEqual((await cluster.untilJob(after.id, "Succeeded", "Processing")).attempts, 1);
  },
);

/** The arithmetic of the capacity model; its numbers are held against clusters by `bench/scale_simulation.ts`. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import {
  deviation,
  idleCluster,
  type Load,
  loadOf,
  MAX_LISTED_BUCKETS,
  PARTS,
} from "../../bench/capacity_model.ts";

function rounded({ statements, rows, agentCalls }: Load): readonly number[] {
  return [statements, rows, agentCalls].map((each) => Math.round(each * 10) / 10);
}

Deno.test("loadOf says what an idle node with five buckets asks of the master", () => {
  equal(rounded(loadOf(idleCluster(1, 5, "master"))), [47, 30.3, 0]);
});

Deno.test("loadOf asks agent connections in place of the master for their buckets", () => {
  const [master, agent] = (["master", "agent"] as const).map((over) =>
    PARTS["buckets"]!(idleCluster(1, 60, over))
  );

  equal(rounded(master!), [246, 120, 0]);
  equal(rounded(agent!), [8, 1, 120]);
});

Deno.test("loadOf asks once a second for each worker whether its agent connection still takes jobs", () => {
  const [master, agent] = (["master", "agent"] as const).map((over) =>
    PARTS["workers"]!(idleCluster(10, 60, over)).statements
  );

  equal([master, agent], [24, 34]);
});

Deno.test("loadOf lets each node read all buckets, up to the limit of a list", () => {
  const rowsOf = (nodes: number, buckets: number) =>
    PARTS["nodes"]!(idleCluster(nodes, buckets, "master")).rows;

  equal(rowsOf(10, 100), 10 * 101);
  equal(rowsOf(1_000, 100_000), 1_000 * (1 + MAX_LISTED_BUCKETS));
});

Deno.test("loadOf has one leader, and none without candidates", () => {
  const one = idleCluster(1, 5, "master");

  equal(PARTS["leader"]!({ ...one, candidates: 5 }), PARTS["leader"]!(one));
  equal(rounded(PARTS["leader"]!({ ...one, candidates: 0 })), [0, 0, 0]);
});

Deno.test("loadOf shares the statements of a batch among its jobs", () => {
  const busy = { ...idleCluster(1, 5, "master"), jobsPerSecond: 100 };
  const statements = (batch: number) => PARTS["jobs"]!({ ...busy, batch }).statements;

  ok(statements(1) > 30 * statements(1_000));
  equal(statements(1), 100 * 20.6);
});

Deno.test("deviation is how much more was measured than computed", () => {
  equal(deviation(110, 100), 0.1);
  equal(deviation(90, 100), -0.1);
});

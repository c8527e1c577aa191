/**
 * What grows with what: small clusters that run beside the model of `capacity_model.ts`, the leader's actors on the rows of
 * up to 1,000 nodes with 100,000 buckets, and what the model says of such a cluster.
 *
 * `deno run -A bench/scale_simulation.ts [small|leader|model …]`: all three unless told; about ten minutes. It starts a
 * Postgres of its own.
 *
 * @module
 */

import { idleCluster, loadOf, PARTS } from "./capacity_model.ts";
import { countedPostgres } from "./scale/counted_postgres.ts";
import { leaderLooks } from "./scale/leader_looks.ts";
import { idleClusters, loadedClusters } from "./scale/small_clusters.ts";

/** Nodes, and buckets of all of them. */
const LARGE: readonly (readonly [nodes: number, buckets: number])[] = [
  ...[[10, 50], [100, 1_000], [100, 10_000], [1_000, 10_000], [1_000, 100_000]] as const,
];

const wanted = Deno.args.length === 0 ? ["small", "leader", "model"] : Deno.args;

if (wanted.some((part) => part !== "model")) {
  await using server = await countedPostgres();
  if (wanted.includes("small")) {
    await idleClusters(server);
    await loadedClusters(server);
  }
  if (wanted.includes("leader")) await leaderLooks(server);
}
if (wanted.includes("model")) printModel();

function printModel(): void {
  for (const over of ["master", "agent"] as const) {
    console.log(
      `idle, buckets over the ${over}: statements/s, rows/s, agent calls/s; statements of each part`,
    );
    for (const [nodes, buckets] of LARGE) {
      const shape = idleCluster(nodes, buckets, over);
      const { statements, rows, agentCalls } = loadOf(shape);
      const parts = Object.entries(PARTS)
        .map(([name, part]) => `${name} ${Math.round(part(shape).statements)}`);
      console.log(
        [`${nodes} × ${buckets / nodes}`, statements, rows, agentCalls]
          .map((each) => typeof each === "number" ? Math.round(each) : each.padStart(11))
          .join(" | "),
        `| ${parts.join(", ")}`,
      );
    }
  }
}

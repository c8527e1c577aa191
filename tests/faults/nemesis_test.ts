/** Real servers and processes under random trouble: every promise holds when it is over. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { sharedServer, skipWithout, willOwnServers } from "../support/servers/test_servers.ts";
import { runNemesis } from "./nemesis/run.ts";
import type { WorldOptions } from "./nemesis/world.ts";

await willOwnServers();

const CASES: readonly (Pick<WorldOptions, "master" | "agent" | "seed">)[] = [
  { master: "postgres", agent: "nats", seed: 11 },
  { master: "mysql", agent: "none", seed: 12 },
];

for (const { master, agent, seed } of CASES) {
  const what = `${master}, agent connection ${agent}, seed ${seed}`;
  const name = `a cluster under random trouble keeps every promise: ${what}`;
  const kinds = [master, agent].filter((kind) => kind !== "none" && kind !== "sqlite");
  const missing = (await Promise.all(kinds.map(sharedServer))).find((each) =>
    each.missing !== undefined
  );
  if (missing !== undefined) {
    skipWithout(name, missing);
    continue;
  }
  Deno.test(name, async () => {
    const { violations, faults, ledger, looks } = await runNemesis({
      ...{ master, agent, seed, seconds: 12, quietMs: 180_000 },
      lease: { leaseMs: 6_000, renewMs: 2_000 },
    });

    equal(violations, []);
    ok(faults.length > 0 && ledger.asked.size > 0 && ledger.runs.size > 0 && looks > 1);
  });
}

/** Names of agent connections that lead elsewhere, and what the cluster shows of them. */

import { deepStrictEqual as equal, match, ok } from "node:assert/strict";
import { defineJob, type JobMasterError } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("names that lead elsewhere");

const work = defineJob({ id: "work" }, () => {});

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: a node refuses to start when the name led to another store before`, async () => {
    await using one = await openAgentPlace(kind);
    await using two = await openAgentPlace(kind);
    await using cluster = await openTestCluster({
      agents: { "agent-1": one.url },
      jobs: [work],
      workers: [],
    });
    const join = (url: string, protectAgents = true) =>
      cluster.join({ agents: { "agent-1": url }, jobs: [work], workers: [], protectAgents });
    const [known] = await cluster.jm.client.listAgents();
    equal([known!.name, known!.clusterId], ["agent-1", "local"]);
    ok(known!.fingerprint.length >= 16 && known!.product !== "" && known!.address !== "");

    const refused = await join(two.url).then(() => null, (thrown: JobMasterError) => thrown);

    equal(refused?.code, "configuration_invalid");
    match(
      refused!.message,
      /agent connection "agent-1" at .*another store .*give the new one another name/,
    );
    equal(await cluster.jm.client.listAgents(), [known]);
    await join(one.url);
    await join(two.url, false);
    const [replaced] = await cluster.jm.client.listAgents();
    equal([replaced!.name, replaced!.createdAtMs], ["agent-1", known!.createdAtMs]);
    equal(replaced!.fingerprint === known!.fingerprint, false);
    const again = await join(one.url).then(() => null, (thrown: JobMasterError) => thrown);
    equal(again?.code, "configuration_invalid");
  });
}

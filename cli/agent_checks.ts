/**
 * What `doctor` thinks of agent connections.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import type { AgentResource, BucketResource } from "../http/resources/fleet.ts";
import { openExistingTransport, type TransportSpec } from "../transports/mod.ts";
import type { Api } from "./api.ts";
import { fail, type Finding, listAll, ok, warn } from "./doctor_checks.ts";

/** How long nobody may have said that an agent connection is there, in milliseconds; the leader says so twice a minute. */
const UNSEEN_MS = 3 * 60_000;

/** Asks the agent connections that are given, and looks at when the others were seen. Nothing is said when there are none. */
export async function examineAgents(
  api: Api,
  given: Readonly<Record<string, TransportSpec>>,
  clock: Clock,
): Promise<readonly Finding[]> {
  const known = await listAll<AgentResource>(api, "agent-connections", {});
  const buckets = await listAll<BucketResource>(api, "buckets", {});
  const asked = await Promise.all(
    Object.entries(given).map(([name, spec]) =>
      ask(name, spec, known.find(({ id }) => id === name))
    ),
  );
  const others = known.filter(({ id }) => !Object.hasOwn(given, id))
    .map((agent) => seenFinding(agent, buckets, clock));
  return [...asked, ...others, ...unknownFindings(known, buckets)];
}

async function ask(
  name: string,
  spec: TransportSpec,
  known: AgentResource | undefined,
): Promise<Finding> {
  try {
    await using transport = await openExistingTransport(spec);
    const fingerprint = await transport.fingerprint();
    const at = `"${name}": ${transport.product} at ${spec.label}`;
    if (known === undefined) return warn("agents", `${at} answers; no node has used the name yet`);
    if (known.fingerprint === fingerprint) return ok("agents", `${at} is the store it has been`);
    return fail(
      "agents",
      `${at} is another store than the cluster knows by this name (${known.product} at ${known.address})`,
    );
  } catch (error) {
    return fail("agents", `"${name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

function seenFinding(
  { id, product, address, seenAt }: AgentResource,
  buckets: readonly BucketResource[],
  clock: Clock,
): Finding {
  const uses = buckets.filter(({ agentConnectionId }) => agentConnectionId === id).length;
  const message = `"${id}": ${product} at ${address}, ${uses} buckets; last seen ${seenAt}`;
  const isUnseen = clock.now() - Date.parse(seenAt) > UNSEEN_MS;
  return uses > 0 && isUnseen ? warn("agents", message) : ok("agents", message);
}

/** Buckets that travel over something the cluster has never seen. */
function unknownFindings(
  known: readonly AgentResource[],
  buckets: readonly BucketResource[],
): readonly Finding[] {
  const names = new Set(buckets.map(({ agentConnectionId }) => agentConnectionId));
  for (const { id } of known) names.delete(id);
  names.delete(STANDALONE_AGENT);
  return [...names].map((name) =>
    fail("agents", `"${name}": buckets are on it, and the cluster knows no such agent connection`)
  );
}

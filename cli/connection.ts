/**
 * Opens the API of a cluster: over the network, or in this process beside a node without workers.
 *
 * Both ways speak the same HTTP, so commands answer the same whichever is used.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { shown } from "../core/names.ts";
import { createHandler } from "../http/mod.ts";
import { JobMaster } from "../library/job_master.ts";
import { Api } from "./api.ts";
import { ApiError } from "./api_error.ts";
import type { CommandContext } from "./context.ts";
import { MasterAccess, requireAgents, requireCluster } from "./master_access.ts";
import { readTarget, type Target, type TargetFlags } from "./target.ts";

/** Longest wait for one answer of a remote API, in milliseconds. */
const REMOTE_TIMEOUT_MS = 60_000;

/** Addresses of agent connections by name. */
type Agents = Readonly<Record<string, string>>;

/**
 * Opens the API of the cluster that `flags` and variables name, with `agents` when it is reached directly. Nothing is
 * created by it.
 */
export async function connect(
  flags: TargetFlags,
  context: CommandContext,
  agents: Agents = {},
): Promise<Api> {
  const target = readTarget(flags, context.env);
  return target.type === "api"
    ? connectRemote(target, context)
    : await connectDirect(target, context, agents);
}

function connectRemote(
  { cluster, url, apiKey }: Target & { readonly type: "api" },
  { clock }: CommandContext,
): Api {
  return new Api({
    clusterId: cluster,
    baseUrl: url,
    send: (request) => sendRemote(request, url, clock),
    clock,
    ...(apiKey === null ? {} : { headers: { "x-api-key": apiKey } }),
  });
}

async function sendRemote(request: Request, url: string, clock: Clock): Promise<Response> {
  const late = new AbortController();
  using _timer = clock.schedule(REMOTE_TIMEOUT_MS, () => late.abort());
  try {
    return await fetch(request, { signal: late.signal });
  } catch (error) {
    if (late.signal.aborted) {
      throw new ApiError(
        504,
        "api_timeout",
        `Cannot use the API at ${shown(url)}: it gave no answer within ${
          REMOTE_TIMEOUT_MS / 1_000
        } s`,
      );
    }
    throw new ApiError(
      503,
      "api_unreachable",
      `Cannot reach the API at ${shown(url)}: ${(error as Error).message}`,
    );
  }
}

async function connectDirect(
  { cluster, master }: Target & { readonly type: "master" },
  { clock }: CommandContext,
  agents: Agents,
): Promise<Api> {
  const access = new MasterAccess(master);
  await requireCluster(access, cluster);
  await requireAgents(access, cluster, Object.keys(agents));
  const node = await JobMaster.start({ cluster, master, agents });
  return new Api({
    clusterId: cluster,
    baseUrl: "http://localhost/jm-api",
    send: (request) => sendDirect(request, node),
    clock,
    close: () => node.stop(),
  });
}

/** The API hides from strangers what failed inside; whoever holds the master may see it. */
async function sendDirect(request: Request, { client }: JobMaster): Promise<Response> {
  const failures: unknown[] = [];
  const { fetch } = createHandler({
    clusters: [client],
    onError: ({ error }) => failures.push(error),
  });
  const response = await fetch(request);
  if (failures.length > 0) throw failures[0];
  return response;
}

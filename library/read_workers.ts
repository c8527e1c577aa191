/**
 * Reads the agent connections and the workers of a node.
 *
 * @module
 */

import type { NodeWorker } from "../actors/node_options.ts";
import { oneOf, wholeNumber } from "../core/cluster.ts";
import { JobMasterError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import { PRIORITIES, type Priority } from "../core/job.ts";
import { parseId, parseLane, parseSegment, shown, STANDALONE_AGENT } from "../core/names.ts";
import type { Random } from "../core/random.ts";
import { type BucketQuantities, WORKER_MODES } from "../core/worker.ts";
import { type TransportSpec, transportSpec } from "../transports/mod.ts";
import type { JobMasterOptions, WorkerOptions } from "./options.ts";

/** The agent connections, by name. */
export function readAgents(
  agents: JobMasterOptions["agents"],
): Readonly<Record<string, TransportSpec>> {
  const specs: Record<string, TransportSpec> = {};
  for (const [given, url] of Object.entries(agents ?? {})) {
    const name = parseSegment(given, "agent connection");
    if (name === STANDALONE_AGENT) {
      throw new JobMasterError(
        "configuration_invalid",
        `Cannot name an agent connection ${
          shown(name)
        }: the name is reserved for clusters without any`,
      );
    }
    specs[name] = transportSpec(url);
  }
  return specs;
}

/** Whether names of agent connections are protected. */
export function readProtection({ protectAgents = true }: JobMasterOptions): boolean {
  if (typeof protectAgents === "boolean") return protectAgents;
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use protectAgents ${shown(protectAgents)}: it must be true or false`,
  );
}

/** What reading a worker needs to know. */
export interface WorkerSurroundings {
  /** Name of the machine. */
  readonly host: string;
  /** Makes its id. */
  readonly random: Random;
  /** Names of the agent connections. */
  readonly agents: readonly string[];
}

/** A worker as the node starts it. @throws {JobMasterError} `invalid_request` */
export function readWorker(
  options: WorkerOptions,
  { host, random, agents }: WorkerSurroundings,
): NodeWorker {
  const { parallelism = 1 } = options;
  if (typeof parallelism !== "number" || !(parallelism >= 0.1 && parallelism <= 1_000)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use worker parallelism ${shown(parallelism)}: it must be a number from 0.1 to 1000`,
    );
  }
  const name = parseId(options.name ?? host, "worker name");
  return {
    name,
    workerId: parseId(`${name}.${shortId(random)}`, "worker id"),
    mode: oneOf(options.mode ?? "Full", WORKER_MODES, "worker mode"),
    lane: parseLane(options.lane, "worker lane"),
    agentConnectionId: agentOf(options.agent, agents),
    parallelism,
    buckets: readQuantities(options.buckets ?? {}),
    bufferSize: wholeNumber(options.bufferSize ?? 250, "worker bufferSize", {
      min: 1,
      max: 10_000,
    }),
  };
}

/** The agent connection of a worker: the one it names, the only one there is, or none. */
function agentOf(agent: string | undefined, names: readonly string[]): string {
  if (agent === undefined && names.length <= 1) return names[0] ?? STANDALONE_AGENT;
  if (agent !== undefined && (names.includes(agent) || agent === STANDALONE_AGENT)) return agent;
  const known = names.length === 0 ? "there is none" : `they are ${names.join(", ")}`;
  throw new JobMasterError(
    "invalid_request",
    agent === undefined
      ? `Cannot start a worker without an agent: name one of the agent connections, ${known}`
      : `Cannot use worker agent ${shown(agent)}: no agent connection has this name, ${known}`,
  );
}

function readQuantities(quantities: BucketQuantities): Readonly<Record<Priority, number>> {
  for (const key of Object.keys(quantities)) oneOf(key, PRIORITIES, "worker buckets priority");
  const entries = PRIORITIES.map((priority) => [
    priority,
    wholeNumber(quantities[priority] ?? 1, `worker buckets.${priority}`, { min: 0, max: 100 }),
  ]);
  return Object.fromEntries(entries);
}

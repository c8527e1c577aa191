/**
 * What the scheduler knows of its cluster: settings, definitions and active buckets, read again every second.
 *
 * @module
 */

import { BucketIndex } from "../core/assignment.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import { codeOf, JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";

/** The definition of this id. @throws {JobMasterError} `job_definition_not_found`, `invalid_request` */
export async function findDefinition(
  state: SchedulerState,
  definitionId: unknown,
): Promise<DefinitionDefaults> {
  const id = String(definitionId);
  const known = () => state.handlers.get(id)?.defaults ?? state.definitions.get(id);
  if (typeof definitionId !== "string" || definitionId === "") {
    throw new JobMasterError(
      "invalid_request",
      `Cannot schedule a job of definition ${shown(definitionId)}: definitionId must be text`,
    );
  }
  if (known() === undefined) await refresh(state); // a node may have announced it just now
  const definition = known();
  if (definition !== undefined) return definition;
  const ids = [...new Set([...state.handlers.keys(), ...state.definitions.keys()])].sort();
  throw new JobMasterError(
    "job_definition_not_found",
    `Cannot schedule a job of definition ${
      shown(id)
    }: no node of cluster "${state.args.clusterId}" ` +
      `has announced it; known are ${ids.slice(0, 10).join(", ") || "none"}`,
  );
}

/** As {@linkcode refresh}; a failure is only noted. */
export async function refreshQuietly(
  context: SchedulerContext,
  state: SchedulerState,
): Promise<void> {
  try {
    await refresh(state);
  } catch (error) {
    context.log("debug", `Cannot refresh what the scheduler knows: ${codeOf(error)}`);
  }
}

/** Reads settings, definitions and active buckets; callers that come meanwhile share the reading. */
export function refresh(state: SchedulerState): Promise<void> {
  state.refreshing ??= readCluster(state).finally(() => state.refreshing = null);
  return state.refreshing;
}

async function readCluster(state: SchedulerState): Promise<void> {
  const { clusterId } = state.args;
  const [cluster, definitions, buckets] = await Promise.all([
    state.store.clusters.find({ clusterId }),
    state.store.clusters.listDefinitions({ clusterId, limit: 10_000 }),
    state.store.buckets.list({ clusterId, filter: { statuses: ["Active"] }, limit: 10_000 }),
  ]);
  if (cluster !== null) {
    state.settings = cluster.settings;
    state.clusterCreatedAtMs = cluster.createdAtMs;
  }
  state.definitions = new Map(definitions.map((each) => [each.id, each]));
  state.buckets = new BucketIndex(buckets.filter((bucket) => state.posts.reaches(bucket)));
}

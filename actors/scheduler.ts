/**
 * Accepts jobs: reads and checks requests, makes ids, chooses where each job goes, and commits concurrent calls
 * together in one insert.
 *
 * A job that is due and whose bucket is served on this node is inserted already claimed and handed straight to its
 * bucket agent: nobody reads it a second time.
 *
 * @module
 */

import { BucketIndex } from "../core/assignment.ts";
import type { Bucket } from "../core/bucket.ts";
import { DEFAULT_CLUSTER_SETTINGS } from "../core/cluster.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import { codeOf, encodeError, JobMasterError } from "../core/errors.ts";
import { uuidGenerator } from "../core/ids.ts";
import { shown } from "../core/names.ts";
import { acceptRequest, type JobRequest, MAX_JOBS_PER_CALL } from "../core/request.ts";
import type { NewJob } from "../storage/port.ts";
import { Batcher } from "./batcher.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type { SubmittedJob } from "./client.ts";
import { resolveHandlers } from "./handlers.ts";
import { insertJobs } from "./placing.ts";
import { checkPayload } from "./payload_check.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import type {
  SchedulerArgs,
  SchedulerContext,
  SchedulerMessage,
  SchedulerState,
} from "./scheduler_protocol.ts";
import { storageAt } from "./storage_actor.ts";

const REFRESH_MS = 1_000;
const MAX_BATCH = 5_000;

/** Declares the scheduler. One per node. */
export const scheduler: Actor<SchedulerMessage, SchedulerArgs> = defineActor<
  SchedulerMessage,
  SchedulerState,
  SchedulerArgs
>({
  name: "scheduler",
  module: import.meta.url,
  mailbox: { capacity: 8_192, overflow: "reject", concurrency: 8_192 },

  async start(context, args) {
    const state: SchedulerState = {
      args,
      store: storageAt(context, args.storage),
      handlers: await resolveHandlers(args.handlers),
      newId: uuidGenerator(context.clock, context.random),
      inserts: new Batcher<NewJob, SubmittedJob>({
        clock: context.clock,
        maxItems: MAX_BATCH,
        send: (jobs) => insertJobs(context, state, jobs),
      }),
      agentsByWorker: new Map(),
      settings: DEFAULT_CLUSTER_SETTINGS,
      definitions: new Map(),
      buckets: new BucketIndex<Bucket>([]),
      refreshing: null,
    };
    await refresh(state);
    context.sendInterval(REFRESH_MS, { type: "refresh" });
    return state;
  },

  handlers: {
    async submit(context, { requests }, state) {
      checkCount(requests);
      const jobs: NewJob[] = [];
      for (const request of requests) jobs.push(await readJob(context, state, request));
      return await state.inserts.add(jobs);
    },

    async local_buckets(context, { worker, agents }, state) {
      state.agentsByWorker.set(
        worker,
        new Map(agents.map((agent) => [
          agent.bucketId,
          context.ref<BucketAgentMessage>(agent.address),
        ])),
      );
      await refreshQuietly(context, state);
    },

    async refresh(context, _message, state) {
      await refreshQuietly(context, state);
    },
  },
});

function checkCount(requests: readonly JobRequest[]): void {
  if (requests.length >= 1 && requests.length <= MAX_JOBS_PER_CALL) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot schedule ${requests.length} jobs in one call: it must be 1 to ${MAX_JOBS_PER_CALL}`,
  );
}

/** While a request is read, code of the application runs: a getter, a `toJSON`. What it throws is no crash of ours. */
async function readJob(
  context: SchedulerContext,
  state: SchedulerState,
  request: JobRequest,
): Promise<NewJob> {
  try {
    return await toJob(context, state, request);
  } catch (error) {
    const { code, message } = encodeError(error);
    if (code !== "internal") throw error;
    throw new JobMasterError("invalid_payload", `Cannot read the request: ${message}`);
  }
}

async function toJob(
  context: SchedulerContext,
  state: SchedulerState,
  request: JobRequest,
): Promise<NewJob> {
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot schedule ${shown(request)}: it must be an object with a definitionId`,
    );
  }
  const definition = await findDefinition(state, request.definitionId);
  const nowMs = context.clock.now();
  const accepted = acceptRequest(request, { definition, settings: state.settings, nowMs });
  const schema = state.handlers.get(definition.id)?.input ?? null;
  if (schema !== null) await checkPayload(schema, JSON.parse(accepted.data));
  const { id, ...fields } = accepted;
  return {
    ...fields,
    id: id ?? state.newId(),
    clusterId: state.args.clusterId,
    triggerSource: "Once",
    scheduleId: null,
    occurrenceAtMs: null,
    originalScheduledAtMs: accepted.scheduledAtMs,
    createdAtMs: nowMs,
    placement: null,
  };
}

async function findDefinition(
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

async function refreshQuietly(context: SchedulerContext, state: SchedulerState): Promise<void> {
  try {
    await refresh(state);
  } catch (error) {
    context.log("debug", `Cannot refresh what the scheduler knows: ${codeOf(error)}`);
  }
}

/** Reads settings, definitions and active buckets; callers that come meanwhile share the reading. */
function refresh(state: SchedulerState): Promise<void> {
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
  if (cluster !== null) state.settings = cluster.settings;
  state.definitions = new Map(definitions.map((each) => [each.id, each]));
  state.buckets = new BucketIndex(buckets);
}

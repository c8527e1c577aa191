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
import { encodeError, JobMasterError } from "../core/errors.ts";
import { uuidGenerator } from "../core/ids.ts";
import { shown } from "../core/names.ts";
import {
  type Acceptance,
  acceptRequest,
  type JobRequest,
  MAX_JOBS_PER_CALL,
} from "../core/request.ts";
import type { NewJob } from "../storage/port.ts";
import { acceptByAgents } from "./agent_intake.ts";
import type { Offer } from "./agent_messages.ts";
import { AgentPosts } from "./agent_posts.ts";
import { Batcher } from "./batcher.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type { SubmittedJob } from "./client.ts";
import { resolveHandlers } from "./handlers.ts";
import { insertJobs } from "./placing.ts";
import { checkPayload } from "./payload_check.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import { RecurrenceReader } from "./recurrences.ts";
import { changeSchedule } from "./schedule_commands.ts";
import { createSchedule } from "./schedule_intake.ts";
import { findDefinition, refresh, refreshQuietly } from "./scheduler_knowledge.ts";
import { ensureSchedules, keepSchedules } from "./static_schedules.ts";
import type {
  SchedulerArgs,
  SchedulerContext,
  SchedulerMessage,
  SchedulerState,
} from "./scheduler_protocol.ts";
import { storageAt } from "./storage_actor.ts";

const REFRESH_MS = 1_000;
/** How often a node says that its code has its static schedules, in milliseconds. */
const KEEP_MS = 60_000;
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
      posts: new AgentPosts(context, args.clusterId, args.transports),
      handlers: await resolveHandlers(args.handlers),
      newId: uuidGenerator(context.clock, context.random),
      inserts: new Batcher<NewJob, SubmittedJob>({
        clock: context.clock,
        maxItems: MAX_BATCH,
        send: (jobs) => insertJobs(context, state, jobs),
      }),
      offers: new Batcher<Offer, SubmittedJob>({
        clock: context.clock,
        maxItems: MAX_BATCH,
        send: (offers) => acceptByAgents(context, state, offers),
      }),
      agentsByWorker: new Map(),
      settings: DEFAULT_CLUSTER_SETTINGS,
      clusterCreatedAtMs: 0,
      definitions: new Map(),
      buckets: new BucketIndex<Bucket>([]),
      refreshing: null,
      recurrences: new RecurrenceReader(args.recurrences),
    };
    await refresh(state);
    context.sendInterval(REFRESH_MS, { type: "refresh" });
    if (args.schedules.length > 0) {
      await ensureSchedules(context, state);
      context.sendInterval(KEEP_MS, { type: "keep_schedules" });
    }
    return state;
  },

  handlers: {
    async submit(context, { requests }, state) {
      return await take(state, await readJobs(context, state, requests));
    },

    async prepare(context, { requests }, state) {
      const read = await readJobs(context, state, requests);
      const { clusterCreatedAtMs, args: { clusterId } } = state;
      return { clusterId, clusterCreatedAtMs, jobs: read.map(({ job }) => job) };
    },

    create_schedule: (context, { request }, state) =>
      readable(() => createSchedule(context, state, request)),

    change_schedule: (context, { scheduleId, command }, state) =>
      readable(() => changeSchedule(context, state, { scheduleId, command })),

    async keep_schedules(context, _message, state) {
      await keepSchedules(context, state);
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
      state.posts.resend();
      await refreshQuietly(context, state);
    },
  },
});

/** A job, and who has to have it. */
interface ReadJob extends Offer {
  readonly acceptance: Acceptance;
}

/** Stores jobs in the master, or hands them to agent connections; answers in the order of the call. */
async function take(
  { inserts, offers }: SchedulerState,
  read: readonly ReadJob[],
): Promise<readonly SubmittedJob[]> {
  const of = (wanted: Acceptance) => read.filter(({ acceptance }) => acceptance === wanted);
  const durable = of("durable").map(({ job }) => job);
  const offered = of("agent");
  if (offered.length === 0) return await inserts.add(durable);
  const [stored, taken] = await Promise.all([
    durable.length === 0 ? [] : inserts.add(durable),
    offers.add(offered),
  ]);
  const results = { durable: [...stored], agent: [...taken] };
  return read.map(({ acceptance }) => results[acceptance].shift()!);
}

function checkCount(requests: readonly JobRequest[]): void {
  if (requests.length >= 1 && requests.length <= MAX_JOBS_PER_CALL) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot schedule ${requests.length} jobs in one call: it must be 1 to ${MAX_JOBS_PER_CALL}`,
  );
}

async function readJobs(
  context: SchedulerContext,
  state: SchedulerState,
  requests: readonly JobRequest[],
): Promise<readonly ReadJob[]> {
  checkCount(requests);
  const jobs: ReadJob[] = [];
  for (const request of requests) {
    jobs.push(await readable(() => toJob(context, state, request)));
  }
  return jobs;
}

/** While a request is read, code of the application runs: a getter, a `toJSON`. What it throws is no crash of ours. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
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
): Promise<ReadJob> {
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
  const { id, acceptance, ...fields } = accepted;
  const job: NewJob = {
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
  return { acceptance, job, sole: id === null };
}

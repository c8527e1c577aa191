/**
 * Where the scheduler puts a batch of new jobs, and how it hands over the ones this node runs at once.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { JobMasterError } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import type { InsertedJob, NewJob, Placement } from "../storage/port.ts";
import type { AgentPosts } from "./agent_posts.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type { SubmittedJob } from "./client.ts";
import { repeat } from "./repeat.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";

type Agent = ActorRef<BucketAgentMessage>;

/** How long an agent may take to promise places, in milliseconds. */
const RESERVE_TIMEOUT_MS = 1_000;

/** How long an insert is repeated while the master is busy or away, in milliseconds. */
const INSERT_BUDGET_MS = 10_000;

/** Stores a batch of jobs, those that have a placement there, in one commit and hands over what was claimed for this node. */
export async function insertJobs(
  context: SchedulerContext,
  state: SchedulerState,
  jobs: readonly NewJob[],
): Promise<readonly SubmittedJob[]> {
  const places = await Places.choose(context, state, jobs);
  try {
    const inserted = await insert(context, state, places.jobs);
    places.handOver(inserted, state.posts);
    return inserted.map(({ created, job }) => ({ created, job, acceptance: "durable" }));
  } catch (error) {
    places.handOver([], state.posts);
    throw error;
  }
}

async function insert(
  context: SchedulerContext,
  { store, args: { clusterId } }: SchedulerState,
  jobs: readonly NewJob[],
): Promise<readonly InsertedJob[]> {
  const giveUpAtMono = context.clock.monotonic() + INSERT_BUDGET_MS;
  let tries = 0;
  const result = await repeat(context, {
    what: `store ${jobs.length} job(s)`,
    call: () => {
      tries++;
      return store.jobs.insert({ clusterId, jobs });
    },
    worthwhile: (error) =>
      (error as Partial<JobMasterError>)?.retryable === true &&
      context.clock.monotonic() < giveUpAtMono,
  });
  if (result.outcome !== "accepted") throw refusal(result.outcome, clusterId);
  if (tries === 1) return result.jobs;
  // An earlier try may have been committed although its answer was lost: a row of that id is this job.
  return result.jobs.map((each) => ({ ...each, created: each.created || each.job.id === each.id }));
}

/** Why a cluster takes no jobs. */
export function refusal(
  outcome: "cluster_archived" | "cluster_not_found",
  clusterId: string,
): JobMasterError {
  return outcome === "cluster_archived"
    ? new JobMasterError(
      "cluster_archived",
      `Cannot schedule jobs in cluster "${clusterId}": it is Archived; set its mode to Active or Passive`,
    )
    : new JobMasterError("cluster_not_found", `Cannot find cluster "${clusterId}"`);
}

/** The places chosen for one batch. */
class Places {
  /** The jobs, each with its placement. */
  readonly jobs: readonly NewJob[];
  readonly #agents: ReadonlyMap<string, Agent>;
  readonly #reserved: ReadonlyMap<string, number>;

  private constructor(
    jobs: readonly NewJob[],
    agents: ReadonlyMap<string, Agent>,
    reserved: ReadonlyMap<string, number>,
  ) {
    this.jobs = jobs;
    this.#agents = agents;
    this.#reserved = reserved;
  }

  /** Chooses a place for each job: a promised slot here, any live bucket, or the master. */
  static async choose(
    context: SchedulerContext,
    state: SchedulerState,
    jobs: readonly NewJob[],
  ): Promise<Places> {
    const agents = new Map([...state.agentsByWorker.values()].flatMap((each) => [...each]));
    const nowMs = context.clock.now();
    const due = state.settings.mode === "Active"
      ? jobs.filter((job) => job.placement === null && job.scheduledAtMs <= nowMs)
      : [];
    const promised = await reserve(context, state, { agents, due });
    const nearMs = nowMs + state.settings.transientThresholdMs;
    const placed = jobs.map((job): NewJob => {
      if (job.placement !== null) return job;
      const slot = job.scheduledAtMs <= nowMs ? promised.take(job) : undefined;
      if (slot !== undefined) return { ...job, placement: placement(slot, true) };
      const bucket = job.scheduledAtMs <= nearMs && state.settings.mode === "Active"
        ? state.buckets.choose(job.lane, job.priority, context.random)
        : undefined;
      return bucket === undefined ? job : { ...job, placement: placement(bucket, false) };
    });
    return new Places(placed, agents, promised.reserved);
  }

  /** Tells the agents of this node what they have: claimed jobs, unused places, rows to read. */
  handOver(inserted: readonly InsertedJob[], posts: AgentPosts): void {
    const accepted = new Map<string, Job[]>();
    const wakes = new Set<Agent>();
    const placed = inserted.filter(({ created }) => created).map(({ job }) => job);
    inserted.forEach((each, index) => {
      const { job } = each;
      const agent = this.#agents.get(job.bucketId ?? "");
      if (!each.created || agent === undefined) return;
      if (job.status === "Queued" && this.jobs[index]?.placement?.claim === true) {
        const list = accepted.get(job.bucketId!);
        if (list === undefined) accepted.set(job.bucketId!, [job]);
        else list.push(job);
      } else if (job.status === "AssignedToBucket") wakes.add(agent);
    });
    for (const [bucketId, count] of this.#reserved) {
      const jobs = accepted.get(bucketId) ?? [];
      this.#agents.get(bucketId)?.tell({ type: "accept", jobs, unused: count - jobs.length });
    }
    wakeAll(wakes);
    if (!posts.isEmpty) posts.post(placed, () => wakeAll(wakes));
  }
}

function wakeAll(agents: ReadonlySet<Agent>): void {
  for (const agent of agents) agent.tell({ type: "wake" });
}

function placement({ id, epoch }: Bucket, claim: boolean): Placement {
  return { bucketId: id, epoch, claim };
}

/** Places promised by the agents of this node. */
class Promised {
  readonly reserved = new Map<string, number>();
  readonly #slots = new Map<string, Bucket[]>();

  add(route: string, bucket: Bucket, granted: number): void {
    if (granted === 0) return;
    this.reserved.set(bucket.id, (this.reserved.get(bucket.id) ?? 0) + granted);
    const slots = this.#slots.get(route) ?? [];
    for (let i = 0; i < granted; i++) slots.push(bucket);
    this.#slots.set(route, slots);
  }

  take(job: NewJob): Bucket | undefined {
    return this.#slots.get(routeOf(job))?.pop();
  }
}

/** Asks the agents of this node for places, once per bucket. */
async function reserve(
  context: SchedulerContext,
  state: SchedulerState,
  { agents, due }: { readonly agents: ReadonlyMap<string, Agent>; readonly due: readonly NewJob[] },
): Promise<Promised> {
  const promised = new Promised();
  if (agents.size === 0) return promised;
  for (const [route, jobs] of Map.groupBy(due, routeOf)) {
    const { lane, priority } = jobs[0]!;
    const local = state.buckets.matching(lane, priority).filter(({ id }) => agents.has(id));
    const first = Math.floor(context.random.next() * local.length); // spreads the load
    let missing = jobs.length;
    for (let i = 0; i < local.length && missing > 0; i++) {
      const bucket = local[(first + i) % local.length]!;
      const granted = await askFor(agents.get(bucket.id)!, missing);
      promised.add(route, bucket, granted);
      missing -= granted;
    }
  }
  return promised;
}

async function askFor(agent: Agent, count: number): Promise<number> {
  try {
    const { granted } = await agent.ask(
      { type: "reserve", count },
      { timeoutMs: RESERVE_TIMEOUT_MS },
    );
    return granted;
  } catch {
    return 0; // restarting or full: the job takes the ordinary way
  }
}

function routeOf({ lane, priority }: NewJob): string {
  return `${priority}/${lane}`;
}

/**
 * The composition root of a node: which actors it has, in which order they start, and how they end.
 *
 * @module
 */

import { systemClock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { uuidGenerator } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import { WORKER_DUTIES } from "../core/worker.ts";
import type { ClusterClient } from "./client.ts";
import { clusterClient } from "./cluster_client.ts";
import { journal, type JournalMessage } from "./journal.ts";
import { ClusterClock } from "./cluster_clock.ts";
import { leader, type LeaderArgs } from "./leader.ts";
import { journalEntry } from "./node_events.ts";
import { hasBuckets, type NodeOptions, type NodeWorker } from "./node_options.ts";
import { startTransports } from "./node_transports.ts";
import type { Supervision } from "./runtime/definition.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { type ActorSystem, createSystem } from "./runtime/system.ts";
import { scheduler } from "./scheduler.ts";
import { storageActor, type StorageCall, storageClient } from "./storage_actor.ts";
import type { AskRef } from "./runtime/ref.ts";
import { timekeeper } from "./timekeeper.ts";
import { workerActor } from "./worker.ts";
import type { WorkerArgs, WorkerCondition, WorkerMessage } from "./worker_protocol.ts";

/** A running node. */
export interface Node {
  /** The cluster as seen from here. */
  readonly client: ClusterClient;
  /** How far its workers are. */
  conditions(): Promise<readonly WorkerCondition[]>;
  /** Stops: lets running jobs finish within `timeoutMs` when graceful, else aborts them; then leaves the cluster. */
  stop(options: { readonly graceful: boolean; readonly timeoutMs: number }): Promise<void>;
}

/** How long a forced stop waits for aborted handlers and the last settlements, in milliseconds. */
const FORCED_STOP_MS = 5_000;

/** For ever: no crash of an actor ends a node. The longest wait before a restart bounds how often there is one. */
const SUPERVISION: Supervision = { maxRestarts: Infinity, withinMs: 60_000, backoffMs: 50 };

/** Starts a node. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { random = systemRandom, threads = true } = options;
  const clock = new ClusterClock(options.clock ?? systemClock);
  const newId = uuidGenerator(clock, random);
  const sink: { journal: ActorRef<JournalMessage> | null } = { journal: null };
  const system = createSystem({
    name: "node",
    clock,
    random,
    threads,
    supervision: SUPERVISION,
    onEvent: (event) => {
      options.onEvent(event);
      const entry = journalEntry(event, { options, clock, newId });
      if (entry !== null) sink.journal?.tell({ type: "write", entries: [entry] });
    },
  });
  try {
    const workers = await spawnActors(system, options, sink);
    return new RunningNode(system, options, workers);
  } catch (error) {
    await system.stop("stop");
    throw error;
  }
}

async function spawnActors(
  system: ActorSystem,
  options: NodeOptions,
  sink: { journal: ActorRef<JournalMessage> | null },
): Promise<readonly ActorRef<WorkerMessage>[]> {
  const { clusterId, spec } = options;
  const workerAddresses = options.workers.map((worker) => `${system.name}/${keyOf(worker)}`);
  const coordinates = options.workers.some(({ mode }) => WORKER_DUTIES[mode].coordinates);
  const leaderAddress = `${system.name}/leader`;
  const watchers = [...workerAddresses, ...(coordinates ? [leaderAddress] : [])];
  const storage = await system.spawn({
    key: "storage",
    actor: storageActor,
    args: { spec, watchers },
    placement: "thread",
    shutdownMs: 10_000,
  });
  await system.spawn({ key: "timekeeper", actor: timekeeper, args: { storage: storage.address } });
  await prepareCluster(system, options, storage as unknown as AskRef<StorageCall>);
  const { agents: store } = storageClient(storage as unknown as AskRef<StorageCall>);
  const transports = await startTransports(system, { ...options, store });
  const shared = { clusterId, storage: storage.address };
  sink.journal = await system.spawn({ key: "journal", actor: journal, args: shared });
  const schedule = await system.spawn({
    key: "scheduler",
    actor: scheduler,
    args: {
      ...shared,
      transports,
      handlers: options.schemas,
      recurrences: options.recurrences,
      schedules: options.schedules,
      leader: leaderAddress,
    },
  });
  if (coordinates) {
    await spawnLeader(system, options, { ...shared, transports, workers: workerAddresses });
  }
  return await spawnWorkers(system, options, {
    storage: storage.address,
    scheduler: schedule.address,
    transports,
  });
}

async function spawnWorkers(
  system: ActorSystem,
  options: NodeOptions,
  { transports, ...places }: Pick<WorkerArgs, "storage" | "scheduler"> & {
    readonly transports: Readonly<Record<string, string>>;
  },
): Promise<readonly ActorRef<WorkerMessage>[]> {
  const workers: ActorRef<WorkerMessage>[] = [];
  for (const worker of options.workers) {
    const transport = transports[worker.agentConnectionId] ?? null;
    const args = workerArgs(options, worker, { ...places, transport });
    const key = keyOf(worker);
    workers.push(await system.spawn({ key, actor: workerActor, args, shutdownMs: 10_000 }));
  }
  return workers;
}

function keyOf({ workerId }: NodeWorker): string {
  return `worker-${workerId}`;
}

async function spawnLeader(
  system: ActorSystem,
  { host, processId, workers, recurrences, lease }: NodeOptions,
  shared: Pick<LeaderArgs, "clusterId" | "storage" | "transports" | "workers">,
): Promise<void> {
  const holder = `${host}.${processId}.${workers[0]!.workerId}`;
  const boundTo = workers.filter(({ mode }) => WORKER_DUTIES[mode].coordinates)
    .map(({ agentConnectionId }) => agentConnectionId);
  const args = { ...shared, boundTo, holder, recurrences, lease };
  await system.spawn({ key: "leader", actor: leader, args });
}

function workerArgs(
  options: NodeOptions,
  worker: NodeWorker,
  places: Pick<WorkerArgs, "storage" | "transport" | "scheduler">,
): WorkerArgs {
  const { clusterId, spec, handlers, isolation, lease, host, processId, graceMs } = options;
  return {
    ...worker,
    ...places,
    clusterId,
    spec,
    handlers,
    isolation,
    lease,
    host,
    processId,
    graceMs,
  };
}

/** Makes the cluster, stores the settings given in code, and announces the definitions. */
async function prepareCluster(
  system: ActorSystem,
  options: NodeOptions,
  storage: AskRef<StorageCall>,
): Promise<void> {
  const { clusterId, settings, changeSettings, definitions } = options;
  const { clusters } = storageClient(storage);
  const nowMs = system.clock.now();
  let cluster = await clusters.ensure({ clusterId, settings, nowMs });
  for (let tries = 0; changeSettings !== null; tries++) {
    const next = changeSettings(cluster.settings);
    const { version } = cluster;
    const updated = await clusters.update({ clusterId, settings: next, version, nowMs });
    if (updated !== "conflict") {
      cluster = updated;
      break;
    }
    if (tries === 10) {
      throw new JobMasterError("master_busy", `Cannot store the settings of "${clusterId}"`);
    }
    cluster = (await clusters.find({ clusterId })) ?? cluster;
  }
  if (cluster.settings.mode !== "Active" && options.workers.some(hasBuckets)) {
    throw new JobMasterError(
      "cluster_not_active",
      `Cannot start workers with buckets in cluster "${clusterId}": it is ${cluster.settings.mode}; ` +
        `set its mode to Active, or start without such workers`,
    );
  }
  if (definitions.length > 0) await clusters.saveDefinitions({ clusterId, definitions, nowMs });
}

class RunningNode implements Node {
  readonly client: ClusterClient;
  readonly #system: ActorSystem;
  readonly #workers: readonly ActorRef<WorkerMessage>[];
  #stopping: Promise<void> | null = null;
  #forced = false;

  constructor(
    system: ActorSystem,
    options: NodeOptions,
    workers: readonly ActorRef<WorkerMessage>[],
  ) {
    this.#system = system;
    this.#workers = workers;
    this.client = clusterClient({
      system,
      clusterId: options.clusterId,
      agents: Object.keys(options.agents),
      recurrences: options.recurrences,
      workers,
      conditions: () => this.conditions(),
    });
  }

  conditions(): Promise<readonly WorkerCondition[]> {
    return Promise.all(
      this.#workers.map((worker) =>
        worker.ask({ type: "condition" }, { timeoutMs: 2_000 })
          .catch((): WorkerCondition => ({ phase: "working", trusted: false, claimed: 0 }))
      ),
    );
  }

  stop(options: { readonly graceful: boolean; readonly timeoutMs: number }): Promise<void> {
    if (!options.graceful) this.#force();
    this.#stopping ??= this.#stop(options);
    return this.#stopping;
  }

  #force(): void {
    this.#forced = true;
    for (const worker of this.#workers) worker.tell({ type: "interrupt" });
  }

  async #stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const { clock } = this.#system;
    const graceUntil = clock.monotonic() + timeoutMs;
    let forcedUntil = Infinity;
    while (!(await this.#retired())) {
      for (const worker of this.#workers) worker.tell({ type: "retire" }); // again, for one that began a new life
      const nowMono = clock.monotonic();
      if (!this.#forced && nowMono >= graceUntil) this.#force();
      if (this.#forced && forcedUntil === Infinity) forcedUntil = nowMono + FORCED_STOP_MS;
      if (nowMono >= forcedUntil) break; // what is left is taken over when the lease ends
      await new Promise<void>((resolve) => void clock.schedule(20, resolve));
    }
    await this.#system.stop("stop", 10_000);
  }

  async #retired(): Promise<boolean> {
    return (await this.conditions()).every(({ phase }) => phase === "retired");
  }
}

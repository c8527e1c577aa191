/**
 * What a cluster asks of its servers each second, computed: the timers of `actors/`, times the statements on Postgres of
 * the calls they make. `scale_simulation.ts` holds it against clusters that run.
 *
 * @module
 */

/** How large a cluster is and what it does. */
export interface ClusterShape {
  /** Nodes: processes. */
  readonly nodes: number;
  /** How many of them have a worker that places jobs (`Full`, `Coordinator`): one leads, the others wait for its end. */
  readonly candidates: number;
  /** Workers, all nodes together. */
  readonly workers: number;
  /** How many of them empty lost buckets (`Full`, `Drain`). */
  readonly drainers: number;
  /** How many of them are bound to an agent connection and own buckets there. */
  readonly agentWorkers: number;
  /** Active buckets without an agent connection: their owners read the master. */
  readonly masterBuckets: number;
  /** Active buckets over agent connections. */
  readonly agentBuckets: number;
  /** Lanes and priorities that these buckets serve. */
  readonly routes: number;
  /** Definitions that were announced. */
  readonly definitions: number;
  /** Jobs that are accepted and run to their end each second. */
  readonly jobsPerSecond: number;
  /** Jobs that travel together: 1 for calls that wait for each other. */
  readonly batch: number;
}

/** What is asked each second. */
export interface Load {
  /** Statements of the master, BEGIN and COMMIT included. */
  readonly statements: number;
  /** Rows that it answers. */
  readonly rows: number;
  /** Calls of agent connections: a statement with its transaction, or a request to NATS. */
  readonly agentCalls: number;
}

/** Lists of buckets end here (`actors/coordinator.ts`, `actors/scheduler_knowledge.ts`, `actors/custodian.ts`). */
export const MAX_LISTED_BUCKETS = 10_000;

/** BEGIN, the transaction's number, COMMIT: what every writing call adds. */
const WRITE = 3;

/** The proof and the rows. */
const FETCH = 2;

/** Statements of a database behind an agent connection for one call that finds nothing. */
export const AGENT_STATEMENTS = WRITE + 1;

/** Measured: a batch that is accepted, placed, claimed and settled, and what each of its jobs adds. */
const PER_BATCH = 20;
const PER_JOB = 0.6;

/** What each kind of component asks, by its name for people. */
export const PARTS: Readonly<Record<string, (shape: ClusterShape) => Load>> = {
  /** `scheduler.ts` every second: the cluster, its definitions, all active buckets. `leader.ts`: who waits, every 2 s. */
  nodes: ({ nodes, candidates, definitions, ...shape }) => ({
    statements: nodes * 3 + Math.max(0, candidates - 1) * (WRITE + 1) / 2,
    rows: nodes * (1 + definitions + listed(shape)),
    agentCalls: 0,
  }),
  /** `worker.ts`, `worker_serving.ts` and `drainer.ts` every second, `heartbeat.ts` every ten. */
  workers: ({ workers, drainers, agentWorkers }) => ({
    statements: workers * (1 + (WRITE + 1) / 10) + drainers + agentWorkers,
    rows: workers * 1.1,
    agentCalls: 0,
  }),
  /** `bucket_agent.ts`: looks twice a second, `reconcile` every 10 s; `bucket_inbox.ts`: the master once a minute. */
  buckets: ({ masterBuckets, agentBuckets }) => ({
    statements: masterBuckets * (2 * FETCH + 0.1) + agentBuckets * (FETCH / 60 + 0.1),
    rows: masterBuckets * 2 + agentBuckets / 60,
    agentCalls: agentBuckets * 2,
  }),
  /** `coordinator.ts` twice a second, `planner.ts` four times; `custodian.ts`: inspects, purges every 5 s; its lease. */
  leader: ({ candidates, routes, ...shape }) =>
    candidates === 0 ? NOTHING : {
      statements: 2 * (2 + (routes > 0 ? 1 : 0)) + 4 + (WRITE + 3 + 2) +
        (1 + 3 * (WRITE + 1)) / 5 + (WRITE + 2) / 10,
      rows: 2 * (1 + listed(shape)) + 1.2,
      agentCalls: 0,
    },
  /** What comes, runs and ends. */
  jobs: ({ jobsPerSecond, batch }) => ({
    statements: jobsPerSecond * (PER_JOB + PER_BATCH / batch),
    rows: jobsPerSecond * 4,
    agentCalls: 0,
  }),
};

const NOTHING: Load = { statements: 0, rows: 0, agentCalls: 0 };

/** What a cluster asks in all. */
export function loadOf(shape: ClusterShape): Load {
  return Object.values(PARTS).map((part) => part(shape)).reduce((sum, each) => ({
    statements: sum.statements + each.statements,
    rows: sum.rows + each.rows,
    agentCalls: sum.agentCalls + each.agentCalls,
  }));
}

/** A cluster of `nodes` alike, with one worker of mode `Full` each, that has nothing to do. */
export function idleCluster(
  nodes: number,
  buckets: number,
  over: "master" | "agent",
): ClusterShape {
  return {
    nodes,
    candidates: nodes,
    workers: nodes,
    drainers: nodes,
    agentWorkers: over === "agent" ? nodes : 0,
    masterBuckets: over === "master" ? buckets : 0,
    agentBuckets: over === "agent" ? buckets : 0,
    routes: buckets === 0 ? 0 : 5,
    definitions: 0,
    jobsPerSecond: 0,
    batch: 1,
  };
}

/** How far what was measured is from what was computed: 0.1 for ten percent more. */
export function deviation(measured: number, computed: number): number {
  return (measured - computed) / computed;
}

function listed({ masterBuckets, agentBuckets }: {
  readonly masterBuckets: number;
  readonly agentBuckets: number;
}): number {
  return Math.min(MAX_LISTED_BUCKETS, masterBuckets + agentBuckets);
}

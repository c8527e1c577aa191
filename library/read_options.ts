/**
 * Reads what a node is started with: every mistake found, in one error.
 *
 * @module
 */

import { type ExportedWork, importWork, indexDefinitions } from "../actors/handlers.ts";
import type { NodeOptions, NodeWorker } from "../actors/node.ts";
import { changeSettings, DEFAULT_CLUSTER_SETTINGS, oneOf, wholeNumber } from "../core/cluster.ts";
import type { AnyJobDefinition } from "../core/definition.ts";
import { JobMasterError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import { PRIORITIES, type Priority } from "../core/job.ts";
import { DEFAULT_LEASE, type LeaseOptions } from "../core/lease.ts";
import {
  parseId,
  parseLane,
  parseSegment,
  sanitizeSegment,
  shown,
  STANDALONE_AGENT,
} from "../core/names.ts";
import { type Random, systemRandom } from "../core/random.ts";
import { type BucketQuantities, WORKER_MODES } from "../core/worker.ts";
import { masterSpec } from "../storage/mod.ts";
import type { JobMasterOptions, WorkerOptions } from "./options.ts";
import { readSchedules } from "./read_schedules.ts";
import { checkAddress } from "./server.ts";

/** What was read. */
export type ReadOptions =
  & Omit<NodeOptions, "handlers" | "schemas" | "onEvent" | "definitions" | "recurrences">
  & {
    /** The definitions themselves. */
    readonly jobs: readonly AnyJobDefinition[];
    /** The modules they came from; none when they were given as values. */
    readonly modules: readonly string[];
  };

const ISOLATIONS = ["inline", "thread", "process"] as const;

/** How long an aborted handler may take to end, in milliseconds. */
const GRACE_MS = 1_000;

const KNOWN: readonly (keyof JobMasterOptions)[] = [
  "cluster",
  "master",
  "agents",
  "workers",
  "jobs",
  "schedules",
  "recurrences",
  "isolation",
  "http",
  "settings",
  "lease",
  "logger",
];

/**
 * Reads the options of a node.
 *
 * @throws {JobMasterError} `configuration_invalid` with every problem found.
 */
export async function readOptions(
  options: JobMasterOptions,
  random: Random = systemRandom,
): Promise<ReadOptions> {
  const problems: string[] = [];
  const check = checking(problems);
  problems.push(...unknownOptions(options));
  const host = sanitizeSegment(machineName());
  const clusterId = check(() => parseSegment(options.cluster ?? "local", "cluster"), "local");
  const spec = check(() => masterSpec(options.master ?? "sqlite:./jobmaster.db"), null);
  const isolation = check(
    () => oneOf(options.isolation ?? "inline", ISOLATIONS, "isolation"),
    "inline",
  );
  const { jobs, modules, profiles } = await readJobs(options, isolation, problems);
  const workers = (options.workers ?? []).flatMap((worker) =>
    check<readonly NodeWorker[]>(() => [readWorker(worker, host, random)], [])
  );
  check(() => refuseConflicts(options), undefined);
  const given = options.settings ?? {};
  const settings = check(
    () => changeSettings(DEFAULT_CLUSTER_SETTINGS, given),
    DEFAULT_CLUSTER_SETTINGS,
  );
  const lease = check(() => readLease(options), DEFAULT_LEASE);
  const schedules = readSchedules([...profiles, ...(options.schedules ?? [])], {
    recurrences: options.recurrences ?? [],
    maxPayloadBytes: settings.maxPayloadBytes,
    problems,
  });
  if (problems.length > 0 || spec === null) {
    throw new JobMasterError("configuration_invalid", problems.join("; "), { problems });
  }
  return {
    clusterId,
    spec,
    settings,
    changeSettings: saysAnything(given) ? (stored) => changeSettings(stored, given) : null,
    jobs,
    modules,
    schedules,
    workers,
    isolation,
    lease,
    graceMs: GRACE_MS,
    host,
    processId: Deno.pid,
  };
}

/** What `read` answers, or `fallback` and one problem more. */
function checking(problems: string[]): <T>(read: () => T, fallback: T) => T {
  return (read, fallback) => {
    try {
      return read();
    } catch (error) {
      problems.push((error as Error).message);
      return fallback;
    }
  };
}

function saysAnything(settings: object): boolean {
  return Object.values(settings).some((value) => value !== undefined);
}

function unknownOptions(options: JobMasterOptions): readonly string[] {
  return Object.keys(options)
    .filter((key) => !(KNOWN as string[]).includes(key))
    .map((key) => `Cannot use option ${shown(key)}: the options are ${KNOWN.join(", ")}`);
}

/** The machine's name; `node` where the platform or its permissions do not tell. */
function machineName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "node"; // no --allow-sys
  }
}

function refuseConflicts({ agents, workers = [], http = {} }: JobMasterOptions): void {
  checkAddress(http);
  refuseAgents(agents);
  refuseRepeatedNames(workers);
}

function refuseAgents(agents: JobMasterOptions["agents"]): void {
  const names = Object.keys(agents ?? {});
  if (names.length === 0) return;
  throw new JobMasterError(
    "unsupported",
    `Cannot use agent connection ${
      shown(names[0])
    }: this version runs standalone clusters only; leave out agents`,
  );
}

async function readJobs(
  { jobs = [] }: JobMasterOptions,
  isolation: typeof ISOLATIONS[number],
  problems: string[],
): Promise<Pick<ReadOptions, "jobs" | "modules"> & Pick<ExportedWork, "profiles">> {
  try {
    const list = jobs instanceof URL ? [jobs] : [...jobs];
    const modules = list.filter((each): each is URL => each instanceof URL).map(({ href }) => href);
    if (modules.length > 0 && modules.length < list.length) {
      throw new JobMasterError(
        "configuration_invalid",
        "Cannot mix modules and definitions in jobs: give either",
      );
    }
    if (isolation !== "inline" && modules.length === 0) {
      throw new JobMasterError(
        "configuration_invalid",
        `Cannot use isolation "${isolation}" with definitions given as values: give jobs as the URL of the module that exports them`,
      );
    }
    const { definitions, profiles } = modules.length > 0
      ? await importWork(modules)
      : { definitions: list as AnyJobDefinition[], profiles: [] };
    return { jobs: [...indexDefinitions(definitions).values()], modules, profiles };
  } catch (error) {
    problems.push((error as Error).message);
    return { jobs: [], modules: [], profiles: [] };
  }
}

function readWorker(options: WorkerOptions, host: string, random: Random): NodeWorker {
  const { agent = STANDALONE_AGENT, parallelism = 1 } = options;
  if (agent !== STANDALONE_AGENT) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use worker agent ${shown(agent)}: no agent connection has this name`,
    );
  }
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
    agentConnectionId: STANDALONE_AGENT,
    parallelism,
    buckets: readQuantities(options.buckets ?? {}),
    bufferSize: wholeNumber(options.bufferSize ?? 250, "worker bufferSize", {
      min: 1,
      max: 10_000,
    }),
  };
}

function readQuantities(quantities: BucketQuantities): Readonly<Record<Priority, number>> {
  for (const key of Object.keys(quantities)) oneOf(key, PRIORITIES, "worker buckets priority");
  const entries = PRIORITIES.map((priority) => [
    priority,
    wholeNumber(quantities[priority] ?? 1, `worker buckets.${priority}`, { min: 0, max: 100 }),
  ]);
  return Object.fromEntries(entries);
}

function refuseRepeatedNames(workers: readonly WorkerOptions[]): void {
  const names = workers.flatMap(({ name }) => name === undefined ? [] : [name.toLowerCase()]);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use worker name ${shown(repeated)} twice: every worker of a process needs its own`,
  );
}

function readLease({ lease = {} }: JobMasterOptions): LeaseOptions {
  const leaseMs = wholeNumber(lease.leaseMs ?? DEFAULT_LEASE.leaseMs, "lease.leaseMs", {
    min: 1_000,
    max: 600_000,
  });
  const renewMs = wholeNumber(lease.renewMs ?? Math.floor(leaseMs / 3), "lease.renewMs", {
    min: 100,
    max: Math.floor(leaseMs / 2),
  });
  return { leaseMs, renewMs, marginMs: Math.round(leaseMs / 10) };
}

/**
 * Reads what a node is started with: every mistake found, in one error.
 *
 * @module
 */

import { type ExportedWork, importWork, indexDefinitions } from "../actors/handlers.ts";
import type { NodeOptions, NodeWorker } from "../actors/node_options.ts";
import { changeSettings, DEFAULT_CLUSTER_SETTINGS, oneOf, wholeNumber } from "../core/cluster.ts";
import type { AnyJobDefinition } from "../core/definition.ts";
import { JobMasterError } from "../core/errors.ts";
import { DEFAULT_LEASE, type LeaseOptions } from "../core/lease.ts";
import { parseSegment, sanitizeSegment, shown } from "../core/names.ts";
import { type Random, systemRandom } from "../core/random.ts";
import { masterSpec } from "../storage/mod.ts";
import type { JobMasterOptions, WorkerOptions } from "./options.ts";
import { readSchedules } from "./read_schedules.ts";
import { readAgents, readProtection, readWorker } from "./read_workers.ts";
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
  "protectAgents",
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
  const isolation = check(() => readIsolation(options), "inline");
  const { jobs, modules, profiles } = await readJobs(options, isolation, problems);
  const agents = check(() => readAgents(options.agents), {});
  const protectAgents = check(() => readProtection(options), true);
  const known = { host, random, agents: Object.keys(agents) };
  const workers = (options.workers ?? []).flatMap((worker) =>
    check<readonly NodeWorker[]>(() => [readWorker(worker, known)], [])
  );
  check(() => refuseConflicts(options), undefined);
  const given = options.settings ?? {};
  const defaults = DEFAULT_CLUSTER_SETTINGS;
  const settings = check(() => changeSettings(defaults, given), defaults);
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
    agents,
    protectAgents,
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

function readIsolation({ isolation = "inline" }: JobMasterOptions): typeof ISOLATIONS[number] {
  return oneOf(isolation, ISOLATIONS, "isolation");
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

function refuseConflicts({ workers = [], http = {} }: JobMasterOptions): void {
  checkAddress(http);
  refuseRepeatedNames(workers);
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

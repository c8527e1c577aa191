/**
 * Puts together what a node is started with: flags before variables before the file before defaults.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { dirname, resolve } from "node:path";
import { oneOf } from "../core/cluster.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type {
  HttpOptions,
  Isolation,
  JobMasterOptions,
  WorkerOptions,
} from "../library/options.ts";
import { type FileOptions, parseConfigFile } from "./config_file.ts";
import { DEFAULT_CLUSTER, DEFAULT_MASTER } from "./target.ts";
import { parseWorkerSpec } from "./worker_spec.ts";

/** The flags of `start`, as they are typed. */
export interface StartFlags {
  /** `--cluster` */
  readonly cluster?: string;
  /** `--master` */
  readonly master?: string;
  /** `--agent NAME=URL` */
  readonly agent?: readonly string[];
  /** `false` is `--no-protect-agents`. */
  readonly protectAgents?: boolean;
  /** `--jobs MODULE` */
  readonly jobs?: readonly string[];
  /** `--worker SPEC`; `false` is `--no-worker`. */
  readonly worker?: readonly string[] | false;
  /** `--isolation` */
  readonly isolation?: string;
  /** `--http [HOST:]PORT`; `false` is `--no-http`. */
  readonly http?: string | false;
  /** `--config FILE` */
  readonly config?: string;
}

/** Where the other sources are. */
export interface StartSources {
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** Reads a text file. */
  readonly readFile: (path: string) => string;
  /** The folder relative paths start from. */
  readonly cwd: string;
}

const ISOLATIONS: readonly Isolation[] = ["inline", "thread", "process"];
const DEFAULT_HTTP = { port: 8080, hostname: "127.0.0.1" };

/**
 * Reads what a node is started with.
 *
 * @throws {JobMasterError} `configuration_invalid` or `invalid_request` that names the part and the rule.
 */
export function readStartOptions(flags: StartFlags, sources: StartSources): JobMasterOptions {
  const { env } = sources;
  const { file, folder } = readFileOptions(flags.config ?? env("JOBMASTER_CONFIG"), sources);
  const isolation = flags.isolation ?? env("JOBMASTER_ISOLATION") ?? file.isolation;
  const protectAgents = readProtection(flags.protectAgents, env("JOBMASTER_PROTECT_AGENTS")) ??
    file.protectAgents;
  const http = readHttp(flags.http ?? env("JOBMASTER_HTTP"), file.http);
  return {
    cluster: flags.cluster ?? env("JOBMASTER_CLUSTER") ?? file.cluster ?? DEFAULT_CLUSTER,
    master: flags.master ?? env("JOBMASTER_MASTER") ?? file.master ?? DEFAULT_MASTER,
    agents: readAgents(flags.agent, env("JOBMASTER_AGENT")) ?? file.agents ?? {},
    ...(protectAgents === undefined ? {} : { protectAgents }),
    workers: readWorkers(flags.worker, env("JOBMASTER_WORKER")) ?? file.workers ?? [{}],
    jobs: readJobs(flags.jobs ?? splitWords(env("JOBMASTER_JOBS")), sources.cwd) ??
      readJobs(file.jobs, folder) ?? [],
    ...(isolation === undefined ? {} : { isolation: oneOf(isolation, ISOLATIONS, "isolation") }),
    ...(http === undefined ? {} : { http }),
    ...(file.settings === undefined ? {} : { settings: file.settings }),
    ...(file.lease === undefined ? {} : { lease: file.lease }),
  };
}

function readFileOptions(
  name: string | undefined,
  { cwd, readFile }: StartSources,
): { readonly file: FileOptions; readonly folder: string } {
  if (name === undefined) return { file: {}, folder: cwd };
  const path = resolve(cwd, name);
  try {
    return { file: parseConfigFile(readFile(path), name), folder: dirname(path) };
  } catch (error) {
    if (error instanceof JobMasterError) throw error;
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot read configuration file ${shown(name)}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** The flag only ever says no. */
function readProtection(flag: boolean | undefined, variable: string | undefined) {
  if (flag === false) return false;
  if (variable === undefined || variable === "") return undefined;
  return oneOf(variable, ["on", "off"], "JOBMASTER_PROTECT_AGENTS") === "on";
}

/** Words are parted by commas or spaces. */
function splitWords(text: string | undefined): string[] | undefined {
  return text?.split(/[\s,]+/).filter((word) => word !== "");
}

/** Pairs are parted like words, but an address may hold commas: a new pair begins with `NAME=scheme:`. */
function splitPairs(text: string | undefined): string[] | undefined {
  return text?.trim().split(/[\s,]+(?=[^\s,=]+=[a-z][a-z0-9+.-]*:)/i);
}

/** Reads the `NAME=URL` pairs of `--agent` or else its variable. @throws {JobMasterError} `invalid_request` */
export function readAgents(
  flag: readonly string[] | undefined,
  variable: string | undefined,
): Record<string, string> | undefined {
  const pairs = flag ?? splitPairs(variable);
  return pairs === undefined ? undefined : readPairs(pairs);
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  const agents: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    const url = pair.slice(at + 1).trim();
    if (at < 1 || url === "") {
      throw invalid(
        `Cannot use agent ${shown(pair)}: it must be NAME=URL such as nats-1=nats://127.0.0.1:4222`,
      );
    }
    if (Object.hasOwn(agents, name)) throw invalid(`Cannot use agent ${shown(name)} twice`);
    agents[name] = url;
  }
  return agents;
}

function readWorkers(
  flag: readonly string[] | false | undefined,
  variable: string | undefined,
): readonly WorkerOptions[] | undefined {
  if (flag === false) return [];
  if (flag !== undefined) return flag.map(parseWorkerSpec);
  if (variable?.trim() === "none") return [];
  return variable?.split(";").filter((spec) => spec.trim() !== "").map(parseWorkerSpec);
}

function readJobs(
  modules: string | readonly string[] | undefined,
  folder: string,
): readonly URL[] | undefined {
  if (modules === undefined) return undefined;
  return (typeof modules === "string" ? [modules] : modules).map((each) => moduleUrl(each, folder));
}

/** A path from `folder`, or a URL as it is. A scheme has two letters or more: `C:\` is a path. */
function moduleUrl(module: string, folder: string): URL {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(module)) return pathToFileURL(resolve(folder, module));
  const url = URL.parse(module);
  if (url !== null) return url;
  throw invalid(`Cannot use jobs module ${shown(module)}: it must be a path or a URL`);
}

function readHttp(
  said: string | false | undefined,
  file: HttpOptions | false | undefined,
): HttpOptions | undefined {
  if (said === false || said === "off") return undefined;
  if (said === undefined && file === false) return undefined;
  const own = said === undefined ? {} : readHttpAddress(said);
  return { ...DEFAULT_HTTP, ...(file === false ? {} : file), ...own };
}

/**
 * Reads `[HOST:]PORT`.
 *
 * @throws {JobMasterError} `configuration_invalid` that says what would be right.
 */
export function readHttpAddress(text: string): HttpOptions {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]\s/]+):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw invalid(
      `Cannot use HTTP address ${
        shown(text)
      }: it must be a port from 0 to 65535, alone or after a host, such as 8080 or 127.0.0.1:8080`,
    );
  }
  const hostname = match[1]?.replace(/^\[|\]$/g, "");
  return { port, ...(hostname === undefined ? {} : { hostname }) };
}

function invalid(message: string): JobMasterError {
  return new JobMasterError("configuration_invalid", message);
}

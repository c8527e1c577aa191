/**
 * Which cluster a command acts on, and how it is reached: flags before variables before defaults.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { JobMasterError } from "../core/errors.ts";
import { parseSegment, shown } from "../core/names.ts";

/** The cluster when nothing is said. */
export const DEFAULT_CLUSTER = "local";
/** The master when nothing is said. */
export const DEFAULT_MASTER = "sqlite:./jobmaster.db";

/** The flags that say which cluster. */
export interface TargetFlags {
  /** `--cluster` */
  readonly cluster?: string;
  /** `--master` */
  readonly master?: string;
  /** `--api` */
  readonly api?: string;
  /** `--api-key` */
  readonly apiKey?: string;
}

/** A cluster and the way to it. */
export type Target =
  | { readonly type: "master"; readonly cluster: string; readonly master: string }
  | {
    readonly type: "api";
    readonly cluster: string;
    /** Base address of the API, without a slash at the end. */
    readonly url: string;
    readonly apiKey: string | null;
  };

/** Path of the API when an address names none. */
const DEFAULT_BASE_PATH = "/jm-api";

/** Declares the flags of commands that act on a master. */
export function addMasterOptions(command: Command): Command {
  return command
    .option("--cluster <name>", `cluster (JOBMASTER_CLUSTER; default "${DEFAULT_CLUSTER}")`)
    .option("--master <url>", `master database (JOBMASTER_MASTER; default "${DEFAULT_MASTER}")`);
}

/** Declares the flags of commands that act on a cluster, directly or through its API. */
export function addTargetOptions(command: Command): Command {
  return addMasterOptions(command)
    .addOption(
      new Option("--api <url>", "act through this HTTP API (JOBMASTER_API)").conflicts("master"),
    )
    .addOption(
      new Option("--api-key <key>", "its API key (better: JOBMASTER_API_KEY)").conflicts("master"),
    );
}

/**
 * Reads which cluster is meant.
 *
 * @throws {JobMasterError} `configuration_invalid` or `invalid_request` that says what would be right.
 */
export function readTarget(
  flags: TargetFlags,
  env: (name: string) => string | undefined,
): Target {
  const cluster = parseSegment(
    flags.cluster ?? env("JOBMASTER_CLUSTER") ?? DEFAULT_CLUSTER,
    "cluster",
  );
  const api = flags.api ?? (flags.master === undefined ? env("JOBMASTER_API") : undefined);
  const master = flags.master ?? env("JOBMASTER_MASTER");
  if (api === undefined) {
    if (flags.apiKey !== undefined) throw invalid("Cannot use --api-key without --api");
    return { type: "master", cluster, master: master ?? DEFAULT_MASTER };
  }
  if (flags.api === undefined && master !== undefined) {
    throw invalid(
      "Cannot use JOBMASTER_API and JOBMASTER_MASTER together: say --api or --master, or unset one of them",
    );
  }
  const apiKey = flags.apiKey ?? env("JOBMASTER_API_KEY") ?? null;
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw invalid("Cannot use the API key: it must be printable ASCII without spaces");
  }
  return { type: "api", cluster, url: readApiUrl(api), apiKey };
}

function readApiUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw invalid(
      `Cannot use API address ${shown(text)}: it must be like "http://127.0.0.1:8080"`,
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path === "" ? DEFAULT_BASE_PATH : path}`;
}

function invalid(message: string): JobMasterError {
  return new JobMasterError("configuration_invalid", message);
}

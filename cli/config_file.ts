/**
 * Reads the file of `start --config`: JSON with the names of `JobMasterOptions`.
 *
 * Only names and shapes are checked here; the library checks the values.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type { HttpOptions, JobMasterOptions } from "../library/options.ts";
import { didYouMean } from "./closest.ts";

/** What the file may say. */
export interface FileOptions extends
  Pick<
    JobMasterOptions,
    | "cluster"
    | "master"
    | "agents"
    | "protectAgents"
    | "workers"
    | "isolation"
    | "settings"
    | "lease"
  > {
  /** Modules that export definitions, as paths from the file's folder or as URLs. */
  readonly jobs?: string | readonly string[];
  /** The HTTP server; `false` is none. */
  readonly http?: HttpOptions | false;
}

type Shape = "text" | "true or false" | "object" | "list of texts" | "list of objects";

interface Rule {
  readonly shapes: readonly Shape[];
  /** What its objects may say; `null` leaves that to the library. */
  readonly keys: readonly string[] | null;
}

const text: Rule = { shapes: ["text"], keys: null };

const RULES: Readonly<Record<keyof FileOptions, Rule>> = {
  cluster: text,
  master: text,
  isolation: text,
  agents: { shapes: ["object"], keys: null },
  protectAgents: { shapes: ["true or false"], keys: null },
  settings: { shapes: ["object"], keys: null },
  jobs: { shapes: ["text", "list of texts"], keys: null },
  workers: {
    shapes: ["list of objects"],
    keys: ["name", "agent", "mode", "lane", "parallelism", "buckets", "bufferSize"],
  },
  http: { shapes: ["object"], keys: ["port", "hostname", "basePath"] },
  lease: { shapes: ["object"], keys: ["leaseMs", "renewMs"] },
};

/**
 * Reads the text of a configuration file; `name` is the file's, for error texts.
 *
 * @throws {JobMasterError} `configuration_invalid` with every problem found.
 */
export function parseConfigFile(content: string, name: string): FileOptions {
  const config = parseJson(content, name);
  if (!isObject(config)) {
    throw invalid(name, ['it must be one JSON object such as {"cluster": "local"}']);
  }
  const problems = Object.entries(config).flatMap(([key, value]) => check(key, value));
  if (problems.length > 0) throw invalid(name, problems);
  return config as FileOptions;
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw invalid(name, [`it is not JSON: ${(error as Error).message}`]);
  }
}

function check(key: string, value: unknown): string[] {
  if (!Object.hasOwn(RULES, key)) return [unknownKey(key, Object.keys(RULES), "")];
  if (key === "http" && value === false) return [];
  const { shapes, keys } = RULES[key as keyof FileOptions];
  if (!shapes.some((shape) => hasShape(value, shape))) {
    const also = key === "http" ? " or false" : "";
    return [
      `${shown(key)} must be ${shapes.map(withArticle).join(" or ")}${also}, not ${shown(value)}`,
    ];
  }
  if (keys === null) return [];
  const objects = Array.isArray(value) ? value as object[] : [value as object];
  return objects.flatMap(Object.keys)
    .filter((each) => !keys.includes(each))
    .map((each) => unknownKey(each, keys, ` in ${shown(key)}`));
}

function unknownKey(key: string, keys: readonly string[], where: string): string {
  return `there is no ${shown(key)}${where}${didYouMean(key, keys)}; the names are ${
    keys.join(", ")
  }`;
}

function hasShape(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case "text":
      return typeof value === "string";
    case "true or false":
      return typeof value === "boolean";
    case "object":
      return isObject(value);
    case "list of texts":
      return Array.isArray(value) && value.every((each) => typeof each === "string");
    case "list of objects":
      return Array.isArray(value) && value.every(isObject);
  }
}

function withArticle(shape: Shape): string {
  if (shape === "text" || shape === "true or false") return shape;
  return shape === "object" ? `an ${shape}` : `a ${shape}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(name: string, problems: readonly string[]): JobMasterError {
  return new JobMasterError(
    "configuration_invalid",
    `Cannot use configuration file ${shown(name)}: ${problems.join("; ")}`,
    { problems },
  );
}

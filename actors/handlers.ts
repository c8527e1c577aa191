/**
 * Where executors find the handlers: in a registry of this thread, or in modules they import.
 *
 * Functions cannot travel in a message, so definitions given as values stay on the thread that has them and are
 * looked up by key.
 *
 * @module
 */

import type { AnyJobDefinition } from "../core/definition.ts";
import { JobMasterError } from "../core/errors.ts";
import { isScheduleProfile, type ScheduleProfile } from "../core/profile.ts";

/** Where the handlers are. Plain data. */
export type HandlerSource =
  | { readonly kind: "registered"; readonly key: string }
  | { readonly kind: "modules"; readonly urls: readonly string[] };

/** The handlers of one node, by definition id. */
export type HandlerMap = ReadonlyMap<string, AnyJobDefinition>;

const registered = new Map<string, HandlerMap>();

/** Makes definitions of this thread available to its executors until disposed. */
export function registerHandlers(
  key: string,
  definitions: readonly AnyJobDefinition[],
): Disposable {
  registered.set(key, indexDefinitions(definitions));
  return { [Symbol.dispose]: () => void registered.delete(key) };
}

/**
 * Finds the handlers of a source.
 *
 * @throws {JobMasterError} `configuration_invalid` for modules that cannot be imported or repeat an id.
 */
export async function resolveHandlers(source: HandlerSource): Promise<HandlerMap> {
  if (source.kind === "registered") return registered.get(source.key) ?? new Map();
  return indexDefinitions(await importDefinitions(source.urls));
}

/** What job modules export. */
export interface ExportedWork {
  /** Their job definitions. */
  readonly definitions: readonly AnyJobDefinition[];
  /** Their schedules. */
  readonly profiles: readonly ScheduleProfile[];
}

/**
 * Imports every job definition that the modules export.
 *
 * @throws {JobMasterError} `configuration_invalid` when a module cannot be imported or exports none.
 */
export async function importDefinitions(
  urls: readonly string[],
): Promise<readonly AnyJobDefinition[]> {
  return (await importWork(urls)).definitions;
}

/**
 * Imports every job definition and every set of schedules that the modules export.
 *
 * @throws {JobMasterError} `configuration_invalid` when a module cannot be imported or exports no definition.
 */
export async function importWork(urls: readonly string[]): Promise<ExportedWork> {
  const modules = await Promise.all(urls.map(importModule));
  return {
    definitions: [...new Set(modules.flatMap(({ definitions }) => definitions))],
    profiles: [...new Set(modules.flatMap(({ profiles }) => profiles))],
  };
}

async function importModule(url: string): Promise<ExportedWork> {
  let exported: Record<string, unknown>;
  try {
    exported = await import(url);
  } catch (error) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot import jobs from "${url}": ${(error as Error)?.message ?? error}`,
      { cause: error },
    );
  }
  const values = Object.values(exported).flat();
  const definitions = values.filter(isDefinition);
  if (definitions.length > 0) return { definitions, profiles: values.filter(isScheduleProfile) };
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use "${url}": it exports no job definition; export what defineJob() returns`,
  );
}

function isDefinition(value: unknown): value is AnyJobDefinition {
  const candidate = value as Partial<AnyJobDefinition> | null;
  return typeof candidate === "object" && candidate !== null &&
    typeof candidate.handler === "function" && typeof candidate.id === "string" &&
    typeof candidate.defaults === "object";
}

/**
 * Definitions by id.
 *
 * @throws {JobMasterError} `configuration_invalid` when two of them have the same id.
 */
export function indexDefinitions(definitions: readonly AnyJobDefinition[]): HandlerMap {
  const map = new Map<string, AnyJobDefinition>();
  for (const definition of definitions) {
    if (map.has(definition.id)) {
      throw new JobMasterError(
        "configuration_invalid",
        `Cannot define job "${definition.id}" twice: every definition needs an id of its own`,
      );
    }
    map.set(definition.id, definition);
  }
  return map;
}

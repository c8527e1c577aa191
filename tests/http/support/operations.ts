/**
 * Every operation the OpenAPI document shows, and a request that each of them takes.
 *
 * @module
 */

import { createHandler } from "../../../http/mod.ts";
import { jobId } from "../../support/factories.ts";
import { request, type Sent } from "./facade.ts";

/** The parts of an OpenAPI document that tests look at. */
export interface Document {
  /** The version of OpenAPI. */
  readonly openapi: string;
  /** About the API. */
  readonly info: { readonly title: string; readonly version: string };
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  /** Named schemas. */
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** An operation as the document shows it. */
export interface OperationObject {
  /** Its name. */
  readonly operationId: string;
  /** In a few words. */
  readonly summary: string;
  /** Its heading. */
  readonly tags: readonly string[];
  /** Parts of the path and the query. */
  readonly parameters?: readonly ParameterObject[];
  /** The body it takes. */
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: unknown }>>;
  };
  /** Its answers by status. */
  readonly responses: Readonly<
    Record<string, {
      readonly description: string;
      readonly content?: Readonly<Record<string, { readonly schema: unknown }>>;
    }>
  >;
}

/** A parameter as the document shows it. */
export interface ParameterObject {
  /** Its name. */
  readonly name: string;
  /** Where it is. */
  readonly in: "path" | "query";
  /** Whether it must be there. */
  readonly required: boolean;
  /** What it may be. */
  readonly schema: unknown;
}

/** One operation. */
export interface Operation {
  /** The method, in capitals. */
  readonly method: string;
  /** The whole path, with `{names}`. */
  readonly path: string;
  /** What the document says of it. */
  readonly shown: OperationObject;
}

/** The document of a façade. */
export async function readDocument(): Promise<Document> {
  const handler = createHandler({ clusters: [], version: "1.2.3" });
  const response = await handler.fetch(request("GET", "/jm-api/openapi.json"));
  return await response.json() as Document;
}

/** Every operation of `document`. */
export function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, shown]) => ({
      method: method.toUpperCase(),
      path,
      shown,
    }))
  );
}

/** A path with every name filled in. */
export function filled(path: string, cluster = "local"): string {
  return path.replace("{cluster}", encodeURIComponent(cluster)).replace("{id}", jobId(1));
}

const BODIES: Readonly<Record<string, unknown>> = {
  scheduleJobs: { definitionId: "hello" },
  changeClusterSettings: { mode: "Passive" },
  rescheduleJob: { after: "5m" },
  createSchedule: { definitionId: "hello", expression: "1h" },
  editSchedule: { overlap: "skip" },
  requeueParkedMessages: { ids: ["m-1"] },
  discardParkedMessages: { ids: ["m-1"] },
};

/** What an operation needs besides method and path. */
export function validBody({ shown }: Operation): Sent {
  const body = BODIES[shown.operationId];
  return body === undefined ? {} : { body };
}

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  JOB_FILTER_PARAMETERS,
  LOG_FILTER_PARAMETERS,
  SCHEDULE_FILTER_PARAMETERS,
} from "../../core/parse_filter.ts";
import { REQUEST_FIELDS } from "../../core/request.ts";
import { SCHEDULE_CHANGE_FIELDS, SCHEDULE_REQUEST_FIELDS } from "../../core/schedule_request.ts";
import { ENDPOINTS } from "../../http/endpoints.ts";
import { operationsOf, readDocument } from "./support/operations.ts";

const DOCUMENT = await readDocument();
const OPERATIONS = operationsOf(DOCUMENT);

function operation(id: string) {
  return OPERATIONS.find(({ shown }) => shown.operationId === id)!.shown;
}

function queryNames(id: string): readonly string[] {
  return (operation(id).parameters ?? []).filter((each) => each.in === "query")
    .map(({ name }) => name);
}

/** Every object below `value`. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const each of Object.values(value)) yield* objectsIn(each);
}

Deno.test("the OpenAPI document shows every endpoint", () => {
  const declared = ENDPOINTS.map(({ method, path, outside }) =>
    `${method.toUpperCase()} ${outside ? "" : "/jm-api"}${path}`
  );

  deepStrictEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`), declared);
});

Deno.test("the OpenAPI document shows the public interface", () => {
  const paths = Object.keys(DOCUMENT.paths);
  const cluster = ["/clusters", "/clusters/count", "/clusters/ids", "/clusters/{cluster}"];
  const inCluster = [
    "jobs",
    "jobs/count",
    "jobs/{id}",
    "jobs/{id}/cancel",
    "jobs/{id}/retry",
    "jobs/{id}/reschedule",
    "jobs/{id}/run-now",
    "jobs/{id}/executions",
    "jobs/{id}/logs",
    "jobs/{id}/why",
    "recurring-schedules",
    "recurring-schedules/count",
    "recurring-schedules/{id}",
    "recurring-schedules/{id}/pause",
    "recurring-schedules/{id}/resume",
    "recurring-schedules/{id}/cancel",
    "recurring-schedules/{id}/run-now",
    "recurring-schedules/{id}/next",
    "agent-connections",
    "agent-connections/count",
    "agent-connections/{id}",
    "agent-connections/{id}/drain",
    "agent-connections/{id}/resume",
    "agent-connections/{id}/parked",
    "agent-connections/{id}/parked/requeue",
    "buckets",
    "buckets/count",
    "buckets/{id}",
    "workers",
    "workers/count",
    "workers/{id}",
    "logs",
    "logs/count",
    "logs/{id}",
    "stats",
  ].map((path) => `/{cluster}/${path}`);
  const expected = [...cluster, ...inCluster, "/openapi.json"].map((path) => `/jm-api${path}`);

  const missing = [...expected, "/health/live", "/health/ready", "/"]
    .filter((path) => !paths.includes(path));

  deepStrictEqual(missing, []);
});

Deno.test("the OpenAPI document is version 3.1 and names the version of the program", () => {
  strictEqual(DOCUMENT.openapi, "3.1.0");
  strictEqual(DOCUMENT.info.version, "1.2.3");
});

Deno.test("the OpenAPI document refers only to what it holds", () => {
  const names = Object.keys(DOCUMENT.components.schemas);
  const refs = [...objectsIn(DOCUMENT)].map(({ $ref }) => $ref).filter((ref) => ref !== undefined);

  strictEqual(refs.length > 20, true);
  const dangling = refs.filter((ref) =>
    !names.some((name) => ref === `#/components/schemas/${name}`)
  );
  deepStrictEqual(dangling, []);
});

Deno.test("the OpenAPI document holds schemas of JSON Schema only", () => {
  const TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"];

  for (const schema of objectsIn(DOCUMENT.components.schemas)) {
    if (typeof schema.type !== "string" && !Array.isArray(schema.type)) continue;
    for (const type of [schema.type].flat()) strictEqual(TYPES.includes(type), true, String(type));
    strictEqual("nullable" in schema, false);
    const required = (schema.required ?? []) as readonly string[];
    const properties = Object.keys(schema.properties ?? {});
    deepStrictEqual(required.filter((name) => !properties.includes(name)), []);
  }
});

for (const { method, path, shown } of OPERATIONS) {
  Deno.test(`the OpenAPI document shows all of ${method} ${path}`, () => {
    const parameters = shown.parameters ?? [];
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const shownInPath = parameters.filter((each) => each.in === "path");

    deepStrictEqual(shownInPath.map(({ name }) => name), inPath);
    strictEqual(shownInPath.every(({ required }) => required), true);
    strictEqual(new Set(parameters.map(({ name }) => name)).size, parameters.length);
    strictEqual(shown.summary.length > 5 && shown.tags.length === 1, true);
    strictEqual(/^[a-z][A-Za-z]+$/.test(shown.operationId), true);
    strictEqual(shown.responses.default?.content?.["application/problem+json"] !== undefined, true);
    strictEqual(Object.keys(shown.responses).some((status) => /^20\d$/.test(status)), true);
    for (const { description } of Object.values(shown.responses)) {
      strictEqual(description.length > 0, true);
    }
  });
}

Deno.test("the OpenAPI document gives every operation a name of its own", () => {
  const ids = OPERATIONS.map(({ shown }) => shown.operationId);

  strictEqual(new Set(ids).size, ids.length);
});

Deno.test("the OpenAPI document shows every filter that the engine reads", () => {
  const page = ["limit", "cursor"];
  const sorted = (names: readonly string[]) => names.toSorted();

  deepStrictEqual(sorted(queryNames("countJobs")), sorted(JOB_FILTER_PARAMETERS));
  deepStrictEqual(
    sorted(queryNames("listJobs")),
    sorted([...JOB_FILTER_PARAMETERS, ...page, "sort"]),
  );
  deepStrictEqual(sorted(queryNames("countLogs")), sorted(LOG_FILTER_PARAMETERS));
  deepStrictEqual(sorted(queryNames("countSchedules")), sorted(SCHEDULE_FILTER_PARAMETERS));
  deepStrictEqual(
    sorted(queryNames("listSchedules")),
    sorted([...SCHEDULE_FILTER_PARAMETERS, ...page]),
  );
  deepStrictEqual(queryNames("previewSchedule"), ["count", "from"]);
  deepStrictEqual(sorted(queryNames("listLogs")), sorted([...LOG_FILTER_PARAMETERS, ...page]));
});

Deno.test("the OpenAPI document shows every field of a request that the engine reads", () => {
  const { JobRequest, RecurringScheduleRequest, RecurringScheduleChange } = DOCUMENT.components
    .schemas as Record<
      string,
      { readonly properties: object; readonly required?: readonly string[] }
    >;
  const names = (schema: typeof JobRequest) => Object.keys(schema!.properties).toSorted();

  deepStrictEqual(names(JobRequest), REQUEST_FIELDS.toSorted());
  deepStrictEqual(JobRequest!.required, ["definitionId"]);
  deepStrictEqual(names(RecurringScheduleRequest), SCHEDULE_REQUEST_FIELDS.toSorted());
  deepStrictEqual(RecurringScheduleRequest!.required, ["definitionId", "expression"]);
  deepStrictEqual(names(RecurringScheduleChange), SCHEDULE_CHANGE_FIELDS.toSorted());
  strictEqual(RecurringScheduleChange!.required, undefined);
});

Deno.test("the OpenAPI document shows a body where one is taken", () => {
  const taking = OPERATIONS.filter(({ shown }) => shown.requestBody !== undefined);

  deepStrictEqual(taking.map(({ shown }) => shown.operationId), [
    "changeClusterSettings",
    "scheduleJobs",
    "rescheduleJob",
    "createSchedule",
    "editSchedule",
    "discardParkedMessages",
    "requeueParkedMessages",
  ]);
  strictEqual(taking.every(({ shown }) => shown.requestBody?.required), true);
});

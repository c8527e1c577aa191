/**
 * What each route of recurring schedules asks of the cluster, and what it makes of the answer.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ScheduleCommandResult } from "../../actors/client.ts";
import { JobMasterError } from "../../core/errors.ts";
import { createHandler } from "../../http/mod.ts";
import { toJobResource, toScheduleResource } from "../../http/resources.ts";
import { aFailure, aJob, aSchedule, AT_MS, jobId } from "../support/factories.ts";
import { aScheduleReport, scheduleId } from "../support/schedule_factories.ts";
import { facade, problemOf, request, type Sent } from "./support/facade.ts";
import { type ClusterMethods, recordingClient } from "./support/recording_client.ts";
import { nextRunsSchema, scheduleSchema } from "../../http/schemas/schedule.ts";

const ALL = "/local/recurring-schedules";
const ONE = `${ALL}/${scheduleId(1)}`;
const FIRST_PAGE = { cursor: null, limit: 25 };

interface Asked extends Sent {
  readonly asks: keyof ClusterMethods;
  readonly with: readonly unknown[];
}

function asks(method: keyof ClusterMethods, ...args: readonly unknown[]): Asked {
  return { asks: method, with: args };
}

const WHOLE_CHANGE = {
  expression: "every day at 02:30",
  expressionType: "natural",
  timeZone: "Europe/Lisbon",
  data: { name: "night", nested: [1, { two: null }] },
  metadata: { team: "growth", tries: 2, urgent: true },
  priority: "High",
  lane: "Mail",
  timeout: "5m",
  maxRetries: 0,
  retry: { base: "1s", jitter: "none" },
  startAfter: "2027-01-31T09:00:00Z",
  endBefore: "2027-01-31T11:00:00+01:00",
  misfire: { policy: "all", max: 20 },
  overlap: "allow",
  jitter: 1_500,
};

const NULLS = {
  timeZone: null,
  data: null,
  priority: null,
  lane: null,
  timeout: null,
  maxRetries: null,
  retry: null,
  startAfter: null,
  endBefore: null,
};

const QUESTIONS: Readonly<Record<string, Asked>> = {
  [`GET ${ALL}`]: asks("listSchedules", { filter: {}, ...FIRST_PAGE }),
  [`GET ${ALL}?status=Active,Paused&status=Completed&type=Static&definitionId=mail.send&profileId=maintenance&failing=true&limit=200&cursor=abc`]:
    asks("listSchedules", {
      filter: {
        statuses: ["Active", "Paused", "Completed"],
        type: "Static",
        definitionId: "mail.send",
        profileId: "maintenance",
        failing: true,
      },
      cursor: "abc",
      limit: 200,
    }),
  [`GET ${ALL}/count`]: asks("countSchedules", {}),
  [`GET ${ALL}/count?failing=false&type=Dynamic`]: asks("countSchedules", {
    failing: false,
    type: "Dynamic",
  }),
  [`POST ${ALL}`]: {
    ...asks("createSchedule", { definitionId: "hello", ...WHOLE_CHANGE, id: scheduleId(7) }),
    body: { definitionId: "hello", ...WHOLE_CHANGE, id: scheduleId(7) },
  },
  [`POST ${ALL}?`]: {
    ...asks("createSchedule", { definitionId: "hello", expression: "90s", ...NULLS }),
    body: { definitionId: "hello", expression: "90s", ...NULLS },
  },
  [`GET ${ONE}`]: asks("findSchedule", scheduleId(1)),
  [`GET ${ALL}/${scheduleId(0xab).toUpperCase()}`]: asks("findSchedule", scheduleId(0xab)),
  [`GET ${ALL}/maintenance:greet`]: asks("findSchedule", "maintenance:greet"),
  [`GET ${ALL}/maintenance%3Agreet`]: asks("findSchedule", "maintenance:greet"),
  [`GET ${ALL}/M%C3%A9t%C3%A9o:r.1_b`]: asks("findSchedule", "Météo:r.1_b"),
  [`PATCH ${ONE}`]: {
    ...asks("changeSchedule", scheduleId(1), { type: "edit", change: WHOLE_CHANGE }),
    body: WHOLE_CHANGE,
  },
  [`PATCH ${ONE}?`]: {
    ...asks("changeSchedule", scheduleId(1), { type: "edit", change: NULLS }),
    body: NULLS,
  },
  [`PATCH ${ALL}/a:b`]: {
    ...asks("changeSchedule", "a:b", { type: "edit", change: {} }),
    body: {},
  },
  [`DELETE ${ALL}/a%3Ab`]: asks("changeSchedule", "a:b", { type: "remove" }),
  [`POST ${ONE}/pause`]: asks("changeSchedule", scheduleId(1), { type: "pause" }),
  [`POST ${ONE}/resume`]: {
    ...asks("changeSchedule", scheduleId(1), { type: "resume" }),
    body: {},
  },
  [`POST ${ALL}/a%3Ab/cancel`]: asks("changeSchedule", "a:b", { type: "cancel" }),
  [`POST ${ALL}/a:b/run-now`]: {
    ...asks("changeSchedule", "a:b", { type: "run_now" }),
    body: "",
  },
  [`GET ${ONE}/next`]: asks("previewSchedule", scheduleId(1), { count: 5, fromMs: null }),
  [`GET ${ALL}/a%3Ab/next?count=100&from=2027-01-15T09:00:00%2B01:00`]: asks(
    "previewSchedule",
    "a:b",
    { count: 100, fromMs: AT_MS },
  ),
};

for (const [route, asked] of Object.entries(QUESTIONS)) {
  Deno.test(`${route.slice(0, 100)} asks ${asked.asks} when it is called`, async () => {
    const { client, send } = facade();
    const [method = "", path = ""] = route.split(" ");

    const response = await send(method, path, asked);

    strictEqual(response.ok, true, await response.text());
    deepStrictEqual(client.calls, [{ method: asked.asks, args: asked.with }]);
  });
}

Deno.test("POST recurring-schedules answers 201, the schedule and its address when it is new", async () => {
  const report = aScheduleReport({ id: scheduleId(7), clusterId: "örtlich" });
  const client = recordingClient(
    { createSchedule: () => Promise.resolve({ ...report, created: true }) },
    "örtlich",
  );
  const handler = createHandler({ clusters: [client], basePath: "api/v1/" });

  const body = { definitionId: "hello", expression: "1h" };
  const path = "/api/v1/%C3%B6rtlich/recurring-schedules";
  const response = await handler.fetch(request("POST", path, { body }));

  strictEqual(response.status, 201);
  deepStrictEqual(await response.json(), toScheduleResource(report));
  const location = response.headers.get("location")!;
  strictEqual(location, `${path}/${scheduleId(7)}`);
  strictEqual((await handler.fetch(request("GET", location))).status, 200);
});

Deno.test("POST recurring-schedules answers 200 and the schedule there was when its id is taken", async () => {
  const there = aScheduleReport({ id: scheduleId(3), status: "Paused" }, { nextRunAtMs: null });
  const { send } = facade({
    createSchedule: () => Promise.resolve({ ...there, created: false }),
  });

  const body = { definitionId: "hello", expression: "1h", id: scheduleId(3) };
  const response = await send("POST", ALL, { body });

  strictEqual(response.status, 200);
  strictEqual(response.headers.get("location"), `/jm-api${ALL}/${scheduleId(3)}`);
  deepStrictEqual(await response.json(), toScheduleResource(there));
});

for (
  const [method, word] of [["PATCH", ""], ["POST", "pause"], ["POST", "resume"], [
    "POST",
    "cancel",
  ]] as const
) {
  Deno.test(`${method} ${word || "a schedule"} answers 200 and the schedule as it is now`, async () => {
    const changed = aScheduleReport({ status: "Paused", overlap: "skip" }, { nextRunAtMs: null });
    const { send } = facade({
      changeSchedule: () => Promise.resolve({ ...changed, job: null }),
    });

    const path = word === "" ? ONE : `${ONE}/${word}`;
    const response = await send(method, path, method === "PATCH" ? { body: {} } : {});

    strictEqual(response.status, 200);
    deepStrictEqual(await response.json(), toScheduleResource(changed));
  });
}

Deno.test("POST run-now answers 201, the job and its address when a schedule is run", async () => {
  const job = aJob({ id: jobId(9), scheduleId: "a:b", triggerSource: "DynamicRecurring" });
  const result: ScheduleCommandResult = { ...aScheduleReport({ id: "a:b" }), job };
  const { send } = facade({ changeSchedule: () => Promise.resolve(result) });

  const response = await send("POST", `${ALL}/a:b/run-now`);

  strictEqual(response.status, 201);
  deepStrictEqual(await response.json(), toJobResource(job));
  const location = response.headers.get("location")!;
  strictEqual(location, `/jm-api/local/jobs/${jobId(9)}`);
  strictEqual((await send("GET", location.slice("/jm-api".length))).status, 200);
});

Deno.test("DELETE answers 204 without a body when the schedule is gone", async () => {
  const response = await facade().send("DELETE", ONE);

  strictEqual(response.status, 204);
  strictEqual(await response.text(), "");
});

Deno.test("GET recurring-schedules answers the cluster's page when there are more", async () => {
  const reports = [aScheduleReport({ id: scheduleId(2) }), aScheduleReport({ id: "a:b" })];
  const { send } = facade({
    listSchedules: () => Promise.resolve({ items: reports, nextCursor: "next" }),
  });

  const page = await (await send("GET", `${ALL}?limit=2`)).json();

  deepStrictEqual(page, { items: reports.map(toScheduleResource), nextCursor: "next" });
});

Deno.test("GET count of recurring-schedules is a bare number", async () => {
  const { send } = facade({ countSchedules: () => Promise.resolve(1_234) });

  strictEqual(await (await send("GET", `${ALL}/count`)).text(), "1234");
});

Deno.test("GET next answers the runs in UTC and in the schedule's zone, over a change of its clocks", async () => {
  const runsAtMs = ["2026-10-24T08:00:00Z", "2026-10-25T09:00:00.250Z"].map(Date.parse);
  const { send } = facade({
    previewSchedule: () => Promise.resolve({ runsAtMs, timeZone: "Europe/Lisbon" }),
  });

  const runs = await (await send("GET", `${ONE}/next?count=2`)).json();

  deepStrictEqual(runs, {
    items: ["2026-10-24T08:00:00.000Z", "2026-10-25T09:00:00.250Z"],
    local: [
      "2026-10-24T09:00:00+01:00[Europe/Lisbon]",
      "2026-10-25T09:00:00.25+00:00[Europe/Lisbon]",
    ],
    timeZone: "Europe/Lisbon",
    nextCursor: null,
  });
  strictEqual(nextRunsSchema.safeParse(runs).success, true);
});

Deno.test("GET next answers an empty list when there is no further run", async () => {
  const { send } = facade({
    previewSchedule: () => Promise.resolve({ runsAtMs: [], timeZone: "UTC" }),
  });

  const runs = await (await send("GET", `${ONE}/next`)).json();

  deepStrictEqual(runs, { items: [], local: [], timeZone: "UTC", nextCursor: null });
});

for (
  const [code, status] of [
    ["schedule_not_found", 404],
    ["schedule_state_conflict", 409],
    ["cluster_archived", 409],
    ["invalid_recurrence", 400],
    ["job_definition_not_found", 404],
  ] as const
) {
  Deno.test(`the routes of recurring schedules answer ${status} when the cluster says ${code}`, async () => {
    const problems = ["at 0: no such word", "at 6: no such unit"];
    const fails = () => Promise.reject(new JobMasterError(code, "Cannot: so it is", { problems }));
    const { send } = facade({
      createSchedule: fails,
      findSchedule: fails,
      changeSchedule: fails,
      previewSchedule: fails,
    });
    const body = { definitionId: "hello", expression: "evry moon" };

    for (
      const [method, path, sent] of [
        ["POST", ALL, { body }],
        ["GET", ONE, {}],
        ["GET", `${ONE}/next`, {}],
        ["PATCH", ONE, { body: {} }],
        ["DELETE", ONE, {}],
        ["POST", `${ONE}/pause`, {}],
        ["POST", `${ONE}/run-now`, {}],
      ] as const
    ) {
      const problem = await problemOf(await send(method, path, sent));

      deepStrictEqual([problem.status, problem.code, problem.problems], [status, code, problems]);
    }
  });
}

const FULL = aScheduleReport({
  id: "maintenance:greet",
  type: "Static",
  status: "Completed",
  recurrence: { type: "natural", text: "every day at 02:30" },
  timeZone: "Europe/Lisbon",
  data: '{"name":"night","__proto__":1}',
  metadata: { team: "growth", tries: 2, urgent: true },
  priority: "High",
  lane: "",
  timeoutMs: 90_061_001,
  maxRetries: 0,
  retry: { baseMs: 500, factor: 3, maxMs: 90_000, jitter: "none" },
  startAfterMs: AT_MS,
  endBeforeMs: AT_MS + 1,
  misfire: { policy: "all", max: 20 },
  overlap: "allow",
  jitterMs: 1_500,
  cursorAtMs: AT_MS + 2,
  checkpointAtMs: AT_MS + 999,
  nextAtMs: AT_MS + 998,
  planAtMs: AT_MS + 997,
  profileId: "maintenance",
  code: "{}",
  ensuredAtMs: AT_MS + 3,
  idleAtMs: AT_MS + 996,
  skippedCount: 12,
  error: aFailure(),
  createdAtMs: AT_MS + 4,
  updatedAtMs: AT_MS + 5,
  terminatedAtMs: AT_MS + 6,
  revision: 995,
}, { description: "every day at 02:30", nextRunAtMs: AT_MS + 7 });

const at = (ms: number) => `2027-01-15T08:00:00.00${ms}Z`;

const FULL_RESOURCE = {
  id: "maintenance:greet",
  clusterId: "c-1",
  type: "Static",
  status: "Completed",
  definitionId: "mail.send",
  expression: "every day at 02:30",
  expressionType: "natural",
  description: "every day at 02:30",
  timeZone: "Europe/Lisbon",
  data: JSON.parse('{"name":"night","__proto__":1}'),
  metadata: { team: "growth", tries: 2, urgent: true },
  priority: "High",
  lane: "",
  timeout: "PT25H1M1.001S",
  maxRetries: 0,
  retry: { base: "PT0.5S", factor: 3, max: "PT1M30S", jitter: "none" },
  startAfter: at(0),
  endBefore: at(1),
  misfire: "all(20)",
  overlap: "allow",
  jitter: "PT1.5S",
  profileId: "maintenance",
  idle: true,
  nextRunAt: at(7),
  plannedUntil: at(2),
  skippedCount: 12,
  error: {
    code: "handler_error",
    name: "TypeError",
    message: "The mailbox is full",
    stack: "TypeError: The mailbox is full\n    at send (mail.ts:1:1)",
    cause: { code: "handler_error", name: "Error", message: "452", stack: null, cause: null },
  },
  createdAt: at(4),
  updatedAt: at(5),
  terminatedAt: at(6),
  ensuredAt: at(3),
};

Deno.test("toScheduleResource shows every field of a schedule, in order", () => {
  const resource = toScheduleResource(FULL);

  deepStrictEqual(resource, FULL_RESOURCE);
  deepStrictEqual(Object.keys(resource), Object.keys(FULL_RESOURCE));
  strictEqual(scheduleSchema.safeParse(resource).success, true);
});

Deno.test("toScheduleResource shows null where a schedule says nothing", () => {
  const resource = toScheduleResource(
    aScheduleReport({}, { description: null, nextRunAtMs: null }),
  );

  const empty = Object.entries(resource).filter(([, value]) => value === null);
  deepStrictEqual(empty.map(([name]) => name), [
    "description",
    "timeZone",
    "data",
    "priority",
    "lane",
    "timeout",
    "maxRetries",
    "retry",
    "startAfter",
    "endBefore",
    "profileId",
    "nextRunAt",
    "error",
    "terminatedAt",
    "ensuredAt",
  ]);
  deepStrictEqual([resource.idle, resource.jitter], [false, "PT0S"]);
  strictEqual(scheduleSchema.safeParse(resource).success, true);
});

Deno.test("toScheduleResource shows every misfire policy as it is written", () => {
  const shown = (["skip", "latest"] as const).map((policy) =>
    toScheduleResource({
      schedule: aSchedule({ misfire: { policy } }),
      description: null,
      nextRunAtMs: null,
    })
  );

  deepStrictEqual(shown.map(({ misfire }) => misfire), ["skip", "latest"]);
  for (const each of shown) strictEqual(scheduleSchema.safeParse(each).success, true);
});

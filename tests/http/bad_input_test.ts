/**
 * Wrong input is refused before any cluster is asked, with a problem that names the thing, its value and the rule.
 */

import { assertRefused, type Facade, facade, type Sent } from "./support/facade.ts";
import { jobId } from "../support/factories.ts";
import { scheduleId } from "../support/schedule_factories.ts";

interface BadInput extends Sent {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly says: readonly string[];
}

const SCHEDULES = "/local/recurring-schedules";
const SCHEDULE = `${SCHEDULES}/${scheduleId(1)}`;
const JOB = `/local/jobs/${jobId(1)}`;

function bad(
  request: string,
  expected: Omit<BadInput, "method" | "path" | "status" | "code"> & {
    readonly status?: number;
    readonly code?: string;
  },
): BadInput {
  const [method = "", path = ""] = request.split(" ");
  return { status: 400, code: "invalid_request", ...expected, method, path };
}

function get(path: string, ...says: readonly string[]): BadInput {
  return bad(`GET ${path}`, { says });
}

const QUERIES: readonly BadInput[] = [
  get("/local/jobs?status=Done", "status", '"Done"', "Succeeded"),
  get("/local/jobs?status=succeeded", '"succeeded"', "Succeeded"),
  get("/local/jobs?priority=Urgent", "priority", '"Urgent"', "Critical"),
  get("/local/jobs?priority=Low&priority=High", "priority", "2 times"),
  get("/local/jobs?lane=a%20b", "lane", '"a b"', "1 to 25"),
  get("/local/jobs?definitionId=", "definitionId", '""', "1 to 500"),
  get(
    "/local/jobs?createdFrom=2027-01-31T09:00:00",
    "createdFrom",
    "2027-01-31T09:00:00",
    "offset",
  ),
  get("/local/jobs?scheduledTo=tomorrow", "scheduledTo", '"tomorrow"', "offset"),
  get("/local/jobs?metadata=team", "metadata", '"team"', "key=value"),
  get("/local/jobs?metadata=[{%22key%22:1}]", "metadata", "key of 1 to 100"),
  get("/local/jobs?sort=name", "sort", '"name"', "createdAt"),
  get("/local/jobs?sort=createdAt&sort=finishedAt", "sort", "2 times"),
  get("/local/jobs?limit=0", "limit", '"0"', "1 to 200"),
  get("/local/jobs?limit=201", "limit", '"201"', "1 to 200"),
  get("/local/jobs?limit=1.5", "limit", '"1.5"', "whole number"),
  get("/local/jobs?limit=1e2", "limit", '"1e2"', "whole number"),
  get("/local/jobs?limit=10&limit=20", "limit", "2 times"),
  get("/local/jobs?cursor=", "cursor", '""', "nextCursor"),
  get("/local/jobs?cursor=a%20b", "cursor", '"a b"', "nextCursor"),
  get(`/local/jobs?cursor=${"x".repeat(1_001)}`, "cursor", "nextCursor"),
  get("/local/jobs?cursor=a&cursor=b", "cursor", "2 times"),
  get("/local/jobs?Status=Failed", '"Status"', "status, definitionId"),
  get("/local/jobs?__proto__=1", '"__proto__"', "status, definitionId"),
  get("/local/jobs?error=%00", "error", "1 to 500"),
  get("/local/jobs/count?limit=10", '"limit"', "status, definitionId"),
  get("/local/jobs/count?status=Done", "status", '"Done"'),
  get(`${SCHEDULES}?status=Done`, "status", '"Done"', "Paused"),
  get(`${SCHEDULES}?status=Active,`, "status", '""', "Paused"),
  get(`${SCHEDULES}?type=static`, "type", '"static"', "Static, Dynamic"),
  get(`${SCHEDULES}?type=Static&type=Dynamic`, "type", "2 times"),
  get(`${SCHEDULES}?failing=yes`, "failing", '"yes"', "true, false"),
  get(`${SCHEDULES}?failing=`, "failing", '""', "true, false"),
  get(`${SCHEDULES}?definitionId=`, "definitionId", '""', "1 to 500"),
  get(`${SCHEDULES}?profileId=${"p".repeat(501)}`, "profileId", "1 to 500"),
  get(`${SCHEDULES}?sort=id`, '"sort"', "status, type, definitionId"),
  get(`${SCHEDULES}?limit=0`, "limit", '"0"', "1 to 200"),
  get(`${SCHEDULES}?cursor=a%20b`, "cursor", '"a b"', "nextCursor"),
  get(`${SCHEDULES}?type=x&failing=x`, "type", "failing"),
  get(`${SCHEDULES}/count?limit=1`, '"limit"', "status, type"),
  get(`${SCHEDULES}/count?type=x`, "type", '"x"', "Dynamic"),
  get(`${SCHEDULE}/next?count=0`, "count", '"0"', "1 to 100"),
  get(`${SCHEDULE}/next?count=101`, "count", '"101"', "1 to 100"),
  get(`${SCHEDULE}/next?count=5.0`, "count", '"5.0"', "whole number"),
  get(`${SCHEDULE}/next?count=5&count=6`, "count", "2 times"),
  get(`${SCHEDULE}/next?from=2027-01-31T09:00:00`, "from", "2027-01-31T09:00:00", "offset"),
  get(`${SCHEDULE}/next?from=`, "from", '""', "offset"),
  get(`${SCHEDULE}/next?limit=5`, '"limit"', "count, from"),
  get(`${SCHEDULE}/next?count=x&from=now`, "count", "from"),
  get("/local/logs?level=Loud", "level", '"Loud"', "Warning"),
  get("/local/logs?subjectType=Cat", "subjectType", '"Cat"', "Worker"),
  get("/local/logs?attempt=0", "attempt", '"0"', "1 to"),
  get("/local/logs?from=now", "from", '"now"', "offset"),
  get("/local/logs?limit=-1", "limit", '"-1"', "1 to 200"),
  get("/local/logs?sort=level", '"sort"', "level, subjectType"),
  get("/local/logs/count?cursor=x", '"cursor"', "level, subjectType"),
  get(`${JOB}/logs?subjectId=other`, '"subjectId"', "level"),
  get(`${JOB}/logs?limit=201`, "limit", '"201"', "1 to 200"),
  get("/local/buckets?status=Open", "status", '"Open"', "ReadyToDrain"),
  get("/local/buckets?status=Active,Open", "status", '"Open"', "ReadyToDrain"),
  get("/local/buckets?priority=1", "priority", '"1"', "VeryLow"),
  get("/local/buckets?lane=a%20b", "lane", '"a b"', "1 to 25"),
  get("/local/buckets?lane=a&lane=b", "lane", "2 times"),
  get("/local/buckets?workerId=", "workerId", '""', "1 to 500"),
  get("/local/buckets?mode=Full", '"mode"', "status, priority"),
  get("/local/buckets?limit=201", "limit", '"201"', "1 to 200"),
  get("/local/buckets?cursor=!", "cursor", '"!"', "nextCursor"),
  get("/local/buckets/count?limit=1", '"limit"', "status, priority"),
  get("/local/workers?status=Gone", "status", '"Gone"', "Stopping"),
  get("/local/workers?mode=Half", "mode", '"Half"', "Coordinator"),
  get("/local/workers?priority=High", '"priority"', "status, mode"),
  get("/local/workers/count?mode=Half", "mode", '"Half"', "Coordinator"),
  get("/local/stats?window=1ms", "window", '"1ms"', "PT1S", "PT2160H"),
  get("/local/stats?window=91d", "window", '"91d"', "PT1S", "PT2160H"),
  get("/local/stats?window=soon", "window", '"soon"', "5m"),
  get("/local/stats?window=1h&window=2h", "window", "2 times"),
  get("/clusters?limit=0", "limit", '"0"', "1 to 200"),
];

const IDS: readonly BadInput[] = [
  get("/local/jobs/7", "job id", '"7"', "UUID"),
  get(`/local/jobs/${jobId(1)}x`, "job id", "UUID"),
  get("/local/jobs/%00", "job id", "UUID"),
  ...["a%20b", ".a", "a:", "a::b", "a!", "%00", "-", "s".repeat(251)].flatMap((id) => [
    get(`${SCHEDULES}/${id}`, "schedule id", "1 to 250"),
    get(`${SCHEDULES}/${id}/next`, "schedule id", "1 to 250"),
    bad(`DELETE ${SCHEDULES}/${id}`, { says: ["schedule id", "1 to 250"] }),
    bad(`PATCH ${SCHEDULES}/${id}`, { body: {}, says: ["schedule id", "1 to 250"] }),
    ...["pause", "resume", "cancel", "run-now"].map((word) =>
      bad(`POST ${SCHEDULES}/${id}/${word}`, { says: ["schedule id", "1 to 250"] })
    ),
  ]),
  get("/local/logs/7", "log id", '"7"', "UUID"),
  get("/local/buckets/%0d%0aSet-Cookie:x", "id", "\\r\\n", "1 to 250"),
  get(`/local/workers/${"w".repeat(251)}`, "id", "1 to 250"),
  bad("DELETE /local/jobs/7", { says: ["job id", '"7"', "UUID"] }),
  ...["cancel", "retry", "reschedule", "run-now"].map((word) =>
    bad(`POST /local/jobs/7/${word}`, { says: ["job id", '"7"', "UUID"] })
  ),
  ...["executions", "logs", "why"].map((word) =>
    get(`/local/jobs/7/${word}`, "job id", '"7"', "UUID")
  ),
];

function job(fields: Readonly<Record<string, unknown>>, ...says: readonly string[]): BadInput {
  return bad("POST /local/jobs", { body: { definitionId: "hello", ...fields }, says });
}

const JOBS: readonly BadInput[] = [
  bad("POST /local/jobs", { body: {}, says: ["definitionId", "undefined", "1 to 250"] }),
  job({ definitionId: 7 }, "definitionId", "7", "1 to 250"),
  job({ definitionId: "a b" }, "definitionId", '"a b"', "1 to 250"),
  job({ priority: "Urgent" }, "priority", '"Urgent"', "Critical"),
  job({ priority: 3 }, "priority", "3", "Critical"),
  job({ lane: "a b" }, "lane", '"a b"', "1 to 25"),
  job({ timeout: "5 minutes" }, "timeout", '"5 minutes"', '"5m"'),
  job({ timeout: 0 }, "timeout", "0", "between"),
  job({ timeout: "P1M" }, "timeout", '"P1M"', '"5m"'),
  job({ maxRetries: 11 }, "maxRetries", "11", "0 to 10"),
  job({ maxRetries: "3" }, "maxRetries", '"3"', "whole number"),
  job({ maxRetries: 1.5 }, "maxRetries", "1.5", "whole number"),
  job({ retry: { base: "x" } }, "retry.base", '"x"', '"5m"'),
  job({ retry: { step: 1 } }, '"step"', "base, factor"),
  job({ at: "2027-01-31T09:00:00" }, "at", "2027-01-31T09:00:00", "offset"),
  job({ at: 1_800_000_000_000 }, "at", "1800000000000", "offset"),
  job({ after: "-5m" }, "after", '"-5m"', '"5m"'),
  job({ after: -5 }, "after", "-5", "between"),
  job({ at: "2027-01-31T09:00:00Z", after: "5m" }, "at and after"),
  job({ metadata: { team: { name: "x" } } }, "metadata", '"team"', "text, a number or a boolean"),
  job({ metadata: ["a"] }, "metadata", '["a"]', "object"),
  bad("POST /local/jobs", {
    body: [{ definitionId: "hello", metadata: { text: "x".repeat(9_000) } }],
    status: 413,
    code: "payload_too_large",
    says: ["jobs[0]", "metadata", "8192"],
  }),
  job({ id: "7" }, "job id", '"7"', "UUID"),
  job({ dueAt: "now" }, '"dueAt"', "definitionId, data"),
  job({ constructor: 1 }, '"constructor"', "definitionId, data"),
  bad("POST /local/jobs", {
    body: '{"definitionId":"hello","__proto__":{"priority":"High"}}',
    says: ['"__proto__"', "definitionId, data"],
  }),
  bad("POST /local/jobs", { body: "null", says: ["null", "object"] }),
  bad("POST /local/jobs", { body: '"hello"', says: ['"hello"', "object"] }),
  bad("POST /local/jobs", { body: [], says: ["0 jobs", "1 to 5000"] }),
  bad("POST /local/jobs", { body: Array(5_001).fill(0), says: ["5001 jobs", "1 to 5000"] }),
  bad("POST /local/jobs", {
    body: [{ definitionId: "a" }, { definitionId: "b", maxRetries: -1 }],
    says: ["jobs[1]", "maxRetries", "-1", "0 to 10"],
  }),
  bad("POST /local/jobs", {
    body: [{ definitionId: "a" }, [{ definitionId: "b" }]],
    says: ["jobs[1]", "object"],
  }),
];

type Fields = Readonly<Record<string, unknown>>;

/** A field that is wrong in a new schedule is wrong in a change, too. */
function rule(fields: Fields, ...says: readonly string[]): readonly BadInput[] {
  return [
    bad(`POST ${SCHEDULES}`, {
      body: { definitionId: "hello", expression: "1h", ...fields },
      says,
    }),
    bad(`PATCH ${SCHEDULE}`, { body: fields, says }),
  ];
}

function schedule(fields: Fields, ...says: readonly string[]): BadInput {
  return bad(`POST ${SCHEDULES}`, {
    body: { definitionId: "hello", expression: "1h", ...fields },
    says,
  });
}

const AT = "2027-01-31T09:00:00Z";

const SCHEDULE_BODIES: readonly BadInput[] = [
  bad(`POST ${SCHEDULES}`, { body: {}, says: ["definitionId", "expression null", "every day"] }),
  schedule({ definitionId: 7 }, "definitionId", "7", "1 to 250"),
  schedule({ definitionId: "a b" }, "definitionId", '"a b"', "1 to 250"),
  schedule({ id: "maintenance:greet" }, "schedule id", '"maintenance:greet"', "UUID"),
  schedule({ id: 7 }, "schedule id", "7", "UUID"),
  schedule({ id: null }, "schedule id", "null", "UUID"),
  schedule({ id: 7, overlap: "x", lane: "a b" }, "schedule id", "overlap", "lane"),
  ...rule({ expression: "" }, "expression", '""', "every day"),
  ...rule({ expression: "  " }, "expression", '"  "', "every day"),
  ...rule({ expression: 90 }, "expression", "90", "text"),
  ...rule({ expression: null }, "expression", "null", "text"),
  ...rule({ expression: "x".repeat(1_001) }, "1001 characters", "1000"),
  ...rule({ expression: "1h", expressionType: "a b" }, "expressionType", '"a b"', "1 to 250"),
  ...rule({ expression: "1h", expressionType: 1 }, "expressionType", "1 to 250"),
  bad(`PATCH ${SCHEDULE}`, { body: { expressionType: "cron" }, says: ["expressionType alone"] }),
  ...rule({ timeZone: "Mars" }, "timeZone", '"Mars"', "IANA"),
  ...rule({ timeZone: 1 }, "timeZone", "IANA"),
  ...rule({ metadata: ["a"] }, "metadata", '["a"]', "object"),
  ...rule({ metadata: { team: {} } }, "metadata", '"team"', "text, a number or a boolean"),
  ...rule({ priority: "Urgent" }, "priority", '"Urgent"', "Critical"),
  ...rule({ priority: 3 }, "priority", "3", "Critical"),
  ...rule({ lane: "a b" }, "lane", '"a b"', "1 to 25"),
  ...rule({ timeout: 0 }, "timeout", "0", "between"),
  ...rule({ timeout: "soon" }, "timeout", '"soon"', '"5m"'),
  ...rule({ maxRetries: 11 }, "maxRetries", "11", "0 to 10"),
  ...rule({ maxRetries: "3" }, "maxRetries", '"3"', "whole number"),
  ...rule({ retry: { base: "x" } }, "retry.base", '"x"', '"5m"'),
  ...rule({ retry: { step: 1 } }, '"step"', "base, factor"),
  ...rule({ startAfter: "2027-01-31T09:00:00" }, "startAfter", "offset"),
  ...rule({ startAfter: 1_800_000_000_000 }, "startAfter", "offset"),
  ...rule({ endBefore: "later" }, "endBefore", '"later"', "offset"),
  ...rule({ startAfter: AT, endBefore: AT }, "endBefore", "later than startAfter"),
  ...rule({ misfire: "all(0)" }, "misfire max", "0", "1 to 900"),
  ...rule({ misfire: "all(901)" }, "misfire max", "901", "1 to 900"),
  ...rule({ misfire: "some" }, "misfire", '"some"', "latest"),
  ...rule({ misfire: { policy: "skip", max: 1 } }, "misfire", "all(20)"),
  ...rule({ misfire: null }, "misfire", "null", "all(20)"),
  ...rule({ overlap: "wait" }, "overlap", '"wait"', "queue"),
  ...rule({ overlap: null }, "overlap", "queue"),
  ...rule({ jitter: "25h" }, "jitter", '"25h"', "PT24H"),
  ...rule({ jitter: -1 }, "jitter", "-1", "between"),
  ...rule({ jitter: null }, "jitter", '"5m"'),
  ...rule({ cron: "* * * * *" }, '"cron"', "expression, expressionType"),
  ...rule({ constructor: 1 }, '"constructor"', "expression, expressionType"),
  ...rule({ overlap: "x", jitter: "x", colour: 1 }, "overlap", "jitter", "colour"),
  bad(`PATCH ${SCHEDULE}`, { body: { definitionId: "a" }, says: ['"definitionId"'] }),
  bad(`PATCH ${SCHEDULE}`, { body: { id: scheduleId(2) }, says: ['"id"'] }),
  bad(`PATCH ${SCHEDULE}`, { body: { status: "Paused" }, says: ['"status"'] }),
  ...[`POST ${SCHEDULES}`, `PATCH ${SCHEDULE}`].flatMap((route) => [
    bad(route, { body: "null", says: ["null", "object"] }),
    bad(route, { body: [], says: ["[]", "object"] }),
    bad(route, { body: '"1h"', says: ['"1h"', "object"] }),
    bad(route, { body: '{"__proto__":{"overlap":"skip"}}', says: ['"__proto__"'] }),
    bad(route, {
      body: { definitionId: "hello", expression: "1h", metadata: { text: "x".repeat(9_000) } },
      status: 413,
      code: "payload_too_large",
      says: ["metadata", "8192"],
    }),
  ]),
];

function settings(body: unknown, ...says: readonly string[]): BadInput {
  return bad("PATCH /clusters/local", { body, says });
}

const SETTINGS: readonly BadInput[] = [
  settings({ mode: "Off" }, "mode", '"Off"', "Passive"),
  settings({ defaultTimeout: "0s" }, "defaultTimeout", '"0s"', "between"),
  settings({ defaultMaxRetries: 11 }, "defaultMaxRetries", "11", "0 to 10"),
  settings({ transientThreshold: "9s" }, "transientThreshold", '"9s"', "PT10S"),
  settings({ transientThreshold: "25h" }, "transientThreshold", '"25h"', "PT24H"),
  settings({ maxPayloadBytes: -2 }, "maxPayloadBytes", "-2", "-1 to"),
  settings({ timeZone: "Mars/Base" }, "timeZone", '"Mars/Base"', "IANA"),
  settings({ retention: "never" }, "retention", '"never"', '"5m"'),
  settings({ retry: { factor: 0 } }, "retry.factor", "0", "1 to 100"),
  settings({ retry: null }, "retry", "null", "object"),
  settings({ colour: "blue" }, '"colour"', "mode, defaultTimeout"),
  settings('{"__proto__":{"mode":"Archived"}}', '"__proto__"', "mode, defaultTimeout"),
  settings([], "[]", "object"),
  settings({ mode: "Off", defaultMaxRetries: 11 }, '"Off"', "11"),
];

function reschedule(body: unknown, ...says: readonly string[]): BadInput {
  return bad(`POST ${JOB}/reschedule`, { body, says });
}

const RESCHEDULES: readonly BadInput[] = [
  reschedule({}, "at or after"),
  reschedule({ at: "2027-01-31T09:00:00Z", after: "1h" }, "at and after"),
  reschedule({ at: "tomorrow" }, "at", '"tomorrow"', "offset"),
  reschedule({ after: "soon" }, "after", '"soon"', '"5m"'),
  reschedule({ when: "now" }, '"when"', "at, after"),
];

const BODYLESS: readonly BadInput[] = [
  ...["cancel", "retry", "run-now"].map((word) => `POST ${JOB}/${word}`),
  ...["pause", "resume", "cancel", "run-now"].map((word) => `POST ${SCHEDULE}/${word}`),
].flatMap((route) => [
  bad(route, { body: { at: "now" }, says: ['"at"', "takes nothing"] }),
  bad(route, { body: "[1]", says: ["[1]", "object"] }),
]);

/** What is wrong with a body whatever it is for. */
function anyBody(request: string): readonly BadInput[] {
  return [
    bad(request, { body: '{"a":x}', says: ["line 1, column 6", "a value", '"x"'] }),
    bad(request, { body: "{\n  'a': 1}", says: ["line 2, column 3", "double quotes"] }),
    bad(request, { body: '{"a":1', says: ["line 1, column 7", "the end"] }),
    bad(request, { body: "{}{}", says: ["line 1, column 3"] }),
    bad(request, { body: new Uint8Array([0x22, 0xff, 0x22]), says: ["UTF-8"] }),
    bad(request, { body: "[".repeat(100_000), code: "invalid_payload", says: ["deeper than 64"] }),
    bad(request, {
      body: '{"data":9007199254740993}',
      code: "invalid_payload",
      says: ["line 1, column 9", "9007199254740993", "as text"],
    }),
    bad(request, {
      body: "{}",
      headers: { "content-type": "text/plain" },
      status: 415,
      says: ['"text/plain"', "application/json"],
    }),
    bad(request, {
      body: "{}",
      headers: { "content-type": "application/json; charset=latin1" },
      status: 415,
      says: ["latin1", "application/json"],
    }),
    bad(request, {
      body: new Uint8Array([0x7b, 0x7d]),
      headers: { "content-type": "" },
      status: 415,
      says: ["application/json"],
    }),
    bad(request, {
      body: "{}",
      headers: { "content-encoding": "gzip" },
      status: 415,
      says: ['"gzip"', "as it is"],
    }),
    bad(request, {
      body: " ".repeat(2_000),
      status: 413,
      code: "payload_too_large",
      says: ["1000 bytes"],
    }),
  ];
}

const BODIES: readonly BadInput[] = [
  "POST /local/jobs",
  "PATCH /clusters/local",
  `POST ${JOB}/reschedule`,
  `POST ${JOB}/cancel`,
  `POST ${JOB}/retry`,
  `POST ${JOB}/run-now`,
  `POST ${SCHEDULES}`,
  `PATCH ${SCHEDULE}`,
  `POST ${SCHEDULE}/run-now`,
].flatMap(anyBody);

const MISSING_BODIES: readonly BadInput[] = [
  "POST /local/jobs",
  "PATCH /clusters/local",
  `POST ${JOB}/reschedule`,
  `POST ${SCHEDULES}`,
  `PATCH ${SCHEDULE}`,
].map((request) => bad(request, { says: ["undefined", "object"] }));

const MAX_BODY_BYTES = 1_000;

async function refuses(each: BadInput): Promise<void> {
  const maxBodyBytes = typeof each.body === "string" && each.status === 413
    ? MAX_BODY_BYTES
    : 1_000_000;
  const given: Facade = facade({}, { maxBodyBytes });
  await assertRefused(given, await given.send(each.method, each.path, each), each);
}

const TABLES: Readonly<Record<string, readonly BadInput[]>> = {
  "a query": QUERIES,
  "an id": IDS,
  "a job to schedule": JOBS,
  "a recurring schedule or a change of one": SCHEDULE_BODIES,
  "a change of settings": SETTINGS,
  "a new time": RESCHEDULES,
  "a body": BODIES,
  "a missing body": MISSING_BODIES,
  "a body where none is taken": BODYLESS,
};

for (const [what, table] of Object.entries(TABLES)) {
  Deno.test(`createHandler refuses ${what} when it is wrong`, async (test) => {
    for (const [index, each] of table.entries()) {
      const name = `${index + 1}: ${each.method} ${each.path.slice(0, 60)}: ${
        each.says.join(", ")
      }`;
      await test.step(name, () => refuses(each));
    }
  });
}

/**
 * What each route asks of the cluster, and what it makes of the answer.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createHandler } from "../../http/mod.ts";
import { toJobResource, toLogResource } from "../../http/resources.ts";
import { aJob, aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { facade, request, type Sent } from "./support/facade.ts";
import {
  anExecution,
  aStoredBucket,
  aStoredWorker,
  type ClusterMethods,
  recordingClient,
} from "./support/recording_client.ts";

const JOB = `/local/jobs/${jobId(1)}`;
const FIRST_PAGE = { cursor: null, limit: 25 };
const NEWEST_FIRST = { by: "createdAt", direction: "desc" };

interface Asked extends Sent {
  readonly asks: keyof ClusterMethods;
  readonly with: readonly unknown[];
}

const QUESTIONS: Readonly<Record<string, Asked>> = {
  "GET /local/jobs": {
    asks: "listJobs",
    with: [{ filter: {}, sort: NEWEST_FIRST, ...FIRST_PAGE }],
  },
  "GET /local/jobs?status=Failed,Cancelled&status=Queued&lane=Mail&sort=scheduledAt&limit=200&cursor=abc":
    {
      asks: "listJobs",
      with: [{
        filter: { statuses: ["Failed", "Cancelled", "Queued"], lane: "mail" },
        sort: { by: "scheduledAt", direction: "asc" },
        cursor: "abc",
        limit: 200,
      }],
    },
  "GET /local/jobs?definitionId=mail.send&priority=High&bucketId=b&workerId=w&scheduleId=s&uniqueKey=k&error=full&scheduledFrom=2027-01-15T08:00Z&scheduledTo=2027-01-15T09:00%2B01:00&createdFrom=2027-01-15T08:00Z&createdTo=2027-01-15T08:00Z&lane=":
    {
      asks: "listJobs",
      with: [{
        filter: {
          definitionId: "mail.send",
          priority: "High",
          bucketId: "b",
          workerId: "w",
          scheduleId: "s",
          uniqueKey: "k",
          errorText: "full",
          scheduledFromMs: AT_MS,
          scheduledToMs: AT_MS,
          createdFromMs: AT_MS,
          createdToMs: AT_MS,
          lane: "",
        },
        sort: NEWEST_FIRST,
        ...FIRST_PAGE,
      }],
    },
  "GET /local/jobs/count?metadata=team%3Dgrowth&metadata=tries%3D2": {
    asks: "countJobs",
    with: [{
      metadata: [
        { key: "team", operation: "Eq", values: ["growth"] },
        { key: "tries", operation: "Eq", values: [2] },
      ],
    }],
  },
  [`GET ${JOB}`]: { asks: "findJob", with: [jobId(1)] },
  [`GET ${JOB.toUpperCase().replace("/LOCAL/JOBS", "/local/jobs")}`]: {
    asks: "findJob",
    with: [jobId(1)],
  },
  [`DELETE ${JOB}`]: { asks: "changeJob", with: [jobId(1), { type: "remove" }] },
  [`POST ${JOB}/cancel`]: { asks: "changeJob", with: [jobId(1), { type: "cancel" }] },
  [`POST ${JOB}/retry`]: { asks: "changeJob", with: [jobId(1), { type: "retry" }], body: {} },
  [`POST ${JOB}/run-now`]: { asks: "changeJob", with: [jobId(1), { type: "run_now" }], body: "" },
  [`POST ${JOB}/reschedule?`]: {
    asks: "changeJob",
    body: { at: "2027-01-15T09:00:00+01:00" },
    with: [jobId(1), { type: "reschedule", scheduledAtMs: AT_MS }],
  },
  [`POST ${JOB}/reschedule`]: {
    asks: "changeJob",
    body: { after: "5m" },
    with: [jobId(1), { type: "reschedule", afterMs: 300_000 }],
  },
  [`GET ${JOB}/executions`]: { asks: "listExecutions", with: [jobId(1)] },
  [`GET ${JOB}/why`]: { asks: "explainJob", with: [jobId(1)] },
  "GET /local/buckets?status=Active,Lost&priority=Low&lane=mail&workerId=w&agentConnectionId=a": {
    asks: "listBuckets",
    with: [{
      statuses: ["Active", "Lost"],
      priority: "Low",
      workerId: "w",
      lane: "mail",
      agentConnectionId: "a",
    }],
  },
  "GET /local/buckets/count?lane=": { asks: "listBuckets", with: [{ lane: "" }] },
  "GET /local/buckets/b.1:%C3%A9": { asks: "findBucket", with: ["b.1:é"] },
  "GET /local/workers": { asks: "listWorkers", with: [] },
  "GET /local/workers/w.1": { asks: "findWorker", with: ["w.1"] },
  "GET /local/logs?level=Error&subjectType=Worker&subjectId=w&attempt=2&keyword=full&limit=5": {
    asks: "listLogs",
    with: [{
      filter: {
        level: "Error",
        subjectType: "Worker",
        subjectId: "w",
        attempt: 2,
        keyword: "full",
      },
      cursor: null,
      limit: 5,
    }],
  },
  "GET /local/logs/count?from=2027-01-15T08:00Z&to=2027-01-15T08:00Z": {
    asks: "countLogs",
    with: [{ fromMs: AT_MS, toMs: AT_MS }],
  },
  [`GET /local/logs/${logId(1)}`]: { asks: "findLog", with: [logId(1)] },
  "GET /local/stats": { asks: "statistics", with: [300_000] },
  "GET /local/stats?window=90d": { asks: "statistics", with: [90 * 86_400_000] },
  "GET /clusters/local": { asks: "cluster", with: [] },
  "PATCH /clusters/local": {
    asks: "changeSettings",
    body: { mode: "Passive", defaultTimeout: "2m", retention: null, retry: { factor: 3 } },
    with: [{ mode: "Passive", defaultTimeout: "2m", retention: null, retry: { factor: 3 } }],
  },
};

for (const [route, asked] of Object.entries(QUESTIONS)) {
  Deno.test(`${route.slice(0, 100)} asks ${asked.asks} when it is called`, async () => {
    const { client, send } = facade({}, { clock: new FakeClock(AT_MS) });
    const [method = "", path = ""] = route.split(" ");

    const response = await send(method, path, asked);

    strictEqual(response.ok, true, await response.text());
    deepStrictEqual(client.calls, [{ method: asked.asks, args: asked.with }]);
  });
}

Deno.test("POST jobs hands the request on as it was sent when it is right", async () => {
  const { client, send } = facade();
  const body = {
    definitionId: "hello",
    data: { name: "Ada", nested: [1, { two: null }] },
    metadata: { team: "growth", tries: 2, urgent: true },
    priority: "High",
    lane: "Mail",
    timeout: "5m",
    maxRetries: 0,
    retry: { base: "1s", jitter: "none" },
    after: 1_500,
    uniqueKey: "ada",
    id: jobId(7),
  };

  await send("POST", "/local/jobs", { body });

  deepStrictEqual(client.calls, [{ method: "submit", args: [[body]] }]);
});

Deno.test("POST jobs keeps a payload's own __proto__ when there is one", async () => {
  const { client, send } = facade();
  const body = '{"definitionId":"hello","data":{"__proto__":{"admin":true}}}';

  await send("POST", "/local/jobs", { body });

  const [[submitted]] = client.calls[0]!.args as [[{ data: object }]];
  deepStrictEqual(Object.keys(submitted.data), ["__proto__"]);
  strictEqual(({} as { admin?: unknown }).admin, undefined);
});

Deno.test("POST jobs answers 201, the job and its address when the job is new", async () => {
  const job = aJob({ id: jobId(7), clusterId: "örtlich" });
  const client = recordingClient(
    { submit: () => Promise.resolve([{ created: true, job, acceptance: "durable" }]) },
    "örtlich",
  );
  const handler = createHandler({ clusters: [client], basePath: "api/v1/" });

  const body = { definitionId: "hello" };
  const response = await handler.fetch(request("POST", "/api/v1/%C3%B6rtlich/jobs", { body }));

  strictEqual(response.status, 201);
  deepStrictEqual(await response.json(), { ...toJobResource(job), acceptance: "durable" });
  const location = response.headers.get("location")!;
  strictEqual(location, `/api/v1/%C3%B6rtlich/jobs/${jobId(7)}`);
  strictEqual((await handler.fetch(request("GET", location))).status, 200);
});

Deno.test("POST jobs answers 200 and the address when the job was there already", async () => {
  const { send } = facade({
    submit: () => Promise.resolve([{ created: false, job: aJob(), acceptance: "durable" }]),
  });

  const response = await send("POST", "/local/jobs", { body: { definitionId: "hello" } });

  strictEqual(response.status, 200);
  strictEqual(response.headers.get("location"), `/jm-api/local/jobs/${jobId(1)}`);
});

Deno.test("POST jobs answers an array in order when it gets one", async () => {
  const answer = (created: readonly boolean[]) =>
    facade({
      submit: () =>
        Promise.resolve(
          created.map((each, i) => ({
            created: each,
            job: aJob({ id: jobId(i) }),
            acceptance: "durable" as const,
          })),
        ),
    }).send("POST", "/local/jobs", { body: created.map(() => ({ definitionId: "hello" })) });

  const some = await answer([false, true, false]);
  const none = await answer([false, false]);
  const single = await answer([true]);

  strictEqual(some.status, 201);
  deepStrictEqual((await some.json()).map(({ id }: { id: string }) => id), [0, 1, 2].map(jobId));
  strictEqual(none.status, 200);
  strictEqual(single.headers.get("location"), null);
  strictEqual((await single.json()).length, 1);
});

Deno.test("POST jobs takes 5,000 jobs when they come at once", async () => {
  const { client, send } = facade();
  const body = Array.from({ length: 5_000 }, (_, i) => ({ definitionId: "hello", data: i }));

  const response = await send("POST", "/local/jobs", { body });

  strictEqual((await response.json()).length, 5_000);
  deepStrictEqual(client.calls[0]?.args, [body]);
});

for (const word of ["cancel", "retry", "run-now", "reschedule"]) {
  Deno.test(`POST ${word} answers 202 when it is only asked for, and 200 when it is done`, async () => {
    const status = async (outcome: "changed" | "requested") => {
      const { send } = facade({ changeJob: () => Promise.resolve({ outcome, job: aJob() }) });
      const body = word === "reschedule" ? { body: { after: 0 } } : {};
      const response = await send("POST", `${JOB}/${word}`, body);
      deepStrictEqual(await response.json(), toJobResource(aJob()));
      return response.status;
    };

    deepStrictEqual([await status("changed"), await status("requested")], [200, 202]);
  });
}

Deno.test("DELETE answers 204 without a body when the job is gone", async () => {
  const response = await facade().send("DELETE", JOB);

  strictEqual(response.status, 204);
  strictEqual(await response.text(), "");
});

Deno.test("GET jobs answers the cluster's page when there are more", async () => {
  const jobs = [aJob({ id: jobId(2) }), aJob({ id: jobId(1) })];
  const { send } = facade({
    listJobs: () => Promise.resolve({ items: jobs, nextCursor: "next" }),
  });

  const page = await (await send("GET", "/local/jobs?limit=2")).json();

  deepStrictEqual(page, { items: jobs.map(toJobResource), nextCursor: "next" });
});

Deno.test("a count is a bare number when it is asked for", async () => {
  const { send } = facade({
    countJobs: () => Promise.resolve(1_234),
    countLogs: () => Promise.resolve(5),
    listBuckets: () => Promise.resolve([aStoredBucket()]),
    listWorkers: () => Promise.resolve([aStoredWorker(), aStoredWorker({ status: "Dead" })]),
  });
  const count = async (path: string) => await (await send("GET", path)).text();

  strictEqual(await count("/local/jobs/count"), "1234");
  strictEqual(await count("/local/logs/count"), "5");
  strictEqual(await count("/local/buckets/count"), "1");
  strictEqual(await count("/local/workers/count"), "2");
  strictEqual(await count("/local/workers/count?status=Dead"), "1");
  strictEqual(await count("/clusters/count"), "1");
});

Deno.test("GET a job's logs answers whole texts, oldest first, when the job is there", async () => {
  const entry = aLogEntry({ message: "x".repeat(300) });
  const { client, send } = facade({
    listLogs: () => Promise.resolve({ items: [entry], nextCursor: null }),
  });

  const response = await send("GET", `${JOB}/logs?level=Info&limit=3`);

  deepStrictEqual(await response.json(), { items: [toLogResource(entry)], nextCursor: null });
  deepStrictEqual(client.calls, [
    { method: "findJob", args: [jobId(1)] },
    {
      method: "listLogs",
      args: [{
        filter: { level: "Info", subjectType: "Job", subjectId: jobId(1) },
        cursor: null,
        limit: 3,
        oldestFirst: true,
      }],
    },
  ]);
});

Deno.test("GET logs cuts texts when it lists them", async () => {
  const { send } = facade({
    listLogs: () =>
      Promise.resolve({ items: [aLogEntry({ message: "x".repeat(300) })], nextCursor: "n" }),
  });

  const { items, nextCursor } = await (await send("GET", "/local/logs")).json();

  strictEqual(items[0].message, `${"x".repeat(100)}...`);
  strictEqual(nextCursor, "n");
});

Deno.test("GET executions answers all of them when it lists them", async () => {
  const { send } = facade({ listExecutions: () => Promise.resolve([anExecution()]) });

  const page = await (await send("GET", `${JOB}/executions`)).json();

  strictEqual(page.items[0].attempt, 1);
  strictEqual(page.nextCursor, null);
});

Deno.test("GET workers shows those that match every part when there are filters", async () => {
  const workers = [
    aStoredWorker({ id: "a", mode: "Full", lane: "mail", agentConnectionId: "n" }),
    aStoredWorker({ id: "b", mode: "Drain", lane: "mail", agentConnectionId: "n" }),
    aStoredWorker({ id: "c", mode: "Full", lane: "", agentConnectionId: "n", status: "Dead" }),
    aStoredWorker({ id: "d", mode: "Full", lane: "mail", agentConnectionId: "o" }),
  ];
  const { send } = facade({ listWorkers: () => Promise.resolve(workers) });
  const ids = async (query: string) => {
    const { items } = await (await send("GET", `/local/workers?${query}`)).json();
    return items.map(({ id }: { id: string }) => id).join("");
  };

  strictEqual(await ids(""), "abcd");
  strictEqual(await ids("mode=Full"), "acd");
  strictEqual(await ids("lane=MAIL&mode=Full"), "ad");
  strictEqual(await ids("lane="), "c");
  strictEqual(await ids("status=Dead&status=Stopping"), "c");
  strictEqual(await ids("agentConnectionId=o&mode=Full&status=Active"), "d");
  strictEqual(await ids("agentConnectionId=none"), "");
});

Deno.test("GET buckets pages by id when there are more than fit", async () => {
  const buckets = ["b-3", "b-1", "é-9", "b-10", "b-2"].map((id) => aStoredBucket({ id }));
  const { send } = facade({ listBuckets: () => Promise.resolve(buckets) });
  const seen: string[] = [];
  const sizes: number[] = [];

  for (let cursor: string | null = ""; cursor !== null;) {
    const next: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await (await send("GET", `/local/buckets?limit=2${next}`)).json();
    seen.push(...page.items.map(({ id }: { id: string }) => id));
    sizes.push(page.items.length);
    cursor = page.nextCursor;
  }

  deepStrictEqual(seen, ["b-1", "b-10", "b-2", "b-3", "é-9"]);
  deepStrictEqual(sizes, [2, 2, 1]);
});

Deno.test("GET buckets ends when the last page is full", async () => {
  const buckets = ["b-1", "b-2"].map((id) => aStoredBucket({ id }));
  const { send } = facade({ listBuckets: () => Promise.resolve(buckets) });

  const page = await (await send("GET", "/local/buckets?limit=2")).json();

  strictEqual(page.nextCursor, null);
});

Deno.test("GET clusters lists every cluster by name when there are several", async () => {
  const handler = createHandler({
    clusters: ["b", "a", "c"].map((clusterId) => recordingClient({}, clusterId)),
  });
  const ask = async (path: string) =>
    await (await handler.fetch(request("GET", `/jm-api${path}`))).json();

  strictEqual((await ask("/clusters")).items.length, 3);
  strictEqual(await ask("/clusters/count"), 3);
  deepStrictEqual(await ask("/clusters/ids?limit=2"), { items: ["a", "b"], nextCursor: "Yg" });
  deepStrictEqual(await ask("/clusters/ids?cursor=Yg"), { items: ["c"], nextCursor: null });
});

Deno.test("GET stats shows the window that was asked for", async () => {
  const statistics = await (await facade().send("GET", "/local/stats?window=1m")).json();

  strictEqual(statistics.window, "PT1M");
  strictEqual(statistics.finishedPerSecond, 0.5);
  strictEqual(statistics.clusterId, "local");
});

/** The routes of recurring schedules on a real node with a real server and a real master. */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { hello } from "../../examples/jobs.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { scheduleId } from "../support/schedule_factories.ts";

// deno-lint-ignore no-explicit-any -- answers are JSON of many shapes
type Json = any;

const ALL = "/local/recurring-schedules";
const ONE = `${ALL}/${scheduleId(1)}`;
const HOURLY = { definitionId: "hello", expression: "1h", data: { name: "Ada" } };

async function open() {
  const cluster = await openTestCluster({ jobs: [hello], http: { port: 0 } });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${cluster.jm.address}jm-api${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    const answer: Json = text === "" ? null : JSON.parse(text);
    return { status: response.status, location: response.headers.get("location"), body: answer };
  };
  return { call, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

Deno.test("a posted schedule answers 201 once and 200 again, and is found where it says", async () => {
  await using node = await open();
  const request = { ...HOURLY, id: scheduleId(1), timeZone: "Asia/Tokyo", misfire: "latest" };

  const first = await node.call("POST", ALL, request);
  const again = await node.call("POST", ALL, request);

  deepStrictEqual([first.status, again.status], [201, 200]);
  strictEqual(first.location, `/jm-api${ONE}`);
  const found = await node.call("GET", ONE);
  const { status, definitionId, expression, expressionType, timeZone, misfire, data } = found.body;
  deepStrictEqual({ status, definitionId, expression, expressionType, timeZone, misfire, data }, {
    status: "Active",
    definitionId: "hello",
    expression: "1h",
    expressionType: "interval",
    timeZone: "Asia/Tokyo",
    misfire: "latest",
    data: { name: "Ada" },
  });
  strictEqual(found.body.nextRunAt > found.body.createdAt, true);
  deepStrictEqual(again.body.createdAt, first.body.createdAt);
});

Deno.test("schedules are listed, counted and filtered", async () => {
  await using node = await open();
  for (const number of [1, 2, 3]) {
    await node.call("POST", ALL, { ...HOURLY, id: scheduleId(number) });
  }
  await node.call("POST", `${ONE}/pause`);
  const ids = async (query: string) => {
    const { body } = await node.call("GET", `${ALL}?${query}`);
    return body.items.map(({ id }: { id: string }) => Number(id.at(-1)));
  };

  deepStrictEqual(await ids(""), [3, 2, 1]);
  deepStrictEqual(await ids("status=Paused"), [1]);
  deepStrictEqual(await ids("type=Dynamic&definitionId=hello&failing=false&status=Active"), [3, 2]);
  deepStrictEqual(await ids("type=Static"), []);
  deepStrictEqual(await ids("failing=true"), []);
  deepStrictEqual(await ids("profileId=maintenance"), []);
  strictEqual((await node.call("GET", `${ALL}/count?status=Active,Paused`)).body, 3);
  const page = (await node.call("GET", `${ALL}?limit=2`)).body;
  strictEqual(page.items.length, 2);
  deepStrictEqual(await ids(`limit=2&cursor=${page.nextCursor}`), [1]);
  const wrong = await node.call("GET", `${ALL}?cursor=x`);
  deepStrictEqual([wrong.status, wrong.body.code], [400, "invalid_request"]);
});

Deno.test("a schedule is changed, run, previewed, cancelled and deleted", async () => {
  await using node = await open();
  await node.call("POST", ALL, { ...HOURLY, id: scheduleId(1) });

  const edited = await node.call("PATCH", ONE, { expression: "2h", overlap: "skip", lane: "" });
  deepStrictEqual([edited.body.expression, edited.body.overlap, edited.body.lane], [
    "2h",
    "skip",
    "",
  ]);
  const preview = (await node.call("GET", `${ONE}/next?count=3`)).body;
  const gaps = preview.items.slice(1).map((at: string, i: number) =>
    Date.parse(at) - Date.parse(preview.items[i])
  );
  deepStrictEqual([gaps, preview.timeZone, preview.local.length], [
    [7_200_000, 7_200_000],
    "UTC",
    3,
  ]);

  const run = await node.call("POST", `${ONE}/run-now`);
  deepStrictEqual([run.status, run.body.scheduleId], [201, scheduleId(1)]);
  strictEqual(run.location, `/jm-api/local/jobs/${run.body.id}`);
  await eventually("the job's end", async () => {
    const { body } = await node.call("GET", `/local/jobs/${run.body.id}`);
    return body.status === "Succeeded";
  });
  const [job] = (await node.call("GET", `/local/jobs?scheduleId=${scheduleId(1)}`)).body.items;
  strictEqual(job.result.greeting, "Hello, Ada!");

  const paused = await node.call("POST", `${ONE}/pause`);
  deepStrictEqual([paused.status, paused.body.status, paused.body.nextRunAt], [
    200,
    "Paused",
    null,
  ]);
  strictEqual((await node.call("POST", `${ONE}/resume`)).body.status, "Active");
  strictEqual((await node.call("POST", `${ONE}/cancel`)).body.status, "Cancelled");
  const conflict = await node.call("POST", `${ONE}/resume`);
  deepStrictEqual([conflict.status, conflict.body.code], [409, "schedule_state_conflict"]);
  strictEqual((await node.call("DELETE", ONE)).status, 204);
  const gone = await node.call("GET", ONE);
  deepStrictEqual([gone.status, gone.body.code], [404, "schedule_not_found"]);
});

Deno.test("a schedule is refused when its expression, definition or payload is wrong", async () => {
  await using node = await open();
  const refused = async (fields: object) => {
    const { status, body } = await node.call("POST", ALL, { ...HOURLY, ...fields });
    return [status, body.code];
  };

  deepStrictEqual(await refused({ expression: "evry moon" }), [400, "invalid_recurrence"]);
  deepStrictEqual(await refused({ definitionId: "nothing" }), [404, "job_definition_not_found"]);
  deepStrictEqual(await refused({ data: {} }), [400, "invalid_payload"]);
  strictEqual((await node.call("GET", `${ALL}/count`)).body, 0);
});

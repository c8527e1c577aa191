/** The routes on a real node with a real server and a real master. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { flaky, hello, noop, sleep } from "../../examples/jobs.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

// deno-lint-ignore no-explicit-any -- answers are JSON of many shapes
type Json = any;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

async function open(settings = {}) {
  const cluster = await openTestCluster({
    jobs: [hello, noop, sleep, flaky],
    http: { port: 0 },
    settings,
  });
  const api = `${cluster.jm.address}jm-api`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(api + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : JSON.parse(text),
    };
  };
  const until = (id: string, status: string) =>
    eventually(`job ${id} to be ${status}`, async () => {
      const { body } = await call("GET", `/local/jobs/${id}`);
      return body.status === status && body;
    });
  return { cluster, call, until, [Symbol.asyncDispose]: () => dispose(cluster) };
}

async function dispose(cluster: TestCluster): Promise<void> {
  await cluster[Symbol.asyncDispose]();
}

Deno.test("a posted job answers 201 with its place, runs, and shows its result and its story", async () => {
  await using node = await open();
  const posted = await node.call("POST", "/local/jobs", {
    definitionId: "hello",
    data: { name: "Ada" },
    metadata: { team: "growth" },
  });
  strictEqual(posted.status, 201);
  strictEqual(posted.headers.get("location"), `/jm-api/local/jobs/${posted.body.id}`);

  const job = await node.until(posted.body.id, "Succeeded");

  deepStrictEqual(job.result, { greeting: "Hello, Ada!" });
  deepStrictEqual([job.attempts, job.metadata, job.lane, job.timeout], [
    1,
    { team: "growth" },
    null,
    "PT1M",
  ]);
  const executions = await node.call("GET", `/local/jobs/${job.id}/executions`);
  deepStrictEqual(executions.body.items.map((each: Json) => each.outcome), ["succeeded"]);
  const logs = await node.call("GET", `/local/jobs/${job.id}/logs`);
  deepStrictEqual(logs.body.items.map((each: Json) => each.message), ["greeting"]);
  const why = await node.call("GET", `/local/jobs/${job.id}/why`);
  deepStrictEqual([why.body.stuck, why.body.reasons[0].code], [false, "finished"]);
});

Deno.test("the same id or unique key again answers 200 with the job that is there", async () => {
  await using node = await open();
  const id = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
  const first = await node.call("POST", "/local/jobs", { definitionId: "noop", id });
  const again = await node.call("POST", "/local/jobs", { definitionId: "noop", id });
  const keyed = await node.call("POST", "/local/jobs", { definitionId: "noop", uniqueKey: "k" });
  const keyedAgain = await node.call("POST", "/local/jobs", {
    definitionId: "noop",
    uniqueKey: "k",
  });

  deepStrictEqual([first.status, again.status, again.body.id], [201, 200, id]);
  deepStrictEqual([keyed.status, keyedAgain.status], [201, 200]);
  strictEqual(keyedAgain.body.id, keyed.body.id);
  strictEqual((await node.call("GET", "/local/jobs/count")).body, 2);
});

Deno.test("a list has exact pages, in order, under its filters", async () => {
  await using node = await open();
  const batch = Array.from({ length: 30 }, (_, n) => ({
    definitionId: "noop",
    after: "1h",
    metadata: { n, even: n % 2 === 0 },
  }));
  const posted = await node.call("POST", "/local/jobs", batch);
  strictEqual(posted.status, 201);

  const seen: number[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await node.call("GET", `/local/jobs?limit=4&metadata=even=true${query}`);
    ok(body.items.length === 4 || body.nextCursor === null);
    for (const { metadata } of body.items) seen.push(metadata.n);
    cursor = body.nextCursor;
  }

  deepStrictEqual(seen, Array.from({ length: 15 }, (_, n) => 28 - 2 * n));
  const count = await node.call("GET", "/local/jobs/count?metadata=even=false&definitionId=noop");
  strictEqual(count.body, 15);
});

Deno.test("a job is cancelled, retried, moved, run at once and deleted through its routes", async () => {
  await using node = await open();
  const { body: { id } } = await node.call("POST", "/local/jobs", {
    definitionId: "noop",
    after: "1h",
  });
  const at = "2031-01-31T09:00:00.000Z";
  const moved = await node.call("POST", `/local/jobs/${id}/reschedule`, { at });
  deepStrictEqual([moved.status, moved.body.scheduledAt], [200, at]);
  const cancelled = await node.call("POST", `/local/jobs/${id}/cancel`);
  deepStrictEqual([cancelled.status, cancelled.body.status], [200, "Cancelled"]);
  strictEqual((await node.call("POST", `/local/jobs/${id}/cancel`)).status, 409);
  strictEqual((await node.call("POST", `/local/jobs/${id}/retry`)).status, 200);
  await node.until(id, "Succeeded");
  strictEqual((await node.call("DELETE", `/local/jobs/${id}`)).status, 204);
  strictEqual((await node.call("GET", `/local/jobs/${id}`)).status, 404);

  const { body: next } = await node.call("POST", "/local/jobs", {
    definitionId: "noop",
    after: "1h",
  });
  strictEqual((await node.call("DELETE", `/local/jobs/${next.id}`)).status, 409);
  strictEqual((await node.call("POST", `/local/jobs/${next.id}/run-now`)).status, 200);
  await node.until(next.id, "Succeeded");
});

Deno.test("cancelling a running job answers 202 and ends it", async () => {
  await using node = await open();
  const { body: { id } } = await node.call("POST", "/local/jobs", {
    definitionId: "sleep",
    data: { ms: 60_000 },
  });
  await node.until(id, "Processing");
  strictEqual((await node.call("POST", `/local/jobs/${id}/cancel`)).status, 202);
  await node.until(id, "Cancelled");
});

Deno.test("settings are read and changed live; an archived cluster refuses jobs with 409", async () => {
  await using node = await open();
  const changed = await node.call("PATCH", "/clusters/local", {
    mode: "Archived",
    retention: "7d",
  });
  deepStrictEqual([changed.body.mode, changed.body.retention], ["Archived", "PT168H"]);
  const refused = await node.call("POST", "/local/jobs", { definitionId: "noop" });
  deepStrictEqual([refused.status, refused.body.code], [409, "cluster_archived"]);
  strictEqual((await node.call("PATCH", "/clusters/local", { mode: "Active" })).status, 200);
  strictEqual((await node.call("POST", "/local/jobs", { definitionId: "noop" })).status, 201);
});

Deno.test("what cannot be taken is refused with its code, and nothing is stored", async () => {
  await using node = await open({ maxPayloadBytes: 1_000 });
  const bodies: readonly (readonly [unknown, number, string])[] = [
    [{ definitionId: "nosuch" }, 404, "job_definition_not_found"],
    [{ definitionId: "noop", data: "x".repeat(999) }, 413, "payload_too_large"],
    [{ definitionId: "hello", data: { nme: "Ada" } }, 400, "invalid_payload"],
    [{ definitionId: "noop", after: "soon" }, 400, "invalid_request"],
    [{ definitionId: "noop", at: "2031-01-31T09:00:00" }, 400, "invalid_request"],
    [[{ definitionId: "noop" }, { definitionId: "nosuch" }], 404, "job_definition_not_found"],
  ];
  for (const [body, status, code] of bodies) {
    const answer = await node.call("POST", "/local/jobs", body);
    deepStrictEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
    strictEqual(answer.headers.get("content-type"), "application/problem+json");
  }
  strictEqual((await node.call("GET", "/local/jobs/count")).body, 0);
  const exact = await node.call("POST", "/local/jobs", {
    definitionId: "noop",
    data: "x".repeat(998),
  });
  strictEqual(exact.status, 201);
});

Deno.test("buckets, workers, stats, logs and health show the node", async () => {
  await using node = await open();
  const { body: { id } } = await node.call("POST", "/local/jobs", {
    definitionId: "flaky",
    data: { failures: 1 },
  });
  await node.until(id, "Succeeded");

  const buckets = await node.call("GET", "/local/buckets");
  strictEqual(buckets.body.items.length, 5);
  const one = await node.call("GET", `/local/buckets/${buckets.body.items[0].id}`);
  strictEqual(one.body.status, "Active");
  const workers = await node.call("GET", "/local/workers");
  deepStrictEqual(workers.body.items.map((each: Json) => [each.mode, each.status]), [
    ["Full", "Active"],
  ]);
  const stats = await node.call("GET", "/local/stats?window=1h");
  strictEqual(stats.body.counts.Succeeded, 1);
  const executions = await node.call("GET", `/local/jobs/${id}/executions`);
  const [failed] = executions.body.items;
  deepStrictEqual([failed.outcome, failed.error.cause.message], ["failed", "it was told to"]);
  const ready = await fetch(`${node.cluster.jm.address}health/ready`);
  deepStrictEqual([ready.status, (await ready.json()).ready], [200, true]);
  const openapi = await node.call("GET", "/openapi.json");
  ok(openapi.body.openapi.startsWith("3.1"));
});

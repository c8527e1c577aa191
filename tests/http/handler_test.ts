import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { JobMasterError } from "../../core/errors.ts";
import { createHandler } from "../../http/mod.ts";
import { aJob, jobId } from "../support/factories.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { facade, problemOf, request } from "./support/facade.ts";
import { recordingClient } from "./support/recording_client.ts";

const MOUNTS: Readonly<Record<string, string>> = {
  "": "/jm-api",
  " ": "/jm-api",
  "/": "/jm-api",
  "/jm-api": "/jm-api",
  "api": "/api",
  "/api/": "/api",
  "//api//": "/api",
  "api/v1.0/~jobs": "/api/v1.0/~jobs",
};

for (const [basePath, mounted] of Object.entries(MOUNTS)) {
  Deno.test(`createHandler serves ${mounted} when the path is ${JSON.stringify(basePath)}`, async () => {
    const handler = createHandler({ clusters: [], basePath });
    const status = async (path: string) => (await handler.fetch(request("GET", path))).status;

    strictEqual(await status(`${mounted}/clusters/count`), 200);
    strictEqual(await status("/health/live"), 200);
    strictEqual(await status("/clusters/count"), 404);
  });
}

for (const basePath of ["a b", "/:cluster", "/a/*", "/{x}", "a//b", "/ä", "?", "/%2e"]) {
  Deno.test(`createHandler refuses ${JSON.stringify(basePath)} when it is to be the path`, () => {
    throws(() => createHandler({ clusters: [], basePath }), {
      code: "configuration_invalid",
      message: new RegExp(`basePath ${JSON.stringify(basePath).replace(/[*?{}]/g, "\\$&")}`),
    });
  });
}

for (const names of [["a", "b", "a"], ["count"], ["ids"], ["clusters"]]) {
  Deno.test(`createHandler refuses clusters when they are named ${names.join(", ")}`, () => {
    const clusters = names.map((name) => recordingClient({}, name));

    throws(() => createHandler({ clusters }), { code: "configuration_invalid" });
  });
}

Deno.test("GET / names the clusters and links to what works", async () => {
  const client = recordingClient({}, "mein-büro");
  const handler = createHandler({ clusters: [client], basePath: "/api" });

  const response = await handler.fetch(request("GET", "/"));

  strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8");
  match(response.headers.get("content-security-policy")!, /^default-src 'none'; style-src 'self'/);
  const html = await response.text();
  strictEqual(html.includes("mein-büro"), true);
  strictEqual(/<script|<style|style=|\son\w+=|<img|<form/i.test(html), false);
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
  strictEqual(links.includes("/api/openapi.json") && links.includes("/health/ready"), true);
  for (const link of links) {
    strictEqual((await handler.fetch(request("GET", link))).status, 200, link);
  }
});

Deno.test("GET / escapes a cluster's name when it would be markup", async () => {
  const handler = createHandler({ clusters: [recordingClient({}, `<b>"'&`)] });

  const html = await (await handler.fetch(request("GET", "/"))).text();

  strictEqual(html.includes("<b>"), false);
  strictEqual(html.includes("&#60;b&#62;&#34;&#39;&#38;"), true);
});

Deno.test("GET /health/live answers when the clusters do not", async () => {
  const client = recordingClient({ health: () => Promise.reject(new Error("secret")) });
  const handler = createHandler({ clusters: [client] });

  const response = await handler.fetch(request("GET", "/health/live"));

  deepStrictEqual([response.status, await response.json()], [200, { live: true }]);
  deepStrictEqual(client.calls, []);
});

Deno.test("GET /health/ready answers 200 when every cluster is ready", async () => {
  const clusters = [recordingClient({}, "a"), recordingClient({}, "b")];
  const handler = createHandler({ clusters });

  const response = await handler.fetch(request("GET", "/health/ready"));

  const { ready, problems, clusters: shown } = await response.json();
  deepStrictEqual([response.status, ready, problems], [200, true, []]);
  deepStrictEqual(shown.map(({ clusterId }: { clusterId: string }) => clusterId), ["a", "b"]);
});

Deno.test("GET /health/ready answers 503 and the problems when a cluster is not ready", async () => {
  const unready = {
    ready: false,
    problems: ["Worker w-1 is not trusted"],
    master: null,
    masterLatencyMs: null,
    actors: [],
  };
  const failed = new JobMasterError("master_unavailable", "Cannot reach postgres://secret");
  const handler = createHandler({
    clusters: [
      recordingClient({}, "a"),
      recordingClient({ health: () => Promise.resolve(unready) }, "b"),
      recordingClient({ health: () => Promise.reject(failed) }, "c"),
    ],
  });

  const response = await handler.fetch(request("GET", "/health/ready"));

  const health = await response.json();
  strictEqual(response.status, 503);
  strictEqual(response.headers.get("content-type"), "application/json");
  strictEqual(health.ready, false);
  deepStrictEqual(health.problems, [
    "Worker w-1 is not trusted",
    'Cannot read the health of cluster "c": master_unavailable',
  ]);
  const ready = health.clusters.map((cluster: { ready: boolean }) => cluster.ready);
  deepStrictEqual(ready, [true, false, false]);
});

Deno.test("createHandler answers 503 when the cluster does not answer in time", async () => {
  const clock = new FakeClock();
  const { send } = facade({ findJob: () => new Promise(() => {}) }, { clock, timeoutMs: 5_000 });
  const answer = send("GET", `/local/jobs/${jobId(1)}`);
  await settled();

  await clock.advance(5_000);

  const response = await answer;
  const { code, detail } = await problemOf(response);
  deepStrictEqual([response.status, code], [503, "ask_timeout"]);
  strictEqual(response.headers.get("retry-after"), null); // the work may have been taken
  strictEqual(detail.includes("PT5S"), true, detail);
  strictEqual(clock.armed, 0);
});

Deno.test("createHandler answers what the cluster says when it comes just in time", async () => {
  const clock = new FakeClock();
  const job = Promise.withResolvers<ReturnType<typeof aJob>>();
  const { send } = facade({ findJob: () => job.promise }, { clock, timeoutMs: 5_000 });
  const answer = send("GET", `/local/jobs/${jobId(1)}`);

  await clock.advance(4_999);
  job.resolve(aJob());

  strictEqual((await answer).status, 200);
  strictEqual(clock.armed, 0);
});

Deno.test("createHandler survives when the cluster fails after its deadline", async () => {
  const clock = new FakeClock();
  const job = Promise.withResolvers<never>();
  const { send } = facade({ findJob: () => job.promise }, { clock });
  const answer = send("GET", `/local/jobs/${jobId(1)}`);
  await clock.advance(30_000);
  strictEqual((await answer).status, 503);

  job.reject(new Error("late"));
  await settled(); // an unhandled rejection would fail the test
});

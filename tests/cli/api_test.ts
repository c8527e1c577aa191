import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { impatientClock, problem, scriptedApi } from "./support/scripted_api.ts";

const BUSY = { headers: { "retry-after": "2" } };

Deno.test("Api encodes paths, queries and bodies", async () => {
  const { api, asked } = scriptedApi(() => Response.json({}), { headers: { "x-api-key": "k" } });

  await api.inCluster({ path: ["jobs", "a/b?"], query: { s: ["1", "ä&"], none: undefined } });
  await api.ofCluster({ method: "PATCH", body: { a: 1 } });

  deepStrictEqual(asked.map(({ method, path, body }) => ({ method, path, body })), [
    { method: "GET", path: "/jm-api/c%201/jobs/a%2Fb%3F?s=1&s=%C3%A4%26", body: null },
    { method: "PATCH", path: "/jm-api/clusters/c%201", body: { a: 1 } },
  ]);
  strictEqual(asked[0]?.headers.get("x-api-key"), "k");
});

Deno.test("Api answers null when there is no body", async () => {
  const { api } = scriptedApi(() => new Response(null, { status: 204 }));
  strictEqual(await api.call({ method: "DELETE", path: ["x"] }), null);
});

Deno.test("Api throws what the problem document says", async () => {
  const { api } = scriptedApi(() => problem(409, "job_state_conflict", { problems: ["a", "b"] }));

  await rejects(api.call({ path: ["x"] }), {
    name: "ApiError",
    status: 409,
    code: "job_state_conflict",
    message: "Cannot: job_state_conflict",
    problems: ["a", "b"],
  });
});

for (const body of ["<html>Bad gateway</html>", "", "null", "[]", "7", '{"code":1}']) {
  Deno.test(`Api names the status when the problem is ${JSON.stringify(body)}`, async () => {
    const { api } = scriptedApi(() => new Response(body, { status: 502 }));

    await rejects(api.call({ path: ["x"] }), {
      status: 502,
      code: "http_502",
      message: "The API answered 502",
    });
  });
}

Deno.test("Api refuses an answer that is not JSON", async () => {
  const { api } = scriptedApi(() => new Response("<html>welcome</html>"));
  await rejects(api.call({ path: ["x"] }), { code: "not_an_api", message: /not JSON/ });
});

Deno.test("Api does not follow a redirect with its key", async () => {
  const { api, asked } = scriptedApi(() => Response.redirect("http://evil/", 302));
  await rejects(api.call({ path: ["x"] }), { status: 302 });
  strictEqual(asked[0]?.redirect, "manual");
});

Deno.test("Api asks again while the cluster is busy, after the time it names", async () => {
  const clock = impatientClock();
  const { api, asked } = scriptedApi(
    (_, index) => index < 3 ? problem(503, "mailbox_full", BUSY) : Response.json("done"),
    { clock },
  );

  strictEqual(await api.call({ method: "POST", path: ["x"], body: [1] }), "done");
  deepStrictEqual(asked.map(({ body }) => body), [[1], [1], [1], [1]]);
  deepStrictEqual(clock.waits, [2_000, 2_000, 2_000]);
});

Deno.test("Api gives up when the cluster stays busy", async () => {
  const { api, asked } = scriptedApi(() => problem(503, "master_busy", BUSY));
  await rejects(api.call({ path: ["x"] }), { code: "master_busy" });
  strictEqual(asked.length, 6);
});

Deno.test("Api does not ask again when the first call may have been taken", async () => {
  const { api, asked } = scriptedApi(() => problem(503, "ask_timeout", BUSY));
  await rejects(api.call({ path: ["x"] }), { code: "ask_timeout" });
  strictEqual(asked.length, 1);
});

Deno.test("Api does not ask again when the answer does not invite to", async () => {
  const { api, asked } = scriptedApi(() => problem(503, "master_unavailable"));
  await rejects(api.call({ path: ["x"] }), { code: "master_unavailable" });
  strictEqual(asked.length, 1);
});

Deno.test("Api bounds the wait that an answer asks for", async () => {
  const clock = impatientClock();
  const { api } = scriptedApi(
    (_, index) =>
      index === 0
        ? problem(503, "mailbox_full", { headers: { "retry-after": "86400" } })
        : Response.json(1),
    { clock },
  );
  await api.call({ path: ["x"] });
  deepStrictEqual(clock.waits, [5_000]);
});

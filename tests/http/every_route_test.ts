/**
 * What holds for every route, whatever it is for.
 */

import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { createHandler, type Handler } from "../../http/mod.ts";
import { SECURITY_HEADERS } from "../../http/security_headers.ts";
import { assertRefused, facade, problemOf, request } from "./support/facade.ts";
import { filled, operationsOf, readDocument, validBody } from "./support/operations.ts";
import { type RecordingClient, recordingClient } from "./support/recording_client.ts";

const OPERATIONS = operationsOf(await readDocument());
const PATHS = Map.groupBy(OPERATIONS, ({ path }) => path);

function served(): { readonly client: RecordingClient; readonly handler: Handler } {
  const client = recordingClient();
  return { client, handler: createHandler({ clusters: [client] }) };
}

for (const operation of OPERATIONS) {
  const { method, path } = operation;
  const inApi = path.startsWith("/jm-api/");

  Deno.test(`${method} ${path} answers when it is asked rightly`, async () => {
    const { handler } = served();

    const response = await handler.fetch(request(method, filled(path), validBody(operation)));

    const status = String(response.status);
    strictEqual(Object.keys(operation.shown.responses).includes(status), true, status);
    await response.body?.cancel();
  });

  Deno.test(`${method} ${path} has every security header when it answers and when it fails`, async () => {
    const { handler } = served();
    const wrong = { headers: { host: "evil.example" } };

    for (const sent of [validBody(operation), wrong]) {
      const response = await handler.fetch(request(method, filled(path), sent));

      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        strictEqual(response.headers.get(name), value);
      }
      await response.body?.cancel();
    }
  });

  if (inApi) {
    Deno.test(`${method} ${path} refuses a parameter when it is unknown`, async () => {
      const given = facade();
      const inside = `${filled(path).slice("/jm-api".length)}?colour=blue`;

      const response = await given.send(method, inside, validBody(operation));

      const says = ['"colour"'];
      await assertRefused(given, response, { status: 400, code: "invalid_request", says });
    });
  }

  if (path.includes("{cluster}")) {
    Deno.test(`${method} ${path} finds no cluster when its name is unknown`, async () => {
      const given = facade();
      const inside = filled(path, "nö/where\r\n").slice("/jm-api".length);

      const response = await given.send(method, inside, validBody(operation));

      const says = ['"nö/where\\r\\n"', '"local"'];
      await assertRefused(given, response, { status: 404, code: "cluster_not_found", says });
    });
  }
}

for (const [path, operations] of PATHS) {
  const methods = operations.map(({ method }) => method);
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];

  Deno.test(`${path} refuses a method when it is not one of ${methods.join(", ")}`, async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"]) {
      if (methods.includes(method)) continue;
      const { client, handler } = served();

      const response = await handler.fetch(request(method, filled(path)));

      const { code, detail } = await problemOf(response);
      deepStrictEqual([response.status, code], [405, "method_not_allowed"]);
      strictEqual(detail.includes(method) && detail.includes(allow.join(", ")), true, detail);
      strictEqual(response.headers.get("allow"), allow.join(", "));
      deepStrictEqual(client.calls, []);
    }
  });

  Deno.test(`${path} says which methods it takes when it is asked with OPTIONS`, async () => {
    const { client, handler } = served();

    const response = await handler.fetch(request("OPTIONS", filled(path)));

    strictEqual(response.status, 204);
    strictEqual(response.headers.get("allow"), allow.join(", "));
    strictEqual(await response.text(), "");
    deepStrictEqual(client.calls, []);
  });

  if (methods.includes("GET")) {
    Deno.test(`${path} answers HEAD as it answers GET when the body is left out`, async () => {
      const { handler } = served();

      const got = await handler.fetch(request("GET", filled(path)));
      const head = await handler.fetch(request("HEAD", filled(path)));

      strictEqual(head.status, got.status);
      strictEqual(head.headers.get("content-type"), got.headers.get("content-type"));
      strictEqual(await head.text(), "");
      notStrictEqual(await got.text(), "");
    });
  }
}

for (
  const path of [
    "/nowhere",
    "/jm-api",
    "/jm-api/",
    "/jm-api/clusters/",
    "/jm-api/local",
    "/jm-api/local/jobs/",
    "/jm-api/local/jobs/1/2",
    "/jm-api/local/jobs/1/explode",
    "/jm-api//local/jobs",
    "/JM-API/clusters",
    "/jm-api/local/%2e%2e%2f%2e%2e%2fetc",
    "/jm-api/%ff%fe",
  ]
) {
  Deno.test(`createHandler finds no route when the path is ${path}`, async () => {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
      const { client, handler } = served();

      const response = await handler.fetch(request(method, path));

      const { code } = await problemOf(response);
      deepStrictEqual([response.status, code], [404, "route_not_found"]);
      deepStrictEqual(client.calls, []);
    }
  });
}

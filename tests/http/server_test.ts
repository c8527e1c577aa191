/**
 * The façade on a real port: what browsers, slow clients and broken ones do to it.
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createHandler, type HandlerOptions } from "../../http/mod.ts";
import { jobId } from "../support/factories.ts";
import { type RecordingClient, recordingClient } from "./support/recording_client.ts";

interface Server extends AsyncDisposable {
  readonly client: RecordingClient;
  readonly port: number;
}

function serve(options: Partial<HandlerOptions> = {}): Server {
  const client = recordingClient();
  const handler = createHandler({ clusters: [client], ...options });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => handler.fetch(request),
  );
  return { client, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Sends `text` as it is and reads until the server closes, or until `enough`. */
async function talk(
  port: number,
  text: string,
  enough: (answer: string) => boolean = () => false,
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  let answer = "";
  const buffer = new Uint8Array(65_536);
  while (!enough(answer)) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) break;
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return answer;
}

function head(port: number, line: string, ...headers: readonly string[]): string {
  return [line, `Host: 127.0.0.1:${port}`, "Connection: close", ...headers, "", ""].join("\r\n");
}

Deno.test("a served handler answers when it is called by its own address", async () => {
  await using server = serve();

  const response = await fetch(`http://127.0.0.1:${server.port}/jm-api/clusters/ids`);

  deepStrictEqual(await response.json(), { items: ["local"], nextCursor: null });
  strictEqual(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("a served handler refuses when another name points at its address", async () => {
  await using server = serve();
  const line = `POST /jm-api/local/jobs/${jobId(1)}/cancel HTTP/1.1`;
  const text = [line, "Host: evil.example", "Content-Length: 0", "Connection: close", "", ""];

  const answer = await talk(server.port, text.join("\r\n"));

  match(answer, /^HTTP\/1\.1 421 /);
  match(answer, /urn:jobmaster:error:invalid_request/);
  deepStrictEqual(server.client.calls, []);
});

Deno.test("a served handler refuses when a page of another site sends a form", async () => {
  await using server = serve();
  const line = `POST /jm-api/local/jobs/${jobId(1)}/cancel HTTP/1.1`;

  const answer = await talk(
    server.port,
    head(server.port, line, "Origin: https://evil.example", "Content-Length: 0"),
  );

  match(answer, /^HTTP\/1\.1 403 /);
  deepStrictEqual(server.client.calls, []);
});

Deno.test("a served handler adds no header when a path holds line breaks", async () => {
  await using server = serve();
  const path = "/jm-api/local/buckets/%0d%0aX-Evil:%20yes";

  const answer = await talk(server.port, head(server.port, `GET ${path} HTTP/1.1`));

  match(answer, /^HTTP\/1\.1 400 /);
  strictEqual(/^x-evil/im.test(answer), false);
});

Deno.test("a served handler answers 413 when a body of unknown length grows too large", async () => {
  await using server = serve({ maxBodyBytes: 1_000 });
  const chunk = `3e8\r\n${"x".repeat(1_000)}\r\n`;
  const request = head(
    server.port,
    "POST /jm-api/local/jobs HTTP/1.1",
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
  );

  const answer = await talk(
    server.port,
    request + chunk.repeat(3),
    (text) => text.includes("\r\n\r\n"),
  );

  match(answer, /^HTTP\/1\.1 413 /);
  deepStrictEqual(server.client.calls, []);
});

Deno.test("a served handler answers 408 when a body never comes", async () => {
  await using server = serve({ timeoutMs: 50 });
  const request = head(
    server.port,
    "POST /jm-api/local/jobs HTTP/1.1",
    "Content-Type: application/json",
    "Content-Length: 100",
  );

  const answer = await talk(
    server.port,
    request + '{"definitionId":',
    (text) => text.includes("\r\n\r\n"),
  );

  match(answer, /^HTTP\/1\.1 408 /);
  deepStrictEqual(server.client.calls, []);
});

Deno.test("a served handler still answers when clients went away in the middle", async () => {
  const failures: unknown[] = [];
  const server = serve({ onError: (failure) => failures.push(failure) });
  const request = head(
    server.port,
    "POST /jm-api/local/jobs HTTP/1.1",
    "Content-Type: application/json",
    "Content-Length: 100",
  );
  for (let i = 0; i < 5; i++) await talk(server.port, `${request}{`, () => true);

  const response = await fetch(`http://127.0.0.1:${server.port}/health/live`);

  deepStrictEqual(await response.json(), { live: true });
  await server[Symbol.asyncDispose](); // waits for the answers nobody reads
  deepStrictEqual(server.client.calls, []);
  deepStrictEqual(failures, []);
});

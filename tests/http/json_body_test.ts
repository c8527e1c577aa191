import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { jobId } from "../support/factories.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";
import { assertRefused, type Facade, facade } from "./support/facade.ts";

const CANCEL = `/local/jobs/${jobId(1)}/cancel`;
const JOB = '{"definitionId":"hello"}';

/** A body that comes in chunks and knows whether it was given up. */
function streamed(chunks: Iterable<Uint8Array>) {
  const seen = { chunks: 0, cancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = iterator.next();
      if (next.done) return controller.close();
      seen.chunks++;
      controller.enqueue(next.value);
    },
    cancel() {
      seen.cancelled = true;
    },
  });
  return { body, seen };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function submitted({ client, send }: Facade, body: unknown): Promise<unknown> {
  const response = await send("POST", "/local/jobs", { body });
  strictEqual(response.status, 201, await response.text());
  return client.calls[0]?.args[0];
}

Deno.test("POST reads a body when it comes in pieces, in the middle of characters too", async () => {
  const text = '{"definitionId":"hello","data":"é😀"}';
  const { body, seen } = streamed([...bytes(text)].map((byte) => Uint8Array.of(byte)));

  deepStrictEqual(await submitted(facade(), body), [JSON.parse(text)]);
  strictEqual(seen.cancelled, false);
});

Deno.test("POST reads a body when it starts with a byte order mark or has space around", async () => {
  const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes(JOB));

  deepStrictEqual(await submitted(facade(), marked), [JSON.parse(JOB)]);
  deepStrictEqual(await submitted(facade(), ` \r\n${JOB}\n`), [JSON.parse(JOB)]);
});

Deno.test("POST takes a body when it is exactly as large as allowed", async () => {
  await submitted(facade({}, { maxBodyBytes: JOB.length }), JOB);
});

Deno.test("POST stops reading when the body is larger than allowed", async () => {
  function* endless() {
    while (true) yield new Uint8Array(1_000);
  }
  const { body, seen } = streamed(endless());
  const given = facade({}, { maxBodyBytes: 10_000 });

  const response = await given.send("POST", "/local/jobs", { body });

  const says = ["10000 bytes"];
  await assertRefused(given, response, { status: 413, code: "payload_too_large", says });
  strictEqual(seen.cancelled, true);
  strictEqual(seen.chunks < 20, true, String(seen.chunks));
});

Deno.test("POST reads nothing when the declared length is larger than allowed", async () => {
  const { body, seen } = streamed([bytes(JOB)]);
  const given = facade({}, { maxBodyBytes: 10 });

  const response = await given.send("POST", "/local/jobs", {
    body,
    headers: { "content-length": "11" },
  });

  const says = ["10 bytes"];
  await assertRefused(given, response, { status: 413, code: "payload_too_large", says });
  strictEqual(seen.chunks <= 1, true); // a stream fetches one chunk ahead
});

Deno.test("POST gives a body up when it does not arrive in time", async () => {
  const clock = new FakeClock();
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(bytes('{"definitionId":')),
    cancel: () => void (cancelled = true),
  });
  const given = facade({}, { clock, timeoutMs: 5_000 });
  const answer = given.send("POST", "/local/jobs", { body });

  await clock.advance(5_000);

  const says = ["PT5S", "did not arrive"];
  await assertRefused(given, await answer, { status: 408, code: "invalid_request", says });
  await settled();
  strictEqual(cancelled, true);
  strictEqual(clock.armed, 0);
});

for (
  const type of [
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    'application/json; charset="UTF-8"',
  ]
) {
  Deno.test(`POST reads a body when its type is ${type}`, async () => {
    const response = await facade().send("POST", "/local/jobs", {
      body: JOB,
      headers: { "content-type": type, "content-encoding": "identity" },
    });

    strictEqual(response.status, 201);
  });
}

for (
  const type of [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "application/jsonp",
    "application/json-patch+json",
    "text/plain; application/json",
    "application/json, text/plain",
  ]
) {
  Deno.test(`POST refuses a body when its type is ${type}`, async () => {
    const given = facade();

    const response = await given.send("POST", "/local/jobs", {
      body: JOB,
      headers: { "content-type": type },
    });

    const says = [JSON.stringify(type), "application/json"];
    await assertRefused(given, response, { status: 415, code: "invalid_request", says });
  });
}

Deno.test("POST refuses a body when it says no type, and takes none without one", async () => {
  const given = facade();
  const untyped = { body: bytes(JOB), headers: { "content-type": null } };

  const response = await given.send("POST", "/local/jobs", untyped);

  const says = ["content-type null", "application/json"];
  await assertRefused(given, response, { status: 415, code: "invalid_request", says });
  strictEqual((await given.send("POST", CANCEL)).status, 200);
});

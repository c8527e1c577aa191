import { strictEqual } from "node:assert/strict";
import { assertRefused, facade } from "./support/facade.ts";
import { jobId } from "../support/factories.ts";

const CANCEL = `/local/jobs/${jobId(1)}/cancel`;

for (
  const host of [
    "localhost",
    "localhost:8080",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:65535",
    "127.8.9.10:80",
    "[::1]",
    "[::1]:8080",
  ]
) {
  Deno.test(`createHandler answers when the host is ${host}`, async () => {
    const response = await facade().send("GET", "/clusters/count", { headers: { host } });

    strictEqual(response.status, 200);
  });
}

for (
  const host of [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example, localhost",
    "localhost:8080:8080",
    "localhost:port",
    "128.0.0.1",
    "0.0.0.0",
    "[::]",
    "::1",
    "[::1].evil.example",
    "",
  ]
) {
  Deno.test(`createHandler refuses when the host is ${JSON.stringify(host)}`, async () => {
    for (const [method, path] of [["GET", "/clusters/count"], ["POST", CANCEL], ["GET", "/none"]]) {
      const given = facade();
      const response = await given.send(method!, path!, { headers: { host } });

      const says = [JSON.stringify(host), "localhost"];
      await assertRefused(given, response, { status: 421, code: "invalid_request", says });
    }
  });
}

Deno.test("createHandler answers only the named hosts when they are given", async () => {
  const given = facade({}, { allowedHosts: ["jobs.example", "[2001:db8::1]"] });
  const status = async (host: string) =>
    (await given.send("GET", "/clusters/count", { headers: { host } })).status;

  strictEqual(await status("Jobs.Example:443"), 200);
  strictEqual(await status("[2001:DB8::1]:80"), 200);
  strictEqual(await status("localhost"), 421);
  strictEqual(await status("jobs.example.evil"), 421);
});

const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://evil.example" },
  { origin: "http://localhost:3000" },
  { origin: "http://127.0.0.1:8080" },
  { origin: "null" },
  { origin: "file://" },
  { origin: "chrome-extension://localhost:8080" },
  { origin: "http://localhost:8080.evil.example" },
  { origin: "" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "cross-site", origin: "http://localhost:8080" },
];

for (const headers of FOREIGN) {
  Deno.test(`createHandler refuses a change when the page has ${JSON.stringify(headers)}`, async () => {
    for (
      const [method, path] of [
        ["POST", CANCEL],
        ["POST", "/local/jobs"],
        ["PATCH", "/clusters/local"],
        ["DELETE", `/local/jobs/${jobId(1)}`],
      ]
    ) {
      const given = facade();
      const response = await given.send(method!, path!, {
        headers: { host: "localhost:8080", ...headers },
      });

      const says = ["origin", '"localhost:8080"'];
      await assertRefused(given, response, { status: 403, code: "invalid_request", says });
    }
  });
}

const OWN: readonly Readonly<Record<string, string>>[] = [
  {},
  { origin: "http://localhost:8080" },
  { origin: "https://localhost:8080" },
  { origin: "http://localhost:8080", "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
];

for (const headers of OWN) {
  Deno.test(`createHandler takes a change when it comes with ${JSON.stringify(headers)}`, async () => {
    const response = await facade().send("POST", CANCEL, {
      headers: { host: "localhost:8080", ...headers },
    });

    strictEqual(response.status, 200);
  });
}

Deno.test("createHandler knows its own origin when the port is the scheme's own", async () => {
  const status = async (host: string, origin: string) =>
    (await facade().send("POST", CANCEL, { headers: { host, origin } })).status;

  strictEqual(await status("localhost", "http://localhost"), 200);
  strictEqual(await status("localhost:443", "https://localhost"), 200);
  strictEqual(await status("localhost:80", "https://localhost"), 403);
});

Deno.test("createHandler lets no other site read when a page asks across origins", async () => {
  const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };

  for (const method of ["GET", "OPTIONS"]) {
    const response = await facade().send(method, "/local/jobs", { headers });

    const open = [...response.headers.keys()].filter((name) => name.startsWith("access-control"));
    strictEqual(open.length, 0);
  }
});

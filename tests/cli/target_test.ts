import { deepStrictEqual, throws } from "node:assert/strict";
import { readTarget, type TargetFlags } from "../../cli/target.ts";

type Env = Readonly<Record<string, string>>;

function read(flags: TargetFlags = {}, env: Env = {}) {
  return readTarget(flags, (name) => env[name]);
}

Deno.test("readTarget is the local master when nothing is said", () => {
  deepStrictEqual(read(), { type: "master", cluster: "local", master: "sqlite:./jobmaster.db" });
});

Deno.test("readTarget takes flags before variables", () => {
  const env = { JOBMASTER_CLUSTER: "v", JOBMASTER_MASTER: "sqlite:v" };
  deepStrictEqual(read({}, env), { type: "master", cluster: "v", master: "sqlite:v" });
  deepStrictEqual(read({ cluster: "f", master: "sqlite:f" }, env), {
    type: "master",
    cluster: "f",
    master: "sqlite:f",
  });
});

Deno.test("readTarget adds the usual path when the API's address has none", () => {
  const target = (url: string) => ({ type: "api", cluster: "local", url, apiKey: null });
  deepStrictEqual(read({ api: "http://h:1" }), target("http://h:1/jm-api"));
  deepStrictEqual(read({ api: "http://h:1/" }), target("http://h:1/jm-api"));
  deepStrictEqual(read({ api: "https://h/ops/jm/" }), target("https://h/ops/jm"));
});

Deno.test("readTarget takes the API and its key from variables", () => {
  const env = { JOBMASTER_API: "http://h", JOBMASTER_API_KEY: "secret" };
  deepStrictEqual(read({}, env), {
    type: "api",
    cluster: "local",
    url: "http://h/jm-api",
    apiKey: "secret",
  });
  deepStrictEqual(read({ apiKey: "flag" }, env), { ...read({}, env), apiKey: "flag" });
});

Deno.test("readTarget lets a flag decide when both variables are set", () => {
  const env = { JOBMASTER_API: "http://v", JOBMASTER_MASTER: "sqlite:v" };
  deepStrictEqual(read({ master: "sqlite:f" }, env).type, "master");
  deepStrictEqual(read({ api: "http://f" }, env).type, "api");
});

const BAD: readonly (readonly [string, TargetFlags, Env, RegExp])[] = [
  ["both variables", {}, { JOBMASTER_API: "http://v", JOBMASTER_MASTER: "sqlite:v" }, /together/],
  ["a key without an API", { apiKey: "x" }, {}, /--api-key without --api/],
  ["a key with a line break", { api: "http://h", apiKey: "a\nb" }, {}, /printable ASCII/],
  ["an address of another kind", { api: "ftp://h" }, {}, /"ftp:\/\/h": it must be like/],
  ["no address", { api: "h" }, {}, /"h": it must be like/],
  ["a bad cluster", { cluster: "a b" }, {}, /cluster "a b"/],
];

for (const [what, flags, env, message] of BAD) {
  Deno.test(`readTarget refuses ${what}`, () => {
    throws(() => read(flags, env), { name: "JobMasterError", message });
  });
}

Deno.test("readTarget does not show the key when it is refused", () => {
  throws(() => read({ api: "http://h", apiKey: "top secret" }), (error: Error) => {
    return !error.message.includes("secret");
  });
});

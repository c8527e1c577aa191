import { deepStrictEqual, throws } from "node:assert/strict";
import { parseConfigFile } from "../../cli/config_file.ts";

Deno.test("parseConfigFile reads every name", () => {
  const config = {
    cluster: "mail",
    master: "sqlite:./mail.db",
    agents: { "nats-1": "nats://127.0.0.1:4222" },
    protectAgents: false,
    workers: [{ mode: "Full", lane: "mail", parallelism: 2, buckets: { High: 4 } }],
    jobs: ["./jobs.ts"],
    isolation: "process",
    http: { port: 9000, hostname: "127.0.0.1", basePath: "/api" },
    settings: { retention: null },
    lease: { leaseMs: 3_000, renewMs: 1_000 },
  };

  deepStrictEqual(parseConfigFile(JSON.stringify(config), "jm.json"), config);
});

Deno.test("parseConfigFile takes a single module and no server", () => {
  deepStrictEqual(parseConfigFile('{"jobs":"./a.ts","http":false}', "jm.json"), {
    jobs: "./a.ts",
    http: false,
  });
});

const BAD: readonly (readonly [string, RegExp])[] = [
  ["{", /"jm.json": it is not JSON/],
  ["[]", /it must be one JSON object/],
  ["null", /it must be one JSON object/],
  ['{"clutser":"x"}', /there is no "clutser" \(did you mean "cluster"\?\); the names are cluster,/],
  ['{"__proto__":{}}', /there is no "__proto__"/],
  ['{"logger":{}}', /there is no "logger"/],
  ['{"cluster":1}', /"cluster" must be text, not 1/],
  ['{"agents":[]}', /"agents" must be an object/],
  ['{"protectAgents":"no"}', /"protectAgents" must be true or false, not "no"/],
  ['{"workers":{}}', /"workers" must be a list of objects/],
  ['{"workers":[{"mod":"Full"}]}', /there is no "mod" in "workers" \(did you mean "mode"\?\)/],
  ['{"jobs":[1]}', /"jobs" must be text or a list of texts/],
  ['{"http":true}', /"http" must be an object or false/],
  ['{"http":{"prot":1}}', /there is no "prot" in "http" \(did you mean "port"\?\)/],
  ['{"lease":{"leaseMS":1}}', /there is no "leaseMS" in "lease" \(did you mean "leaseMs"\?\)/],
  ['{"a":1,"b":2}', /there is no "a".*there is no "b"/],
];

for (const [content, message] of BAD) {
  Deno.test(`parseConfigFile refuses ${content}`, () => {
    throws(() => parseConfigFile(content, "jm.json"), { code: "configuration_invalid", message });
  });
}

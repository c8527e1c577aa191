import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { readHttpAddress, readStartOptions, type StartFlags } from "../../cli/start_options.ts";

interface Given {
  readonly flags?: StartFlags;
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: object;
}

function read({ flags = {}, env = {}, file }: Given) {
  return readStartOptions(flags, {
    env: (name) => env[name],
    cwd: "/srv",
    readFile(path) {
      if (path === "/srv/conf/jm.json" && file !== undefined) return JSON.stringify(file);
      throw new Error(`no such file: ${path}`);
    },
  });
}

const CONFIG = { JOBMASTER_CONFIG: "conf/jm.json" };

Deno.test("readStartOptions has a default for everything when nothing is said", () => {
  deepStrictEqual(read({}), {
    cluster: "local",
    master: "sqlite:./jobmaster.db",
    agents: {},
    workers: [{}],
    jobs: [],
    http: { port: 8080, hostname: "127.0.0.1" },
  });
});

/** Per option: its flag, its variable, its name in the file, and what each of them gives. */
const SOURCES: readonly {
  readonly option:
    | "cluster"
    | "master"
    | "agents"
    | "protectAgents"
    | "workers"
    | "jobs"
    | "isolation"
    | "http";
  readonly flags: StartFlags;
  readonly env: Readonly<Record<string, string>>;
  readonly file: object;
  readonly values: readonly [flag: unknown, variable: unknown, file: unknown];
}[] = [
  {
    option: "cluster",
    flags: { cluster: "f" },
    env: { JOBMASTER_CLUSTER: "v" },
    file: { cluster: "c" },
    values: ["f", "v", "c"],
  },
  {
    option: "master",
    flags: { master: "sqlite:f" },
    env: { JOBMASTER_MASTER: "sqlite:v" },
    file: { master: "sqlite:c" },
    values: ["sqlite:f", "sqlite:v", "sqlite:c"],
  },
  {
    option: "agents",
    flags: { agent: ["a=nats://f", "b=postgres://u:p@h/d?x=y"] },
    env: { JOBMASTER_AGENT: "a=nats://v1,nats://v2 b=nats://v3,c=nats://v4" },
    file: { agents: { a: "nats://c" } },
    values: [
      { a: "nats://f", b: "postgres://u:p@h/d?x=y" },
      { a: "nats://v1,nats://v2", b: "nats://v3", c: "nats://v4" },
      { a: "nats://c" },
    ],
  },
  {
    option: "protectAgents",
    flags: { protectAgents: false },
    env: { JOBMASTER_PROTECT_AGENTS: "on" },
    file: { protectAgents: false },
    values: [false, true, false],
  },
  {
    option: "workers",
    flags: { worker: ["lane=f", "lane=g"] },
    env: { JOBMASTER_WORKER: "lane=v,mode=Drain; lane=w" },
    file: { workers: [{ lane: "c" }] },
    values: [
      [{ lane: "f" }, { lane: "g" }],
      [{ lane: "v", mode: "Drain" }, { lane: "w" }],
      [{ lane: "c" }],
    ],
  },
  {
    option: "jobs",
    flags: { jobs: ["./f.ts", "/abs/f.ts", "https://example.com/f.ts", "npm:jobs"] },
    env: { JOBMASTER_JOBS: "v.ts,w.ts x.ts" },
    file: { jobs: ["c.ts"] },
    values: [
      ["file:///srv/f.ts", "file:///abs/f.ts", "https://example.com/f.ts", "npm:jobs"],
      ["file:///srv/v.ts", "file:///srv/w.ts", "file:///srv/x.ts"],
      ["file:///srv/conf/c.ts"],
    ],
  },
  {
    option: "isolation",
    flags: { isolation: "inline" },
    env: { JOBMASTER_ISOLATION: "thread" },
    file: { isolation: "process" },
    values: ["inline", "thread", "process"],
  },
  {
    option: "http",
    flags: { http: "1" },
    env: { JOBMASTER_HTTP: "[::1]:2" },
    file: { http: { port: 3, basePath: "/api" } },
    values: [
      { port: 1, hostname: "127.0.0.1", basePath: "/api" },
      { port: 2, hostname: "::1", basePath: "/api" },
      { port: 3, hostname: "127.0.0.1", basePath: "/api" },
    ],
  },
];

for (const { option, flags, env, file, values } of SOURCES) {
  const [flag, variable, stored] = values;
  const plain = (given: Given) => {
    const value = read(given)[option];
    return option === "jobs" ? (value as readonly URL[]).map(({ href }) => href) : value;
  };

  Deno.test(`readStartOptions takes ${option} from the flag when all sources say it`, () => {
    deepStrictEqual(plain({ flags, env: { ...env, ...CONFIG }, file }), flag);
  });

  Deno.test(`readStartOptions takes ${option} from the variable when no flag says it`, () => {
    deepStrictEqual(plain({ env: { ...env, ...CONFIG }, file }), variable);
  });

  Deno.test(`readStartOptions takes ${option} from the file when only it says it`, () => {
    deepStrictEqual(plain({ flags: { config: "conf/jm.json" }, file }), stored);
  });
}

Deno.test("readStartOptions passes settings and lease of the file on", () => {
  const file = { settings: { mode: "Passive" }, lease: { leaseMs: 3_000 } };
  const { settings, lease } = read({ env: CONFIG, file });
  deepStrictEqual({ settings, lease }, file);
});

Deno.test("readStartOptions starts no worker when told so", () => {
  deepStrictEqual(read({ flags: { worker: false } }).workers, []);
  deepStrictEqual(read({ env: { JOBMASTER_WORKER: "none" } }).workers, []);
  deepStrictEqual(read({ env: CONFIG, file: { workers: [] } }).workers, []);
});

Deno.test("readStartOptions serves no HTTP when told so, unless a nearer source does", () => {
  strictEqual(read({ flags: { http: false } }).http, undefined);
  strictEqual(read({ env: { JOBMASTER_HTTP: "off" } }).http, undefined);
  strictEqual(read({ env: CONFIG, file: { http: false } }).http, undefined);
  strictEqual(read({ flags: { http: "1" }, env: { JOBMASTER_HTTP: "off" } }).http?.port, 1);
  strictEqual(read({ flags: { http: "1" }, env: CONFIG, file: { http: false } }).http?.port, 1);
});

Deno.test("readHttpAddress reads a port, alone or after a host", () => {
  deepStrictEqual(readHttpAddress("8080"), { port: 8080 });
  deepStrictEqual(readHttpAddress("0"), { port: 0 });
  deepStrictEqual(readHttpAddress("localhost:65535"), { port: 65_535, hostname: "localhost" });
  deepStrictEqual(readHttpAddress("[::1]:80"), { port: 80, hostname: "::1" });
});

for (const address of ["", "x", "65536", "-1", "1.5", "host:", ":80", "a:b:80", "http://h:80"]) {
  Deno.test(`readHttpAddress refuses ${JSON.stringify(address)}`, () => {
    throws(() => readHttpAddress(address), { code: "configuration_invalid", message: /8080/ });
  });
}

const BAD: readonly (readonly [string, Given, RegExp])[] = [
  ["an agent without a name", { flags: { agent: ["nats://x"] } }, /NAME=URL/],
  ["an agent without an address", { flags: { agent: ["a="] } }, /NAME=URL/],
  ["an agent twice", { flags: { agent: ["a=x:1", "a=x:2"] } }, /agent "a" twice/],
  ["an unknown isolation", { flags: { isolation: "vm" } }, /isolation "vm": it must be one of/],
  [
    "a missing file",
    { flags: { config: "x.json" } },
    /file "x.json": no such file: \/srv\/x.json/,
  ],
  ["a wrong file", { env: CONFIG, file: { worker: [] } }, /did you mean "workers"/],
  ["a module that is no URL", { flags: { jobs: ["https://"] } }, /module "https:\/\/"/],
];

for (const [what, given, message] of BAD) {
  Deno.test(`readStartOptions refuses ${what}`, () => {
    throws(() => read(given), { name: "JobMasterError", message });
  });
}

/**
 * Starting a node: what it refuses, and what it stores.
 */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, JobMaster, type JobMasterOptions } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const noop = defineJob({ id: "noop" }, () => {});

interface Refusal extends Error {
  readonly code: string;
  readonly problems: readonly string[];
}

function start(options: unknown): Promise<JobMaster> {
  return JobMaster.start(options as JobMasterOptions);
}

Deno.test("JobMaster.start names every problem of its options in one error", async () => {
  const options = {
    cluster: "no blanks",
    master: "oracle:somewhere",
    isolation: "container",
    jobs: [noop, defineJob({ id: "noop" }, () => {})],
    workers: [
      { mode: "Half" },
      { parallelism: 0 },
      { buckets: { Medium: 101 } },
      { lane: "x".repeat(26) },
      { bufferSize: 0 },
      { agent: "nats-1" },
    ],
    settings: { mode: "Off", transientThreshold: "1s" },
    lease: { leaseMs: 10 },
    wokers: [],
  };

  await rejects(start(options), (error: Refusal) => {
    strictEqual(error.code, "configuration_invalid");
    const words = [
      '"no blanks"',
      "oracle",
      '"container"',
      'job "noop" twice',
      '"Half"',
      "parallelism 0",
      "101",
      "xxxx",
      "bufferSize 0",
      '"nats-1"',
      "mode",
      "transientThreshold",
      "leaseMs",
      '"wokers"',
    ];
    const missing = words.filter((word) => !error.problems.some((each) => each.includes(word)));
    deepStrictEqual(missing, [], error.problems.join("\n"));
    return true;
  });
});

const REFUSED: Readonly<Record<string, [unknown, RegExp]>> = {
  "an agent connection of another kind": [
    { agents: { a: "redis://secret@h" } },
    /none of sqlite, postgres, mysql, nats/,
  ],
  "an agent connection of the reserved name": [
    { agents: { "standalone-agent-conn": "nats://h" } },
    /"standalone-agent-conn": the name is reserved/,
  ],
  "a worker without one of several agents": [
    { agents: { a: "nats://h", b: "nats://h" }, workers: [{}] },
    /without an agent: name one of the agent connections, they are a, b/,
  ],
  "a worker of an agent that is not there": [
    { agents: { a: "nats://h" }, workers: [{ agent: "b" }] },
    /worker agent "b": no agent connection has this name, they are a/,
  ],
  "a protection that is neither on nor off": [{ protectAgents: "maybe" }, /protectAgents "maybe"/],
  "a Postgres master with an unknown parameter": [
    { master: "postgres://u:secret@db/jobs?colour=red" },
    /"colour"/,
  ],
  "a MySQL master without a user": [{ master: "mysql://db/jobs" }, /without a user/],
  "a master in memory": [{ master: "sqlite::memory:" }, /needs a file/],
  "isolation without a module": [{ isolation: "process", jobs: [noop] }, /URL of the module/],
  "a module that exports no definition": [
    { jobs: new URL("../support/eventually.ts", import.meta.url) },
    /exports no job definition/,
  ],
  "a module that does not exist": [
    { jobs: new URL("./fixtures/nothing.ts", import.meta.url) },
    /Cannot import jobs/,
  ],
  "two workers of one name": [{ workers: [{ name: "a" }, { name: "A" }] }, /twice/],
  "a name with a blank": [{ workers: [{ name: "a b" }] }, /worker name/],
  "a cluster name of 51 characters": [{ cluster: "x".repeat(51) }, /1 to 50/],
};

for (const [what, [options, rule]] of Object.entries(REFUSED)) {
  Deno.test(`JobMaster.start refuses ${what}`, async () => {
    await rejects(start(options), (error: Refusal) => {
      strictEqual(error.code, "configuration_invalid");
      match(error.message, rule);
      ok(!error.message.includes("secret"));
      return true;
    });
  });
}

Deno.test("defineJob refuses names, bounds and handlers that cannot be", () => {
  const bad: (() => unknown)[] = [
    () => defineJob({ id: "" }, () => {}),
    () => defineJob({ id: "a b" }, () => {}),
    () => defineJob({ id: "x".repeat(251) }, () => {}),
    () => defineJob({ id: "a", maxRetries: 11 }, () => {}),
    () => defineJob({ id: "a", maxRetries: 0.5 }, () => {}),
    () => defineJob({ id: "a", timeout: "soon" }, () => {}),
    () => defineJob({ id: "a", priority: "Now" as "High" }, () => {}),
    () => defineJob({ id: "a", lane: "a.b" }, () => {}),
    () => defineJob({ id: "a" }, "handler" as unknown as () => void),
  ];

  for (const define of bad) {
    let code: unknown;
    try {
      define();
    } catch (error) {
      code = (error as Refusal).code;
    }
    strictEqual(code, "configuration_invalid", String(define));
  }
});

Deno.test("JobMaster.start refuses a master that cannot be opened, and leaves nothing running", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/text.db`,
    "this is not a database, and long enough to tell",
  );

  await rejects(start({ master: `sqlite:${folder.path}/missing/jobs.db` }), {
    code: "master_unavailable",
  });
  await rejects(start({ master: `sqlite:${folder.path}/text.db` }), { code: "master_unavailable" });
});

Deno.test("settings given at start are stored, those left out keep their value", async () => {
  await using cluster = await openTestCluster({
    workers: [],
    settings: { defaultMaxRetries: 5, retry: { base: "3s" } },
  });
  const settingsOf = async (node: JobMaster) => (await node.client.cluster()).settings;

  const { version } = await cluster.jm.client.cluster();
  const silent = await cluster.join({ workers: [] });
  const kept = await settingsOf(silent);
  const loud = await cluster.join({
    workers: [],
    settings: { defaultTimeout: "9s", retry: { max: "5m" } },
  });
  const changed = await settingsOf(loud);

  deepStrictEqual([kept.defaultMaxRetries, kept.retry.baseMs], [5, 3_000]);
  deepStrictEqual([changed.defaultMaxRetries, changed.defaultTimeoutMs], [5, 9_000]);
  deepStrictEqual([changed.retry.baseMs, changed.retry.maxMs], [3_000, 300_000]);
  strictEqual((await loud.client.cluster()).version, version + 1);
});

Deno.test("a node tells that it is healthy, and what it is made of", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });

  const { ready, problems, master, actors } = await cluster.jm.client.health();

  deepStrictEqual([ready, problems], [true, []]);
  ok(master !== null);
  const names = new Set(actors.map(({ name }) => name));
  for (const name of ["storage", "scheduler", "leader", "worker", "bucket_agent", "executor"]) {
    ok(names.has(name), name);
  }
  ok(actors.every(({ restarts }) => restarts === 0));
});

/** Taking an agent connection out of service: its jobs go on elsewhere, and it is removed once it is empty. */

import { deepStrictEqual as equal, match, ok, strictEqual } from "node:assert/strict";
import { createHandler, defineJob, type JobMasterError } from "../../mod.ts";
import { EXAMPLE_JOBS, openWorkplace } from "../cli/support/program.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("draining an agent connection");

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };

function refusal(call: Promise<unknown>) {
  return call.then(() => null, ({ code, message }: JobMasterError) => ({ code, message }));
}

async function bucketsOn({ jm }: TestCluster, agentConnectionId: string) {
  return await jm.client.listBuckets({ agentConnectionId });
}

function untilBuckets(cluster: TestCluster, agent: string, count: number): Promise<unknown> {
  return eventually(`${count} buckets on "${agent}"`, async () => {
    const buckets = await bucketsOn(cluster, agent);
    if (buckets.length === count) return true;
    throw new Error(buckets.map(({ id, status }) => `${id} ${status}`).join(", "));
  }, PATIENTLY);
}

/** A job that ends when it is told to, and counts its runs. */
function heldJob() {
  const runs = new Map<string, number>();
  const gate = Promise.withResolvers<void>();
  const work = defineJob({ id: "work" }, async ({ id }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1);
    await gate.promise;
  });
  return { runs, gate, work };
}

const other = AGENT_KINDS.find((kind) => kind !== "nats")!;

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: a drained one gives its jobs to others, each runs once, and it is removed`, async () => {
    await using a = await openAgentPlace(kind);
    await using b = await openAgentPlace(other);
    const { runs, gate, work } = heldJob();
    const agents = { a: a.url, b: b.url };
    await using cluster = await openTestCluster({ agents, jobs: [work], workers: [] });
    const { jm } = cluster;
    await cluster.join({ agents: { a: a.url }, jobs: [work], workers: [{ agent: "a" }] });
    await untilBuckets(cluster, "a", 5);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
    const nothing = Array.from({ length: 200 }, () => undefined);
    const first = await jm.schedule.many(work, nothing);
    const soon = await jm.schedule.many(work, nothing.slice(0, 20), { after: "3s" });
    equal(new Set(first.map((job) => job.agentConnectionId)), new Set(["a"]));
    await eventually("some to run", () => runs.size > 0, PATIENTLY);
    await cluster.join({ agents, jobs: [work], workers: [{ agent: "b" }] });
    await untilBuckets(cluster, "b", 5);

    const early = await refusal(jm.agents.remove("a"));
    const { drainingAtMs } = await jm.agents.drain("a");
    const held = await refusal(jm.agents.remove("a"));
    ok(drainingAtMs !== null && Math.abs(drainingAtMs - Date.now()) < 60_000);
    strictEqual(early?.code, "agent_connection_conflict");
    match(early!.message, /"a": it is not being drained; begin with "agents drain a"/);
    strictEqual(held?.code, "agent_connection_conflict");
    match(held!.message, /buckets? (is|are) bound to it \(\d Completing/);
    equal((await bucketsOn(cluster, "a")).filter(({ status }) => status === "Active"), []);
    const late = await jm.schedule.many(work, nothing.slice(0, 50));
    equal(late.filter((job) => job.agentConnectionId === "a"), []);
    await eventually("what waits on it to go back", async () => {
      return await jm.jobs.count({ statuses: ["AssignedToBucket"] }) < first.length / 2;
    }, PATIENTLY);
    gate.resolve();

    await untilBuckets(cluster, "a", 0);
    const all = [...first, ...soon, ...late];
    await eventually("all to succeed", async () => {
      return await jm.jobs.count({ statuses: ["Succeeded"] }) === all.length;
    }, PATIENTLY);
    equal([...runs.keys()].sort(), all.map(({ id }) => id).sort());
    equal(new Set(runs.values()), new Set([1]));
    await jm.agents.remove("a");
    equal((await jm.agents.list()).map(({ name }) => name), ["b"]);
    strictEqual((await refusal(jm.agents.remove("a")))?.code, "agent_connection_not_found");
  });
}

Deno.test("a name that was removed stands for a new store: nothing runs there until a node starts with it", async () => {
  await using one = await openAgentPlace("sqlite");
  await using two = await openAgentPlace(AGENT_KINDS.at(-1)!);
  const { runs, gate, work } = heldJob();
  gate.resolve();
  await using cluster = await openTestCluster({
    ...{ agents: { a: one.url }, jobs: [work], workers: [{ agent: "a", mode: "Full" }] },
  });
  const { jm } = cluster;
  const known = await jm.agents.get("a");
  const start = (url: string, mode: "Full" | "Drain") =>
    cluster.join({ agents: { a: url }, jobs: [work], workers: [{ agent: "a", mode }] });
  strictEqual((await refusal(start(two.url, "Full")))?.code, "configuration_invalid");

  await jm.agents.drain("a");
  const refused = await refusal(start(one.url, "Full"));
  strictEqual(refused?.code, "agent_connection_conflict");
  match(refused!.message, /workers with buckets on agent connection "a": it is being drained/);
  await (await start(one.url, "Drain")).stop(); // it takes no jobs, and empties what others lost
  await untilBuckets(cluster, "a", 0);
  await jm.agents.remove("a");

  await new Promise((resolve) => setTimeout(resolve, 2_500)); // workers look once a second
  equal([await jm.agents.list(), await bucketsOn(cluster, "a")], [[], []]);
  const next = await start(two.url, "Full");
  const again = await jm.agents.get("a");
  equal([again.fingerprint === known.fingerprint, again.drainingAtMs], [false, null]);
  await untilBuckets(cluster, "a", 5);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  strictEqual((await bucketsOn(cluster, "a")).length, 5); // none of the worker that has the old store
  const job = await next.schedule.now(work, undefined);
  await cluster.untilJob(job.id, "Succeeded");
  equal([...runs.values()], [1]);
});

Deno.test("a removed agent connection stays unknown when a node that has it comes to coordinate", async () => {
  await using place = await openAgentPlace("sqlite");
  const options = {
    agents: { a: place.url },
    workers: [{ agent: "a", mode: "Coordinator" }],
  } as const;
  await using cluster = await openTestCluster(options);
  const next = await cluster.join(options);
  const leads = (term: number) =>
    eventually(
      `term ${term}`,
      () =>
        cluster.lines.some(({ message }) =>
          message.includes(`coordinates cluster "local" (term ${term})`)
        ),
    );
  await leads(1);
  await next.agents.drain("a");
  await next.agents.remove("a");

  await cluster.jm.stop();
  await leads(2);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // it looks after its connections at once

  equal(await next.agents.list(), []);
});

Deno.test("an agent connection that is taken back has buckets again, however soon", async () => {
  await using place = await openAgentPlace("sqlite");
  const { runs, gate, work } = heldJob();
  gate.resolve();
  await using cluster = await openTestCluster({
    ...{ agents: { a: place.url }, jobs: [work], workers: [{ agent: "a" }] },
  });
  const { jm } = cluster;

  for (const pauseMs of [0, 500, 2_500]) {
    const before = (await bucketsOn(cluster, "a")).map(({ id }) => id);
    strictEqual(before.length, 5);
    await jm.agents.drain("a");
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    strictEqual((await jm.agents.resume("a")).drainingAtMs, null);

    await eventually("new buckets", async () => {
      const after = await bucketsOn(cluster, "a");
      equal(after.map(({ status }) => status), Array(5).fill("Active"));
      return after.every(({ id }) => !before.includes(id));
    }, PATIENTLY);
    const job = await jm.schedule.now(work, undefined);
    await cluster.untilJob(job.id, "Succeeded");
  }
  equal([...runs.values()], [1, 1, 1]);
});

Deno.test("remove says what is still there: messages in queues and parked ones, which may be discarded", async () => {
  await using place = await openAgentPlace("sqlite");
  await using cluster = await openTestCluster({ agents: { a: place.url }, workers: [] });
  const { jm } = cluster;
  await using transport = await place.open();
  const queue = { clusterId: "local", bucketId: "gone" };
  const park = async (id: string) => {
    await transport.push({ ...queue, messages: [{ ...queue, id, dueAtMs: 0, body: "no JSON" }] });
    const wanted = { limit: 1, dueBeforeMs: 0, leaseMs: 60_000 };
    const [delivery] = await transport.receive({ ...queue, ...wanted });
    return { receipt: delivery!.receipt, reason: "by hand" };
  };
  const leased = await park("leased");
  await transport.park({ ...queue, parked: [await park("parked")] });
  await jm.agents.drain("a");

  const both = await refusal(jm.agents.remove("a"));
  strictEqual(
    both?.message,
    'Cannot remove agent connection "a": 1 message is in its queues; 1 message is parked: ' +
      "requeue or discard them, or say --discard-parked",
  );
  const { fetch } = createHandler({ clusters: [jm.client] });
  const remove = async (query: string) => {
    const url = `http://localhost/jm-api/local/agent-connections/a${query}`;
    return await fetch(new Request(url, { method: "DELETE" }));
  };
  strictEqual((await remove("?discardParked=true")).status, 409); // the leased one
  strictEqual((await jm.agents.parked("a")).items.length, 1); // nothing was discarded for nothing
  await transport.park({ ...queue, parked: [leased] });
  const problem = await (await remove("")).json();
  equal([problem.code, problem.status], ["agent_connection_conflict", 409]);
  match(problem.detail, /"a": 2 messages are parked/);
  strictEqual((await remove("?discardParked=true")).status, 204);
  equal([await transport.countParked({ clusterId: "local" }), await jm.agents.list()], [0, []]);
});

Deno.test("the program drains, takes back and removes an agent connection", async () => {
  await using place = await openWorkplace();
  const given = ["--agent", "a=sqlite:./agent.db"];
  const node = await place.start(["--jobs", EXAMPLE_JOBS, "--http", "0", ...given]);
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await place.run(["agents", ...args]);
    return [code, stdout.trim(), stderr.trim()] as const;
  };
  const api = ["--api", node.address];

  equal(await run("drain", "a", ...api), [0, "a draining", ""]);
  match((await run("list"))[1], /DRAINING +PARKED *\na .* 20\S+Z +-$/);
  equal(await run("resume", "a"), [0, "a resumed", ""]);
  const [early, , why] = await run("remove", "a", ...api);
  equal([early, /error: .*it is not being drained/.test(why)], [5, true]);
  equal((await run("drain", "b"))[0], 3);
  equal((await run("drain", "a"))[0], 0);
  await eventually("its buckets to be gone", async () => {
    const { stdout } = await place.run(["buckets", "list", "--json"]);
    return JSON.parse(stdout).items.length === 0;
  }, PATIENTLY);
  const [away, , from] = await run("remove", "a");
  equal([away, /give it with --agent NAME=URL/.test(from)], [7, true]);
  equal(await run("remove", "a", ...given), [0, "a removed", ""]);
  equal((await run("list"))[2], "No agent connections");
});

/** Messages nobody could use: shown, put back and deleted by people. */

import { deepStrictEqual as equal, match, strictEqual } from "node:assert/strict";
import {
  createHandler,
  defineJob,
  type JobDefinition,
  type JobMasterError,
  type ParkedResource,
} from "../../mod.ts";
import type { Transport } from "../../transports/port.ts";
import { EXAMPLE_JOBS, openWorkplace } from "../cli/support/program.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("parked messages");

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };
const MEDIUM = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const HOUR_MS = 3_600_000;

/** Parks a good job by the hand of a stranger: its message is not due, so its owner has not taken it. */
async function parkJob(
  { jm }: TestCluster,
  transport: Transport,
  { work, ...job }: {
    readonly id: string;
    readonly bucketId: string;
    readonly work: JobDefinition<undefined>;
  },
): Promise<void> {
  const sample = await jm.schedule.after(work, undefined, "1d");
  const stored = { ...await jm.client.findJob(sample.id), scheduledAtMs: Date.now(), id: job.id };
  const queue = { clusterId: "local", bucketId: job.bucketId };
  const dueAtMs = Date.now() + HOUR_MS;
  const body = JSON.stringify({ v: 1, new: { ...stored, placement: null } });
  await transport.push({ ...queue, messages: [{ ...queue, id: "good", dueAtMs, body }] });
  await eventually("the message", async () => {
    const wanted = { limit: 1, dueBeforeMs: dueAtMs, leaseMs: HOUR_MS };
    const [delivery] = await transport.receive({ ...queue, ...wanted });
    if (delivery === undefined) return false;
    const parked = [{ receipt: delivery.receipt, reason: "by hand" }];
    await transport.park({ ...queue, parked });
    return true;
  }, PATIENTLY);
}

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: what is put back is received anew, what is discarded is gone`, async () => {
    await using place = await openAgentPlace(kind);
    const agents = { a: place.url };
    const runs: string[] = [];
    const work = defineJob<undefined>({ id: "work" }, ({ id }) => void runs.push(id));
    await using cluster = await openTestCluster({
      ...{ agents, jobs: [work], workers: [{ buckets: MEDIUM }] },
    });
    const { jm } = cluster;
    await using transport = await place.open();
    const [bucket] = await jm.client.listBuckets({});
    const bucketId = bucket!.id;
    const id = crypto.randomUUID();
    await parkJob(cluster, transport, { id, bucketId, work });
    const bad = { id: "bad", bucketId, dueAtMs: 0, body: "no JSON" };
    await transport.push({ clusterId: "local", messages: [bad] });
    const parked = async () => (await jm.agents.parked("a")).items.map((each) => each.messageId);
    await eventually("two parked", async () => await jm.agents.countParked("a") === 2, PATIENTLY);
    equal(await parked(), ["bad", "good"]);

    equal((await jm.agents.requeue("a", ["good", "bad", "none"])).toSorted(), ["bad", "good"]);

    await cluster.untilJob(id, "Succeeded");
    await eventually("the bad one to be parked anew", async () => {
      equal(await parked(), ["bad"]);
      return true;
    }, PATIENTLY);
    equal(runs, [id]);
    equal(await jm.agents.discard("a", ["bad"]), ["bad"]);
    equal([await parked(), await jm.agents.countParked("a")], [[], 0]);
  });
}

Deno.test("a node without the agent connection says so, and the API shows pages of what it has", async () => {
  await using place = await openAgentPlace("sqlite");
  await using cluster = await openTestCluster({ agents: { a: place.url }, workers: [{}] });
  const without = await cluster.join({ workers: [] });
  const refused = (call: Promise<unknown>) =>
    call.then(() => null, ({ code, message }: JobMasterError) => ({ code, message }));

  const away = await refused(without.agents.requeue("a", ["m"]));
  strictEqual(away?.code, "transport_unavailable");
  match(away!.message, /agent connection "a" from here: this node was started without it/);
  strictEqual((await refused(cluster.jm.agents.parked("b")))?.code, "agent_connection_not_found");
  strictEqual(await without.agents.countParked("a"), null);

  const [bucket] = await cluster.jm.client.listBuckets({});
  await using transport = await place.open();
  const messages = Array.from({ length: 5 }, (_, i) => ({
    ...{ id: `m-${i}`, bucketId: bucket!.id, dueAtMs: 0, body: `no JSON ${i}` },
  }));
  await transport.push({ clusterId: "local", messages });
  await eventually("five", async () => await cluster.jm.agents.countParked("a") === 5, PATIENTLY);
  const { fetch } = createHandler({ clusters: [cluster.jm.client] });
  const get = async (path: string) => {
    const response = await fetch(new Request(`http://localhost/jm-api/local/${path}`));
    return await response.json();
  };
  const seen: ParkedResource[] = [];
  let cursor = "";
  for (let pages = 1; pages <= 3; pages++) {
    const page = await get(`agent-connections/a/parked?limit=2${cursor}`);
    seen.push(...page.items);
    cursor = `&cursor=${page.nextCursor}`;
    strictEqual(page.nextCursor === null, pages === 3);
  }
  equal(seen.map(({ body }) => body).toSorted(), messages.map(({ body }) => body));
  strictEqual((await get("agent-connections/a")).parked, 5);
  strictEqual((await get("agent-connections")).items[0].parked, 5);
});

Deno.test("the program lists, requeues and discards parked messages, either way", async () => {
  await using place = await openWorkplace();
  await using agent = await openAgentPlace("sqlite");
  const given = ["--agent", `a=${agent.url}`];
  const node = await place.start(["--jobs", EXAMPLE_JOBS, "--http", "0", ...given]);
  await using transport = await agent.open();
  const { items } = JSON.parse((await place.run(["buckets", "list", "--json"])).stdout);
  const messages = Array.from({ length: 4 }, (_, i) => ({
    ...{ id: `m-${i}`, bucketId: items[0].id, dueAtMs: 0, body: "no JSON" },
  }));
  await transport.push({ clusterId: "local", messages });
  const count = () => transport.countParked({ clusterId: "local" });
  await eventually("four parked", async () => await count() === 4, PATIENTLY);

  for (const [index, way] of [["--api", node.address], given].entries()) {
    const listed = await place.run(["agents", "parked", "a", "--json", ...way]);
    strictEqual(listed.code, 0, listed.stderr);
    const page = JSON.parse(listed.stdout);
    equal([page.items.length, page.items[0].body, page.items[0].size], [4 - index, "no JSON", 7]);
    const some = await place.run(["agents", "discard", "a", `m-${index}`, "m-9", ...way]);
    equal([some.code, some.stdout], [8, `m-${index} discarded\n`]);
    match(some.stderr, /error: m-9 was not discarded/);
    const none = await place.run(["agents", "requeue", "a", "m-9", ...way]);
    equal([none.code, none.stdout], [3, ""]);
    const back = await place.run(["agents", "requeue", "a", "m-3", "--json", ...way]);
    equal(JSON.parse(back.stdout), { done: ["m-3"], passedOver: [] });
    await eventually("it to be parked anew", async () => await count() === 3 - index, PATIENTLY);
  }
  const text = await place.run(["agents", "parked", "a", ...given]);
  match(text.stdout, /^ID +BUCKET +PARKED +BYTES +REASON *\nm-3 .* 7 +it is no JSON/m);
  const agents = await place.run(["agents", "list", "--api", node.address]);
  match(agents.stdout, /PARKED *\na .* 2$/m);
  const unknown = await place.run(["agents", "parked", "b", "--api", node.address]);
  strictEqual(unknown.code, 3);
});

/** NATS without room for one more message: the master accepts what it refuses. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { defineJob } from "../../mod.ts";
import { AGENT_KINDS, openAgentPlace } from "../agents/agent_place.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const ROOM = { none: 1, enough: -1 };

Deno.test({
  name: "F45: what NATS has no room for is accepted by the master and runs once",
  ignore: !AGENT_KINDS.includes("nats"),
}, async () => {
  await using place = await openAgentPlace("nats");
  const { host, searchParams } = new URL(place.url);
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  await using cluster = await openTestCluster({ agents: { "nats-1": place.url }, jobs: [work] });
  const { jobs, schedule } = cluster.jm;
  const accept = (acceptance: "agent" | "durable") =>
    schedule.many(work, Array(30).fill(undefined), { acceptance });
  const offered = async () =>
    (await schedule.now(work, undefined, { acceptance: "agent" })).acceptance;
  await eventually("a bucket", async () => await offered() === "acknowledged", PATIENTLY);
  await using stack = new AsyncDisposableStack();
  const connection = stack.adopt(await connect({ servers: host }), (each) => each.close());
  const { streams } = await jetstreamManager(connection);
  const giveRoom = (bytes: number) =>
    streams.update(searchParams.get("stream")!, { max_bytes: bytes });

  await giveRoom(ROOM.none);
  const refused = [...await accept("agent"), ...await accept("durable")];
  await giveRoom(ROOM.enough);
  await eventually("room again", async () => await offered() === "acknowledged", PATIENTLY);

  await eventually("them to succeed", async () => {
    const ended = await Promise.all(refused.map(({ id }) => jobs.get(id)));
    return ended.every(({ status }) => status === "Succeeded");
  }, { ...PATIENTLY, timeoutMs: 120_000 }); // the master is read once a minute

  equal(new Set(refused.map(({ acceptance }) => acceptance)), new Set(["durable"]));
  equal(refused.map(({ id }) => runs.get(id)), refused.map(() => 1));
});

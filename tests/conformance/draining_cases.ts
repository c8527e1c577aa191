/** Promises of `AgentStore.drain`, `resume` and `seen`, and of buckets on an agent connection that drains. */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Bucket } from "../../core/bucket.ts";
import type { Master } from "../../storage/port.ts";
import { aBucket, AT_MS, newJob } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

const CLUSTER = { clusterId: "c-1" } as const;
const AGENT = {
  product: "NATS 2.9.10",
  address: "nats://127.0.0.1:4222/JOBMASTER",
  fingerprint: "f".repeat(32),
};

function register(master: Master, name: string, clusterId = "c-1") {
  const agent = { ...AGENT, name };
  return master.agents.register({ clusterId, agent, replace: false, nowMs: AT_MS });
}

function drain(master: Master, name: string, nowMs = AT_MS + 9) {
  return master.agents.drain({ ...CLUSTER, name, nowMs });
}

async function statuses(master: Master): Promise<Readonly<Record<string, Bucket["status"]>>> {
  const buckets = await master.buckets.list({ ...CLUSTER, filter: {}, limit: 99 });
  return Object.fromEntries(buckets.map(({ id, status }) => [id, status]));
}

/** Promises about agent connections that drain. */
export const drainingCases: readonly MasterCase[] = [
  {
    name: "agents.drain marks an agent connection once, and agents.resume takes the mark away",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      for (const name of ["nats-1", "nats-2"]) await register(master, name);
      await register(master, "nats-1", "c-2");
      const marks = async () =>
        (await master.agents.list({ ...CLUSTER, limit: 9 })).map((each) => each.drainingAtMs);

      const first = await drain(master, "nats-1");
      const again = await drain(master, "nats-1", AT_MS + 20);
      equal([first!.drainingAtMs, first!.name, again], [AT_MS + 9, "nats-1", first]);
      equal(await marks(), [AT_MS + 9, null]);
      const { agent } = await register(master, "nats-1"); // a node that starts does not end it
      equal(agent.drainingAtMs, AT_MS + 9);
      const [other] = await master.agents.list({ clusterId: "c-2", limit: 9 });
      equal(other!.drainingAtMs, null);

      const resumed = await master.agents.resume({ ...CLUSTER, name: "nats-1" });
      equal(resumed, { ...first!, drainingAtMs: null });
      equal(await master.agents.resume({ ...CLUSTER, name: "nats-1" }), resumed);
      equal(await marks(), [null, null]);
      equal(await drain(master, "nobody"), null);
      equal(await master.agents.resume({ ...CLUSTER, name: "nobody" }), null);
    },
  },
  {
    name:
      "agents.drain moves the Active buckets of its agent connection to Completing, and no others",
    async run(master) {
      const scene = await Scene.open(master);
      for (const id of ["b-2", "b-3"]) await scene.makeBucket({ id, agentConnectionId: "nats-1" });
      const lost = await scene.makeBucket({ id: "b-4", agentConnectionId: "nats-1" });
      const proof = { ...CLUSTER, bucketId: lost.id, epoch: lost.epoch };
      await master.buckets.step({ ...proof, from: "Active", to: "Lost", nowMs: AT_MS });
      await scene.makeBucket({ id: "b-5", agentConnectionId: "nats-2" });
      await register(master, "nats-1");

      await drain(master, "nats-1");

      equal(await statuses(master), {
        ...{ "b-1": "Active", "b-2": "Completing", "b-3": "Completing" },
        ...{ "b-4": "Lost", "b-5": "Active" },
      });
      const bucket = await master.buckets.find({ ...CLUSTER, bucketId: "b-2" });
      equal([bucket!.epoch, bucket!.workerId, bucket!.statusChangedAtMs], [1, "w-1", AT_MS + 9]);
      await master.agents.resume({ ...CLUSTER, name: "nats-1" });
      equal((await statuses(master))["b-2"], "Completing");
    },
  },
  {
    name: "a job that is placed in a bucket of an agent connection that drains is held",
    async run(master) {
      const scene = await Scene.open(master);
      const { id, epoch } = await scene.makeBucket({ id: "b-2", agentConnectionId: "nats-1" });
      await register(master, "nats-1");
      await drain(master, "nats-1");
      const placement = { bucketId: id, epoch, claim: false };

      const inserted = await master.jobs.insert({ ...CLUSTER, jobs: [newJob({ placement })] });

      equal(inserted.outcome, "accepted");
      const [job] = inserted.outcome === "accepted" ? inserted.jobs : [];
      equal([job!.job.status, job!.job.bucketId], ["HeldOnMaster", null]);
    },
  },
  {
    name:
      "buckets.create makes none on an agent connection that drains, and some again once it is taken back",
    async run(master) {
      const scene = await Scene.open(master);
      const { incarnation } = scene.worker;
      await register(master, "nats-1");
      await drain(master, "nats-1");
      const buckets = [
        aBucket({ id: "b-2", incarnation, agentConnectionId: "nats-2" }),
        aBucket({ id: "b-3", incarnation, agentConnectionId: "nats-1" }),
      ];
      const create = () => master.buckets.create({ ...CLUSTER, buckets });

      equal(await create(), "agent_draining");
      equal(Object.keys(await statuses(master)), ["b-1"]);
      await master.agents.resume({ ...CLUSTER, name: "nats-1" });
      equal((await create()).length, 2);
    },
  },
  {
    name: "buckets.create and agents.drain at the same time leave no bucket Active",
    async run(master) {
      const scene = await Scene.open(master);
      const { incarnation } = scene.worker;
      for (let round = 0; round < 10; round++) {
        const name = `nats-${round}`;
        await register(master, name);
        const create = (id: string) => {
          const bucket = aBucket({ id, incarnation, agentConnectionId: name });
          return master.buckets.create({ ...CLUSTER, buckets: [bucket] });
        };

        const ids = Array.from({ length: 4 }, (_, i) => `b-${round}-${i}`);
        await Promise.all([
          ...ids.slice(0, 2).map(create),
          drain(master, name),
          ...ids.slice(2).map(create),
        ]);

        const filter = { agentConnectionId: name, statuses: ["Active"] as const };
        equal(await master.buckets.list({ ...CLUSTER, filter, limit: 9 }), []);
      }
    },
  },
  {
    name: "agents.seen notes what is known with its fingerprint, and makes nothing known",
    async run(master) {
      await Scene.open(master);
      const { agent } = await register(master, "nats-1");
      const seen = (name: string, given: Partial<typeof AGENT>, nowMs: number) =>
        master.agents.seen({ ...CLUSTER, agent: { ...AGENT, name, ...given }, nowMs });

      equal(await seen("nats-1", { product: "NATS 3" }, AT_MS + 5), "noted");
      equal(await seen("nats-1", { product: "NATS 3" }, AT_MS + 3), "noted");
      equal(await seen("nats-1", { fingerprint: "0" }, AT_MS + 7), "conflict");
      equal(await seen("nats-2", {}, AT_MS + 7), "not_found");

      const known = { ...agent, product: "NATS 3", seenAtMs: AT_MS + 5 };
      equal(await master.agents.list({ ...CLUSTER, limit: 9 }), [known]);
    },
  },
  {
    name: "an agent connection that was removed is new when it is registered again",
    async run(master) {
      await Scene.open(master);
      await register(master, "nats-1");
      await drain(master, "nats-1");
      equal(await master.agents.remove({ ...CLUSTER, name: "nats-1" }), "removed");

      const agent = { ...AGENT, name: "nats-1", fingerprint: "1".repeat(32) };
      const nowMs = AT_MS + 50;
      const again = await master.agents.register({ ...CLUSTER, agent, replace: false, nowMs });

      const made = { ...agent, ...CLUSTER, createdAtMs: nowMs, seenAtMs: nowMs };
      equal(again, { outcome: "registered", agent: { ...made, drainingAtMs: null } });
    },
  },
];

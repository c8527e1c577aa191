/** Promises of `AgentStore`. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { AT_MS } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

const CLUSTER = { clusterId: "c-1" } as const;
const AGENT = {
  name: "nats-1",
  product: "NATS 2.9.10",
  address: "nats://127.0.0.1:4222/JOBMASTER",
  fingerprint: "f".repeat(32),
};

/** Promises of `agents.register`, `list` and `remove`. */
export const agentCases: readonly MasterCase[] = [
  {
    name: "agents.register makes an agent connection known, once",
    async run(master) {
      await Scene.open(master);
      const register = { ...CLUSTER, agent: AGENT, replace: false, nowMs: AT_MS };

      const first = await master.agents.register(register);
      const again = await master.agents.register({ ...register, nowMs: AT_MS + 5 });
      const earlier = await master.agents.register({ ...register, nowMs: AT_MS + 3 });

      const known = {
        ...{ ...AGENT, clusterId: "c-1", createdAtMs: AT_MS, seenAtMs: AT_MS },
        drainingAtMs: null,
      };
      equal(first, { outcome: "registered", agent: known });
      equal(again, { outcome: "registered", agent: { ...known, seenAtMs: AT_MS + 5 } });
      equal(earlier, again);
      equal(await master.agents.list({ ...CLUSTER, limit: 10 }), [again.agent]);
    },
  },
  {
    name: "agents.register refuses another fingerprint, unless it is to replace the stored one",
    async run(master) {
      await Scene.open(master);
      const { agent: known } = await master.agents.register({
        ...{ ...CLUSTER, agent: AGENT, replace: false, nowMs: AT_MS },
      });
      const other = { ...AGENT, fingerprint: "0".repeat(32), address: "nats://elsewhere:4222/X" };
      const register = { ...CLUSTER, agent: other, nowMs: AT_MS + 1 };

      const refused = await master.agents.register({ ...register, replace: false });
      equal(refused, { outcome: "conflict", agent: known });
      equal(await master.agents.list({ ...CLUSTER, limit: 10 }), [known]);

      const replaced = await master.agents.register({ ...register, replace: true });
      const agent = {
        ...{ ...other, clusterId: "c-1", createdAtMs: AT_MS, seenAtMs: AT_MS + 1 },
        drainingAtMs: null,
      };
      equal(replaced, { outcome: "registered", agent });
      equal(await master.agents.list({ ...CLUSTER, limit: 10 }), [agent]);
    },
  },
  {
    name: "agents.register lets one of many win when their fingerprints differ",
    async run(master) {
      await Scene.open(master);

      const results = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          master.agents.register({
            ...CLUSTER,
            agent: { ...AGENT, fingerprint: String(i).repeat(32) },
            replace: false,
            nowMs: AT_MS,
          })),
      );

      const won = results.filter(({ outcome }) => outcome === "registered");
      equal(won.length, 1);
      equal(new Set(results.map(({ agent }) => agent.fingerprint)).size, 1);
    },
  },
  {
    name: "agents.list answers one cluster's, by name, up to its limit",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      const register = (clusterId: string, name: string) =>
        master.agents.register({
          ...{ clusterId, agent: { ...AGENT, name }, replace: false, nowMs: AT_MS },
        });
      for (const name of ["b", "a", "C"]) await register("c-1", name);
      await register("c-2", "d");
      const names = async (limit: number) =>
        (await master.agents.list({ ...CLUSTER, limit })).map(({ name }) => name);

      equal([await names(10), await names(2)], [["C", "a", "b"], ["C", "a"]]);
    },
  },
  {
    name: "agents.remove forgets one that no bucket is bound to",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.makeBucket({ id: "b-9", agentConnectionId: "nats-1" });
      for (const name of ["nats-1", "nats-2"]) {
        await master.agents.register({
          ...{ ...CLUSTER, agent: { ...AGENT, name }, replace: false, nowMs: AT_MS },
        });
      }
      const remove = (name: string) => master.agents.remove({ ...CLUSTER, name });

      equal(
        [await remove("nats-1"), await remove("nats-2"), await remove("nats-2")],
        ["in_use", "removed", "not_found"],
      );
      equal((await master.agents.list({ ...CLUSTER, limit: 9 })).map(({ name }) => name), [
        "nats-1",
      ]);
    },
  },
];

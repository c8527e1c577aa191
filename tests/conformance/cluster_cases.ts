/**
 * Promises of clusters, their settings and definitions, and of the master as a whole.
 *
 * @module
 */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { aDefinition, AT_MS, settings } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

const ODD_SETTINGS = settings({
  mode: "Passive",
  defaultTimeoutMs: 1,
  defaultMaxRetries: 0,
  transientThresholdMs: 10_000,
  maxPayloadBytes: -1,
  timeZone: "Europe/Lisbon",
  retentionMs: null,
  retry: { baseMs: 0, factor: 1.25, maxMs: 2 ** 53 - 1, jitter: "none" },
});

/** Promises of `clusters` and `watch`. */
export const clusterCases: readonly MasterCase[] = [
  {
    name: "clusters.ensure makes the cluster once and answers it as stored",
    async run(master) {
      const ensure = (mode: "Passive" | "Active", nowMs: number) =>
        master.clusters.ensure({
          clusterId: "c-1",
          settings: { ...ODD_SETTINGS, mode },
          nowMs,
        });

      const made = await ensure("Passive", AT_MS);
      const again = await ensure("Active", AT_MS + 1);

      equal(made, {
        id: "c-1",
        settings: ODD_SETTINGS,
        version: 1,
        createdAtMs: AT_MS,
        updatedAtMs: AT_MS,
      });
      equal(again, made);
      equal(await master.clusters.find({ clusterId: "c-1" }), made);
      equal(await master.clusters.find({ clusterId: "C-1" }), null);
    },
  },
  {
    name: "clusters.ensure makes one cluster when many nodes start at the same time",
    async run(master) {
      const starts = Array.from({ length: 8 }, (_, i) =>
        master.clusters.ensure({
          clusterId: "c-1",
          settings: settings({ defaultMaxRetries: i }),
          nowMs: AT_MS + i,
        }));

      const [first, ...others] = await Promise.all(starts);

      for (const other of others) equal(other, first);
    },
  },
  {
    name: "clusters.list answers every cluster, by id, up to its limit",
    async run(master) {
      for (const clusterId of ["c-10", "C-5", "c-9", "ärger"]) {
        await master.clusters.ensure({ clusterId, settings: settings(), nowMs: AT_MS });
      }
      const list = async (limit: number) =>
        (await master.clusters.list({ limit })).map(({ id }) => id);

      equal(await list(9), ["C-5", "c-10", "c-9", "ärger"]);
      equal(await list(2), ["C-5", "c-10"]);
      const found = await master.clusters.find({ clusterId: "c-9" });
      equal((await master.clusters.list({ limit: 9 }))[2], found);
    },
  },
  {
    name: "clusters.update replaces the settings and counts the version up",
    async run(master) {
      const scene = await Scene.open(master);
      await Scene.open(master, "c-2");
      const before = (await master.clusters.find({ clusterId: scene.clusterId }))!;
      const change = { clusterId: "c-1", settings: ODD_SETTINGS, nowMs: AT_MS + 9 };

      const updated = await master.clusters.update({ ...change, version: before.version });

      const expected = { ...before, settings: ODD_SETTINGS, version: 2, updatedAtMs: AT_MS + 9 };
      equal(updated, expected);
      equal(await master.clusters.find({ clusterId: "c-1" }), expected);
      equal(await master.clusters.find({ clusterId: "c-2" }), { ...before, id: "c-2" });
    },
  },
  {
    name: "clusters.update answers conflict when the version is another one or the cluster unknown",
    async run(master) {
      await Scene.open(master);
      const before = (await master.clusters.find({ clusterId: "c-1" }))!;
      const change = { settings: ODD_SETTINGS, nowMs: AT_MS + 9 };
      const update = (clusterId: string, version: number) =>
        master.clusters.update({ clusterId, version, ...change });

      equal(await update("c-1", before.version + 1), "conflict");
      equal(await update("c-1", before.version - 1), "conflict");
      equal(await update("c-9", 1), "conflict");

      equal(await master.clusters.find({ clusterId: "c-1" }), before);
      equal(await master.clusters.find({ clusterId: "c-9" }), null);
    },
  },
  {
    name: "clusters.update is done once when many start from the same version",
    async run(master) {
      await Scene.open(master);
      const updates = Array.from({ length: 8 }, (_, i) =>
        master.clusters.update({
          clusterId: "c-1",
          version: 1,
          settings: settings({ defaultMaxRetries: i }),
          nowMs: AT_MS + i,
        }));

      const answers = await Promise.all(updates);

      const won = answers.filter((answer) => answer !== "conflict");
      equal(won, [await master.clusters.find({ clusterId: "c-1" })]);
    },
  },
  {
    name: "clusters.saveDefinitions stores whole definitions; a later one replaces an earlier one",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      const full = aDefinition({
        id: "report.build",
        timeoutMs: 5,
        maxRetries: 0,
        retry: { baseMs: 1, factor: 3, maxMs: 9, jitter: "full" },
        priority: "VeryLow",
        lane: "slow",
        metadata: { tenant: "acme", "a.b": 1.5, "it's": true },
      });
      const plain = aDefinition({ id: "mail.send" });
      const save = (clusterId: string, ...definitions: readonly typeof full[]) =>
        master.clusters.saveDefinitions({ clusterId, definitions, nowMs: AT_MS });
      const list = (clusterId: string, limit = 9) =>
        master.clusters.listDefinitions({ clusterId, limit });

      await save("c-1", full, plain);
      equal(await list("c-1"), [plain, full]);
      equal(await list("c-1", 1), [plain]);
      const changed = { ...aDefinition({ id: full.id }), lane: "fast" };
      await save("c-1", aDefinition({ id: full.id, lane: "lost" }), changed);
      await save("c-1");
      equal(await list("c-1"), [plain, changed]);
      equal(await list("c-2"), []);
    },
  },
  {
    name: "clusters.health answers product, schema and the database's clock",
    async run(master, { elapse }) {
      const before = await master.clusters.health();
      await elapse(15);
      const after = await master.clusters.health();

      ok(before.product.length > 0 && before.schemaVersion >= 1);
      equal({ ...after, clockMs: before.clockMs }, before);
      ok(after.clockMs >= before.clockMs + 15);
    },
  },
  {
    name: "watch answers a handle that may be disposed of twice",
    async run(master) {
      const scene = await Scene.open(master);
      let calls = 0;
      const watch = master.watch(() => calls++);
      watch[Symbol.dispose]();
      watch[Symbol.dispose]();

      await scene.held();

      equal(calls, 0);
    },
  },
];

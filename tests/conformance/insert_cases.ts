/**
 * Promises of storing jobs: whole records, ids, unique keys, clusters.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { AT_MS, heldJob, jobId, newJob, newJobs, settings } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** Promises of `jobs.insert`. */
export const insertCases: readonly MasterCase[] = [
  {
    name: "jobs.insert answers and stores the whole job when every field is set",
    async run(master) {
      await Scene.open(master);
      const job = newJob({
        definitionId: "report.build",
        priority: "Critical",
        lane: "slow",
        data: '{"b":1,  "a":[1.0,"ä"]}',
        metadata: { tenant: "acme", size: 1.5, urgent: true },
        triggerSource: "StaticRecurring",
        scheduleId: "nightly",
        uniqueKey: "nightly@1",
        originalScheduledAtMs: AT_MS - 7,
        maxRetries: 0,
        timeoutMs: 1,
        retry: { baseMs: 1, factor: 1.5, maxMs: 9, jitter: "none" },
      });
      const expected = { ...heldJob(job), lastAttempt: 1 };

      const result = await master.jobs.insert({ clusterId: "c-1", jobs: [job] });

      const jobs = [{ id: job.id, created: true, job: expected }];
      equal(result, { outcome: "accepted", jobs });
      equal(await master.queries.find({ clusterId: "c-1", jobId: job.id }), expected);
    },
  },
  {
    name: "jobs.insert, find, list and fetch answer one and the same record",
    async run(master) {
      const scene = await Scene.open(master);
      const inserted = await scene.assigned({ metadata: { a: 1 }, uniqueKey: "k" });

      const listed = await master.queries.list({
        clusterId: "c-1",
        filter: {},
        sort: { by: "createdAt", direction: "asc" },
        cursor: null,
        limit: 10,
      });
      const due = { dueBeforeMs: AT_MS, limit: 10 };

      equal(listed, { items: [inserted], nextCursor: null });
      equal(await master.jobs.fetch({ ...scene.proof(), ...due }), [inserted]);
      equal(await scene.find(inserted.id), inserted);
    },
  },
  {
    name: "jobs.insert answers the stored job when the id is stored",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.processing({ data: '"first"' });

      const again = await scene.insert({ data: '"second"', metadata: { other: true } });

      equal(again, [{ id: first.id, created: false, job: first }]);
      equal(await scene.find(first.id), first);
    },
  },
  {
    name: "jobs.insert keeps the first job when an id stands twice in one call",
    async run(master) {
      const scene = await Scene.open(master);

      const [first, second] = await scene.insert({ data: "1" }, { data: "2" });

      equal(first, { id: jobId(1), created: true, job: heldJob(newJob({ data: "1" })) });
      equal(second, { ...first, created: false });
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 1);
    },
  },
  {
    name: "jobs.insert answers the holder of a unique key when it is stored",
    async run(master) {
      const scene = await Scene.open(master);
      const holder = await scene.held({ id: jobId(1), uniqueKey: "k" });

      const again = await scene.insert({ id: jobId(2), uniqueKey: "k" });

      equal(again, [{ id: jobId(2), created: false, job: holder }]);
      equal(await master.queries.find({ clusterId: "c-1", jobId: jobId(2) }), null);
    },
  },
  {
    name: "jobs.insert keeps the first job when a unique key stands twice in one call",
    async run(master) {
      const scene = await Scene.open(master);

      const [first, second, third] = await scene.insert(
        { id: jobId(1), uniqueKey: "k" },
        { id: jobId(2), uniqueKey: "k" },
        { id: jobId(3), uniqueKey: "other" },
      );

      equal([first!.created, second!.created, third!.created], [true, false, true]);
      equal(second, { id: jobId(2), created: false, job: first!.job });
    },
  },
  {
    name: "jobs.insert answers the holder of an occurrence when a later job took the unique key",
    async run(master) {
      const scene = await Scene.open(master);
      const occurrence = { scheduleId: "s-1", occurrenceAtMs: AT_MS };
      const holder = await scene.held({ id: jobId(1), ...occurrence });

      const [refused, later] = await scene.insert(
        { id: jobId(2), ...occurrence, uniqueKey: "k" },
        { id: jobId(3), uniqueKey: "k" },
      );

      equal(refused, { id: jobId(2), created: false, job: holder });
      equal(later!.created, true);
    },
  },
  {
    name: "jobs.insert keeps the first job of an occurrence when the second has a unique key",
    async run(master) {
      const scene = await Scene.open(master);
      const occurrence = { scheduleId: "s-1", occurrenceAtMs: AT_MS };

      const [first, second] = await scene.insert(
        { id: jobId(1), ...occurrence, uniqueKey: null },
        { id: jobId(2), ...occurrence, uniqueKey: "k" },
      );

      equal(first!.created, true);
      equal(second, { id: jobId(2), created: false, job: first!.job });
    },
  },
  {
    name:
      "jobs.insert takes a unique key again in another definition or cluster, and many jobs without one",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      await scene.held({ id: jobId(1), uniqueKey: "k" });

      const same = await scene.insert(
        { id: jobId(2), uniqueKey: "k", definitionId: "mail.other" },
        { id: jobId(3), uniqueKey: null },
        { id: jobId(4), uniqueKey: null },
      );
      const elsewhere = await other.insert({ id: jobId(2), uniqueKey: "k" });

      equal([...same, ...elsewhere].map(({ created }) => created), [true, true, true, true]);
    },
  },
  {
    name: "jobs.insert holds a unique key for as long as its job is stored",
    async run(master) {
      const scene = await Scene.open(master);
      const done = await scene.final("Succeeded", { uniqueKey: "k" });
      const [refused] = await scene.insert({ id: jobId(2), uniqueKey: "k" });
      await scene.change(done.id, { type: "remove" });

      const [taken] = await scene.insert({ id: jobId(3), uniqueKey: "k" });

      equal(refused, { id: jobId(2), created: false, job: done });
      equal(taken!.created, true);
    },
  },
  {
    name: "jobs.insert prefers the id when id and unique key are held by two jobs",
    async run(master) {
      const scene = await Scene.open(master);
      const byId = await scene.held({ id: jobId(1), uniqueKey: "one" });
      await scene.held({ id: jobId(2), uniqueKey: "two" });

      const again = await scene.insert({ id: jobId(1), uniqueKey: "two" });

      equal(again, [{ id: jobId(1), created: false, job: byId }]);
    },
  },
  {
    name: "jobs.insert keeps clusters apart when ids are equal",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const here = await scene.held({ data: '"here"' });

      const there = await other.held({ data: '"there"' });

      equal(there, { ...here, clusterId: "c-2", data: '"there"' });
      equal(await scene.find(here.id), here);
    },
  },
  {
    name: "jobs.insert answers cluster_not_found when the cluster was never made",
    async run(master) {
      const result = await master.jobs.insert({ clusterId: "nobody", jobs: [newJob()] });

      equal(result, { outcome: "cluster_not_found" });
      equal(await master.queries.find({ clusterId: "nobody", jobId: jobId(1) }), null);
    },
  },
  {
    name: "jobs.insert refuses in an Archived cluster and stores nothing",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.setMode("Archived");

      const result = await master.jobs.insert({ clusterId: "c-1", jobs: [newJob()] });

      equal(result, { outcome: "cluster_archived" });
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 0);
    },
  },
  {
    name: "jobs.insert answers in the order of the call when it takes as many jobs as it may",
    async run(master) {
      await Scene.open(master);
      const { maxBatch } = master.capabilities;
      const jobs = newJobs(maxBatch).toReversed();

      const result = await master.jobs.insert({ clusterId: "c-1", jobs });

      const expected = jobs.map((job) => ({ id: job.id, created: true, job: heldJob(job) }));
      equal(result, { outcome: "accepted", jobs: expected });
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), maxBatch);
    },
  },
  {
    name:
      "jobs.insert throws invalid_request and stores nothing when it is given more than maxBatch",
    async run(master) {
      await Scene.open(master);
      const jobs = newJobs(master.capabilities.maxBatch + 1);

      await rejects(master.jobs.insert({ clusterId: "c-1", jobs }), { code: "invalid_request" });

      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 0);
    },
  },
  {
    name: "jobs.insert grants a unique key once when many insert at the same time",
    async run(master) {
      const scene = await Scene.open(master);
      const inserts = Array.from(
        { length: 20 },
        (_, i) => scene.insert({ id: jobId(i + 1), uniqueKey: "k" }),
      );

      const results = (await Promise.all(inserts)).flat();

      const winner = results.find(({ created }) => created)!;
      equal(results.filter(({ created }) => created).length, 1);
      equal(results.every(({ job }) => job.id === winner.id), true);
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 1);
    },
  },
  {
    name: "jobs.insert takes jobs again when an Archived cluster became Active",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.setMode("Archived");
      const { version } = (await master.clusters.find({ clusterId: "c-1" }))!;
      const change = { clusterId: "c-1", settings: settings(), version, nowMs: AT_MS };
      await master.clusters.update(change);

      equal((await scene.insert({}))[0]!.created, true);
    },
  },
];

/**
 * Bugs that break a promise, each as one change of the sources, and who must notice it.
 *
 * @module
 */

/** A change of one place in one file. */
export interface Edit {
  /** The file. */
  readonly file: string;
  /** What is written there once. */
  readonly from: string;
  /** What stands there instead. */
  readonly to: string;
}

/** A bug. */
export interface PlantedBug {
  /** What is broken. */
  readonly name: string;
  /** The changes that break it. */
  readonly edits: readonly Edit[];
  /** Who notices: the simulation, or a file of tests. */
  readonly caughtBy: "simulation" | `tests/${string}`;
}

const MEMORY = "tests/support/memory_master";

/** The bugs. The simulated master is a model that passes the conformance suite of the real ones; bugs of stores are planted in it. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "attempts are settled whatever epoch and number they carry",
    edits: [{
      file: `${MEMORY}/memory_endings.ts`,
      from:
        "if (bucket?.epoch !== settlement.epoch || job.attempts !== settlement.attempt) return null;",
      to: "if (bucket === undefined) return null;",
    }],
    caughtBy: "simulation",
  },
  {
    name: "jobs are claimed under an old epoch",
    edits: [{
      file: `${MEMORY}/memory_state.ts`,
      from: "return bucket !== undefined && bucket.epoch === proof.epoch ? bucket : null;",
      to: "return bucket ?? null;",
    }],
    caughtBy: "simulation",
  },
  {
    name: "a message is acknowledged before its job is saved",
    edits: [{
      file: "actors/bucket_inbox.ts",
      from: "    const result = await store.jobs.insert({ clusterId, jobs });\n",
      to:
        "    await transport!.ack({ clusterId, bucketId, receipts: offered.map(({ receipt }) => receipt) });\n" +
        "    const result = await store.jobs.insert({ clusterId, jobs });\n",
    }],
    caughtBy: "simulation",
  },
  {
    name: "the lease is never renewed",
    edits: [{
      file: "actors/heartbeat.ts",
      from: 'context.sendInterval(args.renewMs, { type: "beat" });',
      to: "",
    }],
    caughtBy: "simulation",
  },
  {
    name: "handlers are called without trust in the lease",
    edits: [{
      file: "actors/executor.ts",
      from: "return context.clock.monotonic() < trustedUntilMono;",
      to: "return context.clock.monotonic() < trustedUntilMono + 1e9;",
    }],
    caughtBy: "simulation",
  },
  {
    name: "trust counts from the answer of the renewal, not from its sending",
    edits: [{
      file: "actors/heartbeat.ts",
      from: "if (!state.lost) state.sentAtMono = sentAtMono;",
      to: "if (!state.lost) state.sentAtMono = context.clock.monotonic();",
    }],
    caughtBy: "tests/actors/heartbeat_test.ts",
  },
  {
    name: "running handlers are not told that the lease is lost",
    edits: [{
      file: "actors/worker.ts",
      from:
        '  for (const agent of state.agents.values()) agent.tell({ type: "interrupt", code: "lease_lost" });\n',
      to: "",
    }],
    caughtBy: "simulation",
  },
  {
    name: "the end of trust waits for an answer of the master",
    edits: [{
      file: "actors/worker.ts",
      from: 'const pulse = state.heartbeat.ask({ type: "pulse" }, { timeoutMs: LOOK_EVERY_MS });',
      to: "const pulse = state.store.clusters.find({ clusterId: state.args.clusterId })\n" +
        '    .then(() => state.heartbeat.ask({ type: "pulse" }, { timeoutMs: LOOK_EVERY_MS }));',
    }],
    caughtBy: "simulation",
  },
  {
    name: "a worker that cannot start ends its node",
    edits: [{
      file: "actors/node.ts",
      from: "maxRestarts: Infinity, withinMs: 60_000, backoffMs: 50",
      to: "",
    }],
    caughtBy: "simulation",
  },
  {
    name: "what dead workers held is never taken back",
    edits: [{
      file: "actors/drainer.ts",
      from: "const total = await reclaimAll(context, store, proof);",
      to: "const total = { moved: 0, crashed: 0 };\n  await Promise.resolve(reclaimAll);",
    }],
    caughtBy: "simulation",
  },
  {
    name: "a crash does not count as an attempt",
    edits: [{
      file: `${MEMORY}/memory_endings.ts`,
      from:
        'else if (job.status === "Queued" && job.crashes > 0) giveBack(rows, job, input.nowMs);',
      to: "else if (job.attempts > 0) giveBack(rows, job, input.nowMs);",
    }],
    caughtBy: "simulation",
  },
  {
    name: "a job that only the agent connection has runs without a look at the master",
    edits: [{
      file: "actors/bucket_inbox.ts",
      from:
        "const known = new Set((await store.queries.findMany({ clusterId, jobIds })).map(({ id }) => id));",
      to: "const known = new Set<string>(jobIds.slice(0, 0));\n  await Promise.resolve(store);",
    }],
    caughtBy: "simulation",
  },
  {
    name: "nobody is told that a machine's clock is wrong",
    edits: [{
      file: "actors/timekeeper.ts",
      from: "  report(context, state);\n",
      to: "",
    }],
    caughtBy: "tests/actors/timekeeper_test.ts",
  },
  {
    name: "a node reads its master's clock once and never again",
    edits: [{
      file: "actors/timekeeper.ts",
      from: "clock.set({ clockMs,",
      to: "if (state.saidMs === 0) clock.set({ clockMs,",
    }],
    caughtBy: "tests/actors/timekeeper_test.ts",
  },
  {
    name: "a heartbeat says nothing while a renewal is under way",
    edits: [{
      file: "actors/heartbeat.ts",
      from: ", concurrency: 8 }",
      to: " }",
    }],
    caughtBy: "tests/actors/heartbeat_test.ts",
  },
  {
    name: "nodes live by their own clocks",
    edits: [{
      file: "actors/cluster_clock.ts",
      from: "this.#aheadMs = Math.min(Math.max(this.#aheadMs, least), most);",
      to: "this.#aheadMs += 0 * (least + most);",
    }],
    caughtBy: "simulation",
  },
  {
    name: "SQLite settles attempts of former owners",
    edits: [{
      file: "storage/sqlite/job_settling.ts",
      from: "const owned = bucketOf(bucketId)?.epoch === epoch;",
      to: "const owned = (bucketOf(bucketId)?.epoch ?? 0) >= epoch;",
    }],
    caughtBy: "tests/conformance/sqlite_test.ts",
  },
  {
    name: "SQLite believes the proof of any owner",
    edits: [{
      file: "storage/sqlite/proofs.ts",
      from: "return bucket?.epoch === proof.epoch ? bucket : null;",
      to: "return bucket ?? null;",
    }],
    caughtBy: "tests/conformance/sqlite_test.ts",
  },
];

/** Jobs that run before the master has them: one write for a quick one, and one life whatever else is stored or sent. */

import { deepStrictEqual as equal, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import type { Bucket } from "../../core/bucket.ts";
import type { Job } from "../../core/job.ts";
import { offerOf } from "../../actors/agent_messages.ts";
import { loadAdapter, type Master, masterSpec } from "../../storage/mod.ts";
import type { NewMessage } from "../../transports/port.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { AGENT_KINDS, type AgentKind, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("jobs that run before they are saved");

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };
const MEDIUM = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const AGENT = { acceptance: "agent" } as const;

interface Scene {
  readonly cluster: TestCluster;
  readonly bucket: Bucket;
  readonly slow: ReturnType<typeof gated>["slow"];
  /** Which jobs of `slow` were started. */
  readonly starts: readonly string[];
  /** Lets handlers of `slow` end. */
  readonly release: () => void;
  push(messages: readonly NewMessage[]): Promise<void>;
  depth(): Promise<number>;
}

const runs = new Map<string, number>();

const quick = defineJob<string>({ id: "quick" }, ({ id, data }) => {
  runs.set(id, (runs.get(id) ?? 0) + 1);
  return `${data} ${id}`;
});

/** Fails once. */
const shaky = defineJob({ id: "shaky", maxRetries: 1 }, ({ attempt }) => {
  if (attempt === 1) throw new Error("once");
  return "at last";
});

/** Jobs that run until they are released. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const starts: string[] = [];
  const slow = defineJob({ id: "slow" }, async ({ id }) => {
    starts.push(id);
    await gate.promise;
    return "slow";
  });
  return { slow, starts, release: () => gate.resolve() };
}

/** A node with one bucket, and those three jobs. */
async function withScene(kind: AgentKind, run: (scene: Scene) => Promise<void>): Promise<void> {
  await using place = await openAgentPlace(kind);
  const { slow, starts, release } = gated();
  const agents = { "agent-1": place.url };
  await using cluster = await openTestCluster({
    agents,
    jobs: [quick, slow, shaky],
    workers: [{ buckets: MEDIUM }],
    settings: { retry: { base: "10ms" } },
  });
  await eventually("its bucket", async () => (await cluster.jm.client.listBuckets({})).length > 0);
  await pause(1_100); // schedulers look once a second
  const [bucket] = await cluster.jm.client.listBuckets({});
  await using transport = await place.open();
  await run({
    cluster,
    bucket: bucket!,
    slow,
    starts,
    release,
    push: async (messages) => void await transport.push({ clusterId: "local", messages }),
    async depth() {
      const query = { clusterId: "local", bucketIds: [bucket!.id] };
      const [depth] = await transport.depths(query);
      return depth!.waiting + depth!.leased + depth!.parked;
    },
  });
}

interface Row {
  readonly claimed_at: number | null;
  readonly revision: number;
}

/** A job of `quick` that is due now and that nobody has. */
async function aJob({ cluster: { jm } }: Scene): Promise<Job> {
  const sample = await jm.schedule.after(quick, "offered", "1d");
  const stored = await jm.client.findJob(sample.id);
  return { ...stored, id: crypto.randomUUID(), scheduledAtMs: Date.now() };
}

function offerFor(bucket: Bucket, job: Job): NewMessage {
  return offerOf({ job: { ...job, placement: null }, sole: true }, bucket);
}

function openMaster({ master }: TestCluster): Promise<Master> {
  const spec = masterSpec(master);
  return loadAdapter(spec).then((adapter) => adapter.open(spec.options));
}

async function executions({ cluster }: Scene): Promise<readonly unknown[]> {
  return await cluster.sql("SELECT job_id, attempt FROM jm_executions");
}

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: a quick job is written once, ended already, and its message goes`, async () => {
    await withScene(kind, async (scene) => {
      const { cluster } = scene;
      const { jm } = cluster;
      const jobs = await jm.schedule.many(quick, Array.from({ length: 200 }, () => "hello"), AGENT);
      const count = () => jm.jobs.count({ statuses: ["Succeeded"] });
      await eventually("all to succeed", async () => await count() === 200, PATIENTLY);

      const rows = await cluster.sql("SELECT claimed_at, revision FROM jm_jobs") as Row[];
      equal(rows.length, 200);
      // Jobs that waited for a quarter of a second are saved first; a busy machine has some.
      const once = rows.filter((row) => row.claimed_at === null && row.revision === 2);
      strictEqual(once.length > 0, true);
      const first = await jm.jobs.get(jobs[0]!.id);
      equal([first.result, first.attempts], [`hello ${first.id}`, 1]);
      equal((await executions(scene)).length, 200);
      await eventually("the messages to go", async () => await scene.depth() === 0, PATIENTLY);
    });
  });

  Deno.test(`${kind} agent: what others may have is saved before it runs`, async () => {
    await withScene(kind, async (scene) => {
      const { cluster, bucket } = scene;
      const id = crypto.randomUUID();
      await cluster.jm.schedule.now(quick, "chosen", { ...AGENT, id });
      const older = await aJob(scene);
      await scene.push([offerFor({ ...bucket, epoch: bucket.epoch - 1 }, older)]);

      for (const jobId of [id, older.id]) {
        await cluster.untilJob(jobId, "Succeeded");
        const rows = await cluster.sql("SELECT claimed_at FROM jm_jobs WHERE id = ?", jobId);
        equal(rows.length, 1);
        strictEqual((rows as Row[])[0]!.claimed_at === null, false);
      }
    });
  });

  Deno.test(`${kind} agent: a slow job is seen in the master while it runs, and ends once`, async () => {
    await withScene(kind, async (scene) => {
      const { cluster, slow, starts, release } = scene;
      const { id } = await cluster.jm.schedule.now(slow, undefined, AGENT);

      await eventually("the row", async () => {
        const rows = await cluster.sql("SELECT status FROM jm_jobs WHERE id = ?", id);
        return rows.length === 1;
      }, PATIENTLY);
      const job = await cluster.untilJob(id, "Processing");
      equal([job.attempts, job.bucketId], [1, scene.bucket.id]);
      release();
      await cluster.untilJob(id, "Succeeded");

      equal(starts, [id]);
      equal((await executions(scene)).length, 1);
      await eventually("the message to go", async () => await scene.depth() === 0, PATIENTLY);
    });
  });

  Deno.test(`${kind} agent: a job is cancelled whether or not the master has it yet`, async () => {
    await withScene(kind, async ({ cluster, slow, starts, release }) => {
      const { schedule, jobs } = cluster.jm;
      const now = await schedule.now(slow, undefined, AGENT);
      const soon = await schedule.after(slow, undefined, "20s", AGENT);
      equal([now.status, soon.status], ["SavePending", "SavePending"]);

      const [, outcome] = await Promise.all([jobs.cancel(now.id), jobs.cancel(soon.id)]);
      equal(outcome, "changed");
      await cluster.untilJob(soon.id, "Cancelled");
      release();

      await cluster.untilJob(now.id, "Cancelled", "Succeeded"); // its handler may end before it hears of it
      equal(starts.includes(soon.id), false);
    });
  });

  Deno.test(`${kind} agent: a job that fails before it is saved is retried like any other`, async () => {
    await withScene(kind, async ({ cluster }) => {
      const { id } = await cluster.jm.schedule.now(shaky, undefined, AGENT);

      const job = await cluster.untilJob(id, "Succeeded");

      equal([job.attempts, job.result], [2, "at last"]);
      const outcomes = await cluster.jm.jobs.executions(id);
      equal(outcomes.map(({ attempt, outcome }) => [attempt, outcome]), [
        [1, "failed"],
        [2, "succeeded"],
      ]);
    });
  });

  for (const [speed, runsMs] of [["quick", 0], ["slow", 800]] as const) {
    Deno.test(`${kind} agent: a ${speed} job that is stored in its bucket while its offer runs has one life`, async () => {
      await withScene(kind, async (scene) => {
        const { cluster, bucket, starts, release } = scene;
        const job = { ...await aJob(scene), definitionId: "slow" };
        await using master = await openMaster(cluster);
        await scene.push([offerFor(bucket, job)]);
        await eventually("it to start", () => starts.length === 1, { timeoutMs: 60_000 });

        await storeIn(master, bucket, job);
        await pause(runsMs); // its owner reports it, and reads its rows
        release();
        await cluster.untilJob(job.id, "Succeeded");
        await eventually("its message to go", async () => await scene.depth() === 0, PATIENTLY);

        equal(starts, [job.id]);
        equal((await executions(scene)).length, 1);
      });
    });
  }

  Deno.test(`${kind} agent: a job that the master has already does not run again for its offer`, async () => {
    await withScene(kind, async (scene) => {
      const { cluster, bucket } = scene;
      const { id } = await cluster.jm.schedule.now(quick, "stored");
      await cluster.untilJob(id, "Succeeded");
      const job = { ...await aJob(scene), id };

      await scene.push([offerFor(bucket, job)]);
      await eventually("its message to go", async () => await scene.depth() === 0, PATIENTLY);
      await pause(300);

      equal(runs.get(job.id), 1);
      equal((await executions(scene)).length, 1);
    });
  });
}

/** What a sender does that did not hear whether the agent connection took its job. */
async function storeIn(master: Master, bucket: Bucket, job: Job): Promise<void> {
  const placement = { bucketId: bucket.id, epoch: bucket.epoch, claim: false };
  await master.jobs.insert({ clusterId: "local", jobs: [{ ...job, placement }] });
}

/**
 * Why a job is where it is: one situation a test.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Bucket, BUCKET_STATUSES } from "../../core/bucket.ts";
import { FINAL_STATUSES, type Job, JOB_STATUSES } from "../../core/job.ts";
import { explain, type WhyInput, type WhyReport } from "../../core/why.ts";
import type { Worker } from "../../core/worker.ts";
import { aBucket, aFailure, aJob, AT_MS, aWorker, settings } from "../support/factories.ts";

const MINUTE_MS = 60_000;

function bucket(given: Partial<Bucket> = {}): Bucket {
  const { incarnation: _, ...fields } = aBucket();
  return { ...fields, status: "Active", epoch: 1, statusChangedAtMs: AT_MS, ...given };
}

function worker(given: Partial<Worker> = {}): Worker {
  return {
    ...aWorker(),
    incarnation: 1,
    status: "Active",
    heartbeatAtMs: AT_MS,
    leaseUntilMs: AT_MS + 30_000,
    ...given,
  };
}

/** A job in a healthy cluster of one node, but for what is given. */
function why(job: Partial<Job>, given: Partial<Omit<WhyInput, "job">> = {}): WhyReport {
  return explain({
    job: aJob(job),
    settings: settings(),
    buckets: [bucket()],
    workers: [worker()],
    definitionIds: ["mail.send"],
    nowMs: AT_MS,
    ...given,
  });
}

/** The reasons as `code: message`. */
function said({ reasons }: WhyReport): readonly string[] {
  return reasons.map(({ code, message }) => `${code}: ${message}`);
}

const PLACED = { bucketId: "b-1", agentConnectionId: "agent-1", workerId: "w-1" } as const;
const HELD = "waiting: It waits on the master for a coordinator to move it into a bucket.";

Deno.test("explain tells of a job in a healthy cluster where it is, and that it is not stuck", () => {
  const place = 'in bucket "b-1" of worker "w-1"';
  const cases: readonly [Partial<Job>, string][] = [
    [{ status: "SavePending" }, "waiting: It is accepted by an agent and not yet on the master."],
    [{ status: "HeldOnMaster" }, HELD],
    [
      { status: "AssignedToBucket", ...PLACED },
      `waiting: It waits ${place} for a place in its buffer.`,
    ],
    [{ status: "Onboarded", ...PLACED }, `waiting: It waits in the buffer ${place}.`],
    [{ status: "Queued", ...PLACED }, `waiting: It waits for a run slot ${place}.`],
    [{ status: "Processing", attempts: 2, ...PLACED }, `running: Attempt 2 runs ${place}.`],
  ];
  deepStrictEqual(
    [...cases.map(([{ status }]) => status), ...FINAL_STATUSES],
    [...JOB_STATUSES],
  );
  for (const [job, reason] of cases) {
    const report = why(job);
    deepStrictEqual([report.jobId, report.status], [aJob().id, job.status]);
    deepStrictEqual(said(report), [reason]);
    strictEqual(report.stuck, false);
  }
});

Deno.test("explain tells how and when a final job ended, and nothing else", () => {
  const finishedAtMs = Date.parse("2027-01-15T08:00:02Z");
  const nothing = { buckets: [], workers: [], definitionIds: [] };
  const succeeded = why({ status: "Succeeded", attempts: 1, finishedAtMs }, nothing);
  const failed = why({ status: "Failed", attempts: 4, finishedAtMs, error: aFailure() }, nothing);
  const cancelled = why({ status: "Cancelled" }, nothing);

  deepStrictEqual([succeeded, failed, cancelled].map(said), [
    ["finished: It ended as Succeeded at 2027-01-15T08:00:02.000Z after 1 attempt(s)."],
    [
      "finished: It ended as Failed at 2027-01-15T08:00:02.000Z after 4 attempt(s): The mailbox is full.",
    ],
    ["finished: It ended as Cancelled after 0 attempt(s)."],
  ]);
  deepStrictEqual([succeeded, failed, cancelled].map(({ stuck }) => stuck), [false, false, false]);
});

Deno.test("explain tells that a job is held because the cluster is not Active", () => {
  for (const mode of ["Passive", "Archived"] as const) {
    const report = why({}, { settings: settings({ mode }) });
    deepStrictEqual(said(report), [
      `cluster_not_active: The cluster is ${mode}: nothing is started until it is Active again.`,
      HELD,
    ]);
    strictEqual(report.stuck, true);
  }
});

Deno.test("explain tells that nobody can run the definition", () => {
  const report = why({}, { definitionIds: ["other"] });
  deepStrictEqual(said(report), [
    'definition_unknown: No node has announced the definition "mail.send".',
    HELD,
  ]);
  strictEqual(report.stuck, true);
});

Deno.test("explain calls a running attempt not stuck, whatever is missing around it", () => {
  const report = why({ status: "Processing", attempts: 1, ...PLACED }, {
    settings: settings({ mode: "Passive" }),
    workers: [],
    definitionIds: [],
  });
  deepStrictEqual(said(report), ['running: Attempt 1 runs in bucket "b-1" of worker "w-1".']);
  strictEqual(report.stuck, false);
});

Deno.test("explain tells that no active bucket serves the lane and the priority", () => {
  const others = [
    bucket({ lane: "mail" }),
    bucket({ priority: "Low" }),
    ...BUCKET_STATUSES.filter((status) => status !== "Active").map((status) => bucket({ status })),
  ];
  const report = why({}, { buckets: others });
  deepStrictEqual(said(report), [
    "no_bucket: No active bucket serves priority Medium in the default lane.",
    HELD,
  ]);
  strictEqual(report.stuck, true);
  strictEqual(
    why({ lane: "slow" }, { buckets: [] }).reasons[0]?.message,
    'No active bucket serves priority Medium in lane "slow".',
  );
});

Deno.test("explain tells that nobody alive can move the job into a bucket", () => {
  const nobody: readonly (readonly Worker[])[] = [
    [],
    [worker({ mode: "Execution" }), worker({ mode: "Drain" })],
    [worker({ status: "Dead" }), worker({ status: "Stopping" })],
    [worker({ leaseUntilMs: AT_MS })],
  ];
  for (const workers of nobody) {
    const report = why({}, { workers });
    deepStrictEqual(said(report), [
      "no_coordinator: No worker of mode Full or Coordinator is alive to move it into a bucket.",
      HELD,
    ]);
    strictEqual(report.stuck, true);
  }
  strictEqual(why({}, { workers: [worker({ mode: "Coordinator" })] }).stuck, false);
});

Deno.test("explain asks for no coordinator when the job is in a bucket already", () => {
  strictEqual(why({ status: "Onboarded", ...PLACED }, { workers: [] }).stuck, false);
});

Deno.test("explain tells when a job is due", () => {
  const report = why({ scheduledAtMs: AT_MS + 5 * MINUTE_MS });
  deepStrictEqual(said(report), [
    "not_due: It is due at 2027-01-15T08:05:00.000Z (in PT5M).",
    HELD,
  ]);
  strictEqual(report.stuck, false);
});

Deno.test("explain tells when a far job will move into a bucket", () => {
  strictEqual(
    why({ scheduledAtMs: AT_MS + 60 * MINUTE_MS }).reasons[0]?.message,
    "It is due at 2027-01-15T09:00:00.000Z (in PT1H); it moves to a bucket PT10M before.",
  );
});

Deno.test("explain tells which attempt a job waits for", () => {
  strictEqual(
    why({ attempts: 1, scheduledAtMs: AT_MS + 20_000 }).reasons[0]?.message,
    "It is due at 2027-01-15T08:00:20.000Z (in PT20S) for attempt 2.",
  );
});

Deno.test("explain tells that a cancellation was requested", () => {
  const report = why({
    status: "Processing",
    attempts: 1,
    cancelRequestedAtMs: AT_MS - 1_000,
    ...PLACED,
  });
  deepStrictEqual(said(report), [
    "cancel_requested: Its cancellation was requested at 2027-01-15T07:59:59.000Z.",
    'running: Attempt 1 runs in bucket "b-1" of worker "w-1".',
  ]);
});

Deno.test("explain tells that the job's bucket is being recovered", () => {
  const report = why({ status: "AssignedToBucket", bucketId: "b-2" }, {
    buckets: [bucket(), bucket({ id: "b-2", status: "Draining", workerId: null })],
  });
  deepStrictEqual(said(report), [
    'bucket_recovering: Its bucket "b-2" is Draining: its jobs return to the master.',
    'waiting: It waits in bucket "b-2" for a place in its buffer.',
  ]);
  strictEqual(report.stuck, false);
});

Deno.test("explain puts what blocks a job before what it waits for", () => {
  const report = why({ scheduledAtMs: AT_MS + MINUTE_MS, cancelRequestedAtMs: AT_MS }, {
    settings: settings({ mode: "Passive" }),
    buckets: [],
    definitionIds: [],
  });
  deepStrictEqual(report.reasons.map(({ code }) => code), [
    "cluster_not_active",
    "definition_unknown",
    "no_bucket",
    "cancel_requested",
    "not_due",
    "waiting",
  ]);
});

Deno.test("explain always gives a reason", () => {
  for (const status of JOB_STATUSES) {
    const report = why({ status }, { buckets: [], workers: [], definitionIds: [] });
    ok(report.reasons.length > 0 && report.reasons.every(({ message }) => message !== ""));
  }
});

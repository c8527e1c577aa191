import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { awaitJobs, JobPrinter, submitJobs } from "../../cli/enqueue_jobs.ts";
import type { OutputFlags } from "../../cli/output.ts";
import { type Asked, impatientClock, problem, scriptedApi } from "./support/scripted_api.ts";
import { recordingContext } from "./support/recording_context.ts";

interface SentJob {
  readonly id: string;
}

/** Answers like the cluster: the job, or the jobs in order. */
function accept({ body }: Asked): Response {
  return Response.json(body, { status: 201 });
}

async function submit(
  count: number,
  flags: OutputFlags = {},
  answer: (asked: Asked, index: number) => Response = accept,
) {
  const context = recordingContext();
  const { api, asked } = scriptedApi(answer);
  const printer = new JobPrinter(context.terminal, flags, count);
  const request = { definitionId: "noop", lane: "mail" };
  const { ids, exitCode } = await submitJobs({ api, request, count, context, printer });
  printer.finish();
  return { ids, exitCode, asked, out: context.terminal.out, err: context.terminal.err };
}

Deno.test("submitJobs sends one job as one object with an id of its own", async () => {
  const { asked, ids, out } = await submit(1);

  const { id } = asked[0]!.body as SentJob;
  match(id, /^[0-9a-f-]{36}$/);
  deepStrictEqual(asked[0]!.body, { id, definitionId: "noop", lane: "mail" });
  strictEqual(out, `${id}\n`);
  deepStrictEqual(ids, [id]);
});

Deno.test("submitJobs sends many jobs in portions of 1,000", async () => {
  const { asked, ids, out } = await submit(2_001);

  deepStrictEqual(
    asked.map(({ body }) => Array.isArray(body) ? body.length : 1),
    [1_000, 1_000, 1],
  );
  strictEqual(new Set(ids).size, 2_001);
  strictEqual(out, ids.map((id) => `${id}\n`).join(""));
});

Deno.test("submitJobs keeps the id that was asked for", async () => {
  const context = recordingContext();
  const { api, asked } = scriptedApi(accept);
  const printer = new JobPrinter(context.terminal, {}, 1);
  const request = { definitionId: "noop", id: "mine" };
  await submitJobs({ api, request, count: 1, context, printer });
  strictEqual((asked[0]!.body as SentJob).id, "mine");
});

Deno.test("submitJobs repeats the same ids when the cluster was busy", async () => {
  const busy = problem(503, "mailbox_full", { headers: { "retry-after": "1" } });
  const { asked } = await submit(2, {}, (each, index) => index === 0 ? busy : accept(each));
  strictEqual(asked.length, 2);
  deepStrictEqual(asked[0]!.body, asked[1]!.body);
});

Deno.test("submitJobs answers 8 and prints what was accepted when a later portion fails", async () => {
  const { exitCode, ids, out, err } = await submit(
    1_500,
    {},
    (each, index) => index === 0 ? accept(each) : problem(409, "cluster_archived"),
  );

  strictEqual(exitCode, 8);
  strictEqual(ids.length, 1_000);
  strictEqual(out.split("\n").length, 1_001);
  match(err, /error: Cannot: cluster_archived\n1000 of 1500 jobs were accepted/);
});

Deno.test("submitJobs fails with the problem when nothing was accepted", async () => {
  await rejects(submit(1_500, {}, () => problem(409, "cluster_archived")), {
    code: "cluster_archived",
  });
});

Deno.test("JobPrinter prints one document for one job and an array for several", async () => {
  const one = await submit(1, { json: true });
  deepStrictEqual(JSON.parse(one.out), one.asked[0]!.body);
  const two = await submit(2, { json: true });
  deepStrictEqual(JSON.parse(two.out), two.asked[0]!.body);
});

Deno.test("JobPrinter prints one document a line with --jsonl", async () => {
  const { out, asked } = await submit(3, { jsonl: true });
  deepStrictEqual(out.trim().split("\n").map((line) => JSON.parse(line)), asked[0]!.body);
});

async function wait(statuses: readonly string[], timeoutMs = 10_000) {
  const context = { ...recordingContext(), clock: impatientClock() };
  const { api } = scriptedApi(
    (_, index) =>
      Response.json({
        id: "j",
        status: statuses[Math.min(index, statuses.length - 1)],
        error: { message: "it\x1b[31mbroke" },
      }),
    { clock: context.clock },
  );
  const printer = new JobPrinter(context.terminal, { json: true, wait: true }, 1);
  const exitCode = await awaitJobs({
    api,
    ids: ["j"],
    context,
    printer,
    deadlineMs: timeoutMs,
    timeoutMs,
  });
  return { exitCode, out: context.terminal.out, err: context.terminal.err, ...context.clock };
}

Deno.test("awaitJobs answers 0 and the final job when it succeeded", async () => {
  const { exitCode, out } = await wait(["Queued", "Processing", "Succeeded"]);
  strictEqual(exitCode, 0);
  strictEqual(JSON.parse(out).status, "Succeeded");
});

for (const status of ["Failed", "Cancelled"]) {
  Deno.test(`awaitJobs answers 1 and the reason when the job is ${status}`, async () => {
    const { exitCode, err } = await wait([status]);
    strictEqual(exitCode, 1);
    strictEqual(err, `error: Job "j" ended as ${status}: it\\x1b[31mbroke\n`);
  });
}

Deno.test("awaitJobs looks ever less often, from 50 ms to 1 s", async () => {
  const { waits } = await wait([...Array(12).fill("Queued"), "Succeeded"]);
  strictEqual(waits[0], 50);
  strictEqual(Math.max(...waits), 1_000);
  ok(waits.every((each, at) => at === 0 || each >= waits[at - 1]!));
});

Deno.test("awaitJobs answers 6 when time is over, and not much later", async () => {
  const { exitCode, err, waits } = await wait(["Queued"], 2_000);
  strictEqual(exitCode, 6);
  match(err, /Cannot wait longer for job "j": it is Queued after PT2S/);
  strictEqual(Math.round(waits.reduce((sum, each) => sum + each, 0)), 2_000);
});

/**
 * `schedules`: what each command asks of the cluster, and what it prints of the answer.
 */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { JobMasterError } from "../../core/errors.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { ScheduleCommand } from "../../actors/client.ts";
import { toJobResource, toScheduleResource } from "../../http/resources.ts";
import { aFailure, aJob, AT_MS, jobId } from "../support/factories.ts";
import { aScheduleReport, scheduleId } from "../support/schedule_factories.ts";
import { serveCluster, stubRecurrence } from "./support/served_cluster.ts";
import type { ClusterMethods } from "../http/support/recording_client.ts";

const ID = "maintenance:greet";

function serve(answers: Partial<ClusterMethods> = {}) {
  return serveCluster(answers, stubRecurrence);
}

Deno.test("schedules list passes every flag on", async () => {
  await using cluster = serve();

  const line =
    "schedules list --status Active,Paused Completed --type Static --definition mail.send --profile maintenance --failing --limit 7 --cursor abc";
  const { code, err } = await cluster.run(...line.split(" "));
  await cluster.run("schedules", "list", "--failing", "false");

  deepStrictEqual([code, err], [0, "No schedules\n"]);
  deepStrictEqual(cluster.calls.map(({ args }) => args[0]), [
    {
      filter: {
        statuses: ["Active", "Paused", "Completed"],
        type: "Static",
        definitionId: "mail.send",
        profileId: "maintenance",
        failing: true,
      },
      limit: 7,
      cursor: "abc",
    },
    { filter: { failing: false }, limit: 25, cursor: null },
  ]);
});

Deno.test("schedules list shows a table, with nothing a terminal would act on", async () => {
  const long = `a:${"b".repeat(90)}`;
  const rows: readonly Partial<Schedule>[] = [
    { id: long, recurrence: { type: "natural", text: "every\x1b[2J day" } },
    { id: "a:c", status: "Paused", misfire: { policy: "latest" }, overlap: "skip" },
    { id: "a:d", idleAtMs: AT_MS, error: aFailure({ message: "evil\u202e" }) },
  ];
  await using cluster = serve({
    listSchedules: () =>
      Promise.resolve({
        items: rows.map((row) =>
          aScheduleReport(row, { nextRunAtMs: row.status === undefined ? AT_MS : null })
        ),
        nextCursor: null,
      }),
  });

  const { out } = await cluster.run("schedules", "list");

  const lines = out.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  deepStrictEqual(lines, [
    ["ID", "STATUS", "DEFINITION", "EXPRESSION", "NEXT", "MISFIRE", "OVERLAP", "ERROR"],
    [long, "Active", "mail.send", "every\\x1b[2J day", "2027-01-15T08:00:00.000Z", "all(100)"]
      .concat("queue", "-"),
    ["a:c", "Paused", "mail.send", "PT1H", "-", "latest", "skip", "-"],
    ["a:d", "Active, idle", "mail.send", "PT1H", "2027-01-15T08:00:00.000Z", "all(100)"]
      .concat("queue", "evil\\u202e"),
  ]);
});

Deno.test("schedules show prints every field and the next runs in UTC and in the zone", async () => {
  await using cluster = serve({
    previewSchedule: () => Promise.resolve({ runsAtMs: [AT_MS], timeZone: "Asia/Tokyo" }),
  });

  const { code, out, err } = await cluster.run("schedules", "show", ID);

  deepStrictEqual([code, err], [0, ""]);
  match(out, /^id +maintenance:greet$/m);
  match(out, /^description +every hour$/m);
  match(out, /^misfire +all\(100\)$/m);
  match(
    out,
    /\n\nNEXT RUN +LOCAL TIME\n2027-01-15T08:00:00Z +2027-01-15T17:00:00\+09:00\[Asia\/Tokyo\]\n$/,
  );
  deepStrictEqual(cluster.calls.map(({ method, args }) => [method, args[0]]), [
    ["findSchedule", ID],
    ["previewSchedule", ID],
  ]);
});

Deno.test("schedules show foretells nothing when a schedule has ended or cannot be read", async () => {
  for (
    const report of [
      aScheduleReport({ status: "Cancelled" }),
      aScheduleReport({ status: "Completed" }),
      aScheduleReport({ status: "Inactive" }),
      aScheduleReport({}, { description: null }),
    ]
  ) {
    await using cluster = serve({ findSchedule: () => Promise.resolve(report) });

    const { code, out } = await cluster.run("schedules", "show", ID);

    deepStrictEqual([code, cluster.calls.length], [0, 1]);
    doesNotMatch(out, /NEXT RUN/);
  }
});

Deno.test("schedules show says when a schedule does not run for now, or no more", async () => {
  const shown = async (given: Partial<Schedule>, runsAtMs: readonly number[]) => {
    await using cluster = serve({
      findSchedule: () => Promise.resolve(aScheduleReport(given)),
      previewSchedule: () => Promise.resolve({ runsAtMs, timeZone: "UTC" }),
    });
    return (await cluster.run("schedules", "show", ID)).err;
  };

  match(await shown({ status: "Paused" }, [AT_MS]), /paused/);
  match(await shown({ idleAtMs: AT_MS }, [AT_MS]), /idle/);
  strictEqual(await shown({}, []), "No further runs\n");
});

Deno.test("schedules show prints the API's own document with --json", async () => {
  await using cluster = serve();

  const { out } = await cluster.run("schedules", "show", ID, "--json");

  deepStrictEqual(JSON.parse(out), toScheduleResource(aScheduleReport({ id: ID })));
  strictEqual(cluster.calls.length, 1);
});

const EVERY_FLAG =
  "--type natural --tz Europe/Lisbon --meta team=growth tries=2 --priority High --lane Mail --timeout 5m --max-retries 2 --start-after 2027-01-31T09:00:00Z --end-before 2027-02-28T09:00:00Z --misfire all(20) --overlap skip --jitter 10s";

const EVERY_FIELD = {
  expressionType: "natural",
  timeZone: "Europe/Lisbon",
  data: { name: "Ada" },
  metadata: { team: "growth", tries: 2 },
  priority: "High",
  lane: "Mail",
  timeout: "5m",
  maxRetries: 2,
  startAfter: "2027-01-31T09:00:00Z",
  endBefore: "2027-02-28T09:00:00Z",
  misfire: "all(20)",
  overlap: "skip",
  jitter: "10s",
};

Deno.test("schedules create passes every flag on and prints the id", async () => {
  await using cluster = serve();
  const id = scheduleId(9);

  const { code, out, err } = await cluster.run(
    ...["schedules", "create", "hello", "every day at 09:00", "--data", '{"name":"Ada"}'],
    ...EVERY_FLAG.split(" "),
    ...["--id", id],
  );

  deepStrictEqual([code, err, out], [0, "", `${scheduleId(1)}\n`]);
  deepStrictEqual(cluster.calls, [{
    method: "createSchedule",
    args: [{ definitionId: "hello", expression: "every day at 09:00", ...EVERY_FIELD, id }],
  }]);
});

Deno.test("schedules create sends only what is said, with an id of its own that a busy cluster gets again", async () => {
  let asked = 0;
  await using cluster = serve({
    createSchedule() {
      if (asked++ === 0) return Promise.reject(new JobMasterError("master_busy", "Busy"));
      return Promise.resolve({ ...aScheduleReport(), created: true });
    },
  });

  const { code } = await cluster.run("schedules", "create", "hello", "hourly");

  strictEqual(code, 0);
  const [first, second] = cluster.calls.map(({ args }) => args[0] as { readonly id: string });
  match(first!.id, /^[0-9a-f-]{36}$/);
  deepStrictEqual(first, { id: first!.id, definitionId: "hello", expression: "hourly" });
  deepStrictEqual(second, first);
});

Deno.test("schedules create prints the API's own document with --json", async () => {
  await using cluster = serve();

  const { out } = await cluster.run("schedules", "create", "hello", "hourly", "--json");

  deepStrictEqual(JSON.parse(out), toScheduleResource(aScheduleReport()));
});

Deno.test("schedules create reads the payload from a file", async () => {
  await using cluster = serve();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, '{"n":1}');

  await cluster.run("schedules", "create", "hello", "hourly", "--data-file", file);
  await Deno.remove(file);

  deepStrictEqual((cluster.calls[0]!.args[0] as { readonly data: unknown }).data, { n: 1 });
});

Deno.test("schedules create and edit leave an expression to the cluster when its language is said", async () => {
  await using cluster = serve();

  const made = await cluster.run("schedules", "create", "hello", "full moon", "--type", "moon");
  const edited = await cluster.run(
    ..."schedules edit a:b --expression moonrise --type moon".split(" "),
  );

  deepStrictEqual([made.code, edited.code], [0, 0]);
});

Deno.test("schedules edit passes every flag on and shows the schedule", async () => {
  await using cluster = serve();

  const { code, out } = await cluster.run(
    ...["schedules", "edit", ID, "--expression", "every moon", "--data", '{"name":"Ada"}'],
    ...EVERY_FLAG.split(" "),
  );

  strictEqual(code, 0);
  match(out, /^id +maintenance:greet$/m);
  deepStrictEqual(cluster.calls, [{
    method: "changeSchedule",
    args: [ID, { type: "edit", change: { expression: "every moon", ...EVERY_FIELD } }],
  }]);
});

Deno.test("schedules edit resets what --reset names, and nothing else", async () => {
  await using cluster = serve();

  const line =
    "schedules edit a:b --json --reset tz meta priority lane timeout max-retries start-after end-before";
  const { out } = await cluster.run(...line.split(" "));
  await cluster.run("schedules", "edit", "a:b", "--lane", "", "--data", "null");

  deepStrictEqual(JSON.parse(out), toScheduleResource(aScheduleReport({ id: "a:b" })));
  deepStrictEqual(cluster.calls.map(({ args }) => (args[1] as { change: unknown }).change), [
    {
      timeZone: null,
      metadata: {},
      priority: null,
      lane: null,
      timeout: null,
      maxRetries: null,
      startAfter: null,
      endBefore: null,
    },
    { lane: "", data: null },
  ]);
});

/** A cluster in which only `known` exists. */
function only(known: string, given: Partial<Schedule> = {}): Partial<ClusterMethods> {
  return {
    changeSchedule: (id: string, { type }: ScheduleCommand) =>
      id === known
        ? Promise.resolve({
          ...aScheduleReport({ id, ...given }),
          job: type === "run_now" ? aJob({ id: jobId(7) }) : null,
        })
        : Promise.reject(new JobMasterError("schedule_not_found", `Cannot find "${id}"`)),
  };
}

for (
  const [word, command, said] of [
    ["pause", "pause", "Paused"],
    ["resume", "resume", "Paused"],
    ["cancel", "cancel", "Paused"],
    ["delete", "remove", "deleted"],
  ] as const
) {
  Deno.test(`schedules ${word} changes each schedule and says what became of it`, async () => {
    await using cluster = serve(only("a:b", { status: "Paused" }));
    const run = (...words: readonly string[]) => cluster.run("schedules", word, ...words);

    const done = await run("a:b");
    const partly = await run("a:b", "a:c");
    const failed = await run("a:c");
    const json = await run("a:b", "--json");
    const lines = await run("a:b", "a:b", "--jsonl");

    deepStrictEqual([done.code, done.out, done.err], [0, `a:b ${said}\n`, ""]);
    deepStrictEqual([partly.code, partly.out], [8, `a:b ${said}\n`]);
    strictEqual(partly.err, 'error: Cannot find "a:c"\n');
    deepStrictEqual([failed.code, failed.out], [3, ""]);
    const document = word === "delete"
      ? { id: "a:b", deleted: true }
      : toScheduleResource(aScheduleReport({ id: "a:b", status: "Paused" }));
    deepStrictEqual(JSON.parse(json.out), document);
    deepStrictEqual(lines.out.trim().split("\n").map((line) => JSON.parse(line)), [
      document,
      document,
    ]);
    deepStrictEqual(cluster.calls[0], {
      method: "changeSchedule",
      args: ["a:b", { type: command }],
    });
  });
}

Deno.test("schedules run prints the id of each job, and reports those it could not make", async () => {
  await using cluster = serve(only("a:b"));
  const run = (...words: readonly string[]) => cluster.run("schedules", "run", ...words);

  const done = await run("a:b");
  const partly = await run("a:c", "a:b");
  const failed = await run("a:c");
  const json = await run("a:b", "--json");
  const several = await run("a:b", "a:b", "--json");

  deepStrictEqual([done.code, done.out, done.err], [0, `${jobId(7)}\n`, ""]);
  deepStrictEqual([partly.code, partly.out], [8, `${jobId(7)}\n`]);
  strictEqual(partly.err, 'error: Cannot find "a:c"\n');
  strictEqual(failed.code, 3);
  deepStrictEqual(JSON.parse(json.out), toJobResource(aJob({ id: jobId(7) })));
  strictEqual(JSON.parse(several.out).length, 2);
});

Deno.test("schedules run waits for its jobs with --wait and tells how they ended", async () => {
  const ends = async (status: "Succeeded" | "Failed") => {
    await using cluster = serve({
      ...only("a:b"),
      findJob: (id) => Promise.resolve(aJob({ id, status, error: aFailure() })),
    });
    const words = ["schedules", "run", "a:b", "--wait"];
    const text = await cluster.run(...words);
    const json = await cluster.run(...words, "--json");
    return { text, status: JSON.parse(json.out).status };
  };

  const good = await ends("Succeeded");
  const bad = await ends("Failed");

  deepStrictEqual([good.text.code, good.text.out, good.text.err, good.status], [
    0,
    `${jobId(7)}\n`,
    "Succeeded\n",
    "Succeeded",
  ]);
  deepStrictEqual([bad.text.code, bad.status], [1, "Failed"]);
  match(bad.text.err, /ended as Failed: The mailbox is full/);
});

Deno.test("schedules run stops waiting when --wait-timeout has passed", async () => {
  await using cluster = serve(only("a:b"));

  const late = await cluster.run(..."schedules run a:b --wait --wait-timeout 1ms".split(" "));

  deepStrictEqual([late.code, late.out], [6, `${jobId(7)}\n`]);
  match(late.err, /Cannot wait longer/);
});

Deno.test("the program answers with the code of what the cluster refuses", async () => {
  for (
    const [code, exit] of [
      ["schedule_not_found", 3],
      ["job_definition_not_found", 3],
      ["schedule_state_conflict", 5],
      ["invalid_recurrence", 2],
    ] as const
  ) {
    const fails = () => Promise.reject(new JobMasterError(code, "Cannot: so it is"));
    await using cluster = serve({
      createSchedule: fails,
      findSchedule: fails,
      changeSchedule: fails,
    });
    for (
      const line of [
        "schedules create hello hourly",
        "schedules show a:b",
        "schedules edit a:b --overlap skip",
        "schedules pause a:b",
        "schedules run a:b",
        "schedules next a:b",
      ]
    ) {
      const run = await cluster.run(...line.split(" "));
      deepStrictEqual([run.code, run.out], [exit, ""], line);
      match(run.err, /error: Cannot: so it is\n$/);
    }
  }
});

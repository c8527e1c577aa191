/**
 * `schedules next`: runs of an expression, without any cluster, and of a schedule.
 */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { JobMasterError } from "../../core/errors.ts";
import { scheduleId } from "../support/schedule_factories.ts";
import { aScheduleReport } from "../support/schedule_factories.ts";
import {
  serveCluster,
  type ServedCluster,
  stubRecurrence,
  typed,
} from "./support/served_cluster.ts";

const FROM = ["--from", "2026-10-25T00:30:00+01:00"]; // an hour before Lisbon's clocks go back

function next(...words: readonly string[]) {
  return typed(["schedules", "next", ...words], stubRecurrence);
}

Deno.test("schedules next prints one run of an expression a line, in UTC", async () => {
  const { code, out, err } = await next("every hour", "--count", "3", ...FROM);

  strictEqual(code, 0);
  strictEqual(out, "2026-10-25T00:00:00Z\n2026-10-25T01:00:00Z\n2026-10-25T02:00:00Z\n");
  strictEqual(err, "meant is\\x1b[2J every hour\n");
});

Deno.test("schedules next adds the local time when the zone is not UTC, over a change of its clocks", async () => {
  const expected = [
    "2026-10-25T00:00:00Z  2026-10-25T01:00:00+01:00[Europe/Lisbon]",
    "2026-10-25T01:00:00Z  2026-10-25T01:00:00+00:00[Europe/Lisbon]",
    "",
  ].join("\n");

  const said = await next("hourly", "--count", "2", "--tz", "europe/lisbon", ...FROM);
  const named = await next("lisbon", "--count", "2", "--tz", "Asia/Tokyo", ...FROM);

  deepStrictEqual([said.out, named.out], [expected, expected]);
});

for (const zone of ["UTC", "Etc/UTC", "utc"]) {
  Deno.test(`schedules next prints no local time when the zone is ${zone}`, async () => {
    const { out } = await next("hourly", "--count", "1", "--tz", zone, ...FROM);

    strictEqual(out, "2026-10-25T00:00:00Z\n");
  });
}

Deno.test("schedules next shows 5 runs after now when nothing is said", async () => {
  const before = Date.now();
  const { out } = await next("hourly");

  const runs = out.trim().split("\n").map(Date.parse);
  strictEqual(runs.length, 5);
  strictEqual(runs[0]! > before && runs[0]! <= Date.now() + 3_600_000, true, out);
});

Deno.test("schedules next prints one document with --json", async () => {
  const { out, err } = await next("lisbon", "--count", "2", "--json", ...FROM);

  deepStrictEqual(JSON.parse(out), {
    expression: "lisbon",
    type: "stub",
    description: "meant is\x1b[2J lisbon",
    timeZone: "Europe/Lisbon",
    items: ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"],
    local: [
      "2026-10-25T01:00:00+01:00[Europe/Lisbon]",
      "2026-10-25T01:00:00+00:00[Europe/Lisbon]",
    ],
  });
  deepStrictEqual(Object.keys(JSON.parse(out)).slice(0, 3), ["expression", "type", "description"]);
  strictEqual(err, "");
});

Deno.test("schedules next prints one document a line with --jsonl", async () => {
  const { out } = await next("hourly", "--count", "2", "--jsonl", ...FROM);

  strictEqual(
    out,
    '{"at":"2026-10-25T00:00:00Z","local":"2026-10-25T00:00:00+00:00[UTC]"}\n' +
      '{"at":"2026-10-25T01:00:00Z","local":"2026-10-25T01:00:00+00:00[UTC]"}\n',
  );
});

for (const form of [[], ["--json"], ["--jsonl"]]) {
  Deno.test(`schedules next says that runs are fewer than asked for, or none ${form.join("")}`, async () => {
    const few = await next("thrice", ...form, ...FROM);
    const none = await next("never", ...form, ...FROM);
    const now = await next("never", ...form);

    deepStrictEqual([few.code, none.code], [0, 0]);
    match(few.err, /Only 3 of 5 runs/);
    match(none.err, /No runs after 2026-10-24T23:30:00\.000Z\n$/);
    match(now.err, /No runs after now\n$/);
    strictEqual(none.out.includes("2026-10"), false);
    doesNotMatch((await next("thrice", "--count", "3", ...form, ...FROM)).err, /Only/);
  });
}

Deno.test("schedules next takes 1,000 runs of an expression", async () => {
  const { out } = await next("hourly", "--count", "1000");

  strictEqual(out.split("\n").length, 1_001);
});

Deno.test("schedules next names every problem of a bad expression on its own line", async () => {
  const { code, out, err } = await next("evry moon");

  deepStrictEqual([code, out], [2, ""]);
  strictEqual(
    err,
    "error: at 0: no such word; expected every\nerror: at 2: no such unit\n",
  );
});

const BAD: readonly (readonly [readonly string[], RegExp])[] = [
  [["hourly", "--count", "0"], /--count "0": it must be a whole number from 1 to 1000/],
  [["hourly", "--count", "1001"], /--count "1001"/],
  [["hourly", "--count", "five"], /--count "five"/],
  [["hourly", "--tz", "Mars"], /timeZone "Mars": it must be an IANA zone/],
  [
    ["hourly", "--from", "2026-10-25T00:30:00"],
    /--from "2026-10-25T00:30:00": it must be an instant/,
  ],
  [["evry", "--tz", "UTC"], /no such word/],
  [["a!b"], /no such word/],
  [[""], /no such word/],
  [["a b", "--id"], /schedule id "a b"/],
  [["hourly", "--id", "--tz", "UTC"], /--tz with the id of a schedule/],
  [[scheduleId(1), "--tz", "UTC"], /--tz with the id of a schedule/],
  [[scheduleId(1), "--count", "101"], /--count "101": it must be a whole number from 1 to 100/],
  [["a:b", "--count", "101"], /--count "101": it must be a whole number from 1 to 100/],
];

for (const [words, message] of BAD) {
  Deno.test(`schedules next answers 2 when "${words.join(" ")}" is typed`, async () => {
    const { code, out, err } = await next(...words, "--master", "mongo:never-opened");

    deepStrictEqual([code, out], [2, ""], err);
    match(err, message);
    doesNotMatch(err, /mongo/);
  });
}

function served(): ServedCluster {
  return serveCluster({
    findSchedule: (id) =>
      Promise.resolve(
        aScheduleReport({ id, recurrence: { type: "natural", text: "every day" } }, {
          description: "every\x1b[2J day",
        }),
      ),
    previewSchedule: () =>
      Promise.resolve({
        runsAtMs: [Date.parse("2026-10-25T00:00:00Z"), Date.parse("2026-10-25T01:00:00.25Z")],
        timeZone: "Europe/Lisbon",
      }),
  }, stubRecurrence);
}

for (const id of [scheduleId(1), "maintenance:greet", "greet"]) {
  Deno.test(`schedules next asks the cluster when "${id}" is typed`, async () => {
    await using cluster = served();
    const { code, out, err } = await cluster.run("schedules", "next", id, "--count", "3", ...FROM);

    strictEqual(code, 0, err);
    strictEqual(
      out,
      "2026-10-25T00:00:00Z  2026-10-25T01:00:00+01:00[Europe/Lisbon]\n" +
        "2026-10-25T01:00:00.25Z  2026-10-25T01:00:00.25+00:00[Europe/Lisbon]\n",
    );
    strictEqual(err, "every\\x1b[2J day\nOnly 2 of 3 runs: it ends there\n");
    deepStrictEqual(cluster.calls, [
      { method: "findSchedule", args: [id] },
      {
        method: "previewSchedule",
        args: [id, { count: 3, fromMs: Date.parse("2026-10-24T23:30:00Z") }],
      },
    ]);
  });
}

Deno.test("schedules next asks the cluster for what could be an expression when --id is said", async () => {
  await using cluster = served();
  const { out } = await cluster.run(
    "schedules",
    "next",
    "hourly",
    "--id",
    "--json",
    "--count",
    "2",
  );

  const { items, local: _, ...document } = JSON.parse(out);
  deepStrictEqual(items, ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00.25Z"]);
  deepStrictEqual(document, {
    expression: "every day",
    type: "natural",
    description: "every\x1b[2J day",
    timeZone: "Europe/Lisbon",
  });
  deepStrictEqual(cluster.calls.map(({ args }) => args[0]), ["hourly", "hourly"]);
});

Deno.test("schedules next says why it took a word for an id when the cluster has no such schedule", async () => {
  await using cluster = serveCluster({
    findSchedule: () =>
      Promise.reject(new JobMasterError("schedule_not_found", "Cannot find schedule")),
  }, stubRecurrence);

  const guessed = await cluster.run("schedules", "next", "90x");
  const forced = await cluster.run("schedules", "next", "90x", "--id");

  deepStrictEqual([guessed.code, forced.code], [3, 3]);
  match(guessed.err, /^Read as an id, because: .*no such word.*\nerror: Cannot find schedule\n$/);
  strictEqual(forced.err, "error: Cannot find schedule\n");
});

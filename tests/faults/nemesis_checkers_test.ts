/** The checkers of the nemesis hold their tongue when all is well, and speak when a promise is broken. */

import { deepStrictEqual as equal, match, strictEqual } from "node:assert/strict";
import type { OutcomeKind } from "../../core/job.ts";
import type { Account } from "./nemesis/checkers/account.ts";
import { checkConservation } from "./nemesis/checkers/conservation.ts";
import { checkDuplicates } from "./nemesis/checkers/duplicates.ts";
import { FinalityWatch } from "./nemesis/checkers/finality.ts";
import { checkOccurrences } from "./nemesis/checkers/occurrences.ts";
import { checkOverlaps } from "./nemesis/checkers/overlap.ts";
import { checkQueue, violationsOf } from "./nemesis/checkers/total_queue.ts";
import { ledgerOf } from "./nemesis/ledger.ts";
import type { MasterJob } from "./nemesis/master_rows.ts";
import { type Act, type Entry, readRecord } from "./nemesis/record.ts";

const LEASE_MS = 6_000;

type Line = readonly [atMs: number, process: string, act: Act];

const asks = (atMs: number, job = "j", asked: "durable" | "agent" = "durable"): Line => [
  ...[atMs, "caller-1#1", { act: "invoke", job, asked }] as const,
];
const accepts = (atMs: number, job = "j"): Line => [
  ...[atMs, "caller-1#1", { act: "ok", job, acceptance: "durable" }] as const,
];
const starts = (atMs: number, place: string, [run, attempt] = [1, 1]): Line => {
  const token = `1.${attempt}`;
  return [atMs, place, { act: "start", job: "j", run: run!, attempt: attempt!, token }];
};
const ends = (atMs: number, place: string, run = 1): Line => [
  ...[atMs, place, { act: "end", job: "j", run, returns: true }] as const,
];
const told = (atMs: number, place: string, run = 1): Line => [
  ...[atMs, place, { act: "told", job: "j", run, code: "lease_lost" }] as const,
];
const killed = (atMs: number, target: string): readonly Line[] => [
  [atMs, "nemesis", { act: "ending", target }],
  [atMs + 5, "nemesis", { act: "gone", target }],
];
const trouble = (fromMs: number, untilMs: number, [kind, target]: readonly [string, string]) =>
  [
    [fromMs, "nemesis", { act: "trouble", kind, target }],
    [untilMs, "nemesis", { act: "healed", kind, target }],
  ] satisfies readonly Line[];

/** An account of one job, `j`, that was asked for and accepted, and of what is given. */
function account(lines: readonly Line[], rows: readonly MasterJob[]): Account {
  const all = [asks(0), accepts(1), ...lines].toSorted(([one], [other]) => one - other);
  return {
    ledger: ledgerOf(all.map(([atMs, process, act]): Entry => ({
      ...{ process, atMs, mono: atMs },
      ...act,
    }))),
    rows: new Map(rows.map((row) => [row.id, row])),
    leaseMs: LEASE_MS,
  };
}

/** The row of a job with these attempts on record, the last one of them by `winner`. */
function row(winner: string | null, outcomes: readonly OutcomeKind[], id = "j"): MasterJob {
  return {
    ...{ id, attempts: outcomes.length, schedule: null, occurrenceMs: null },
    status: winner === null ? "Failed" : "Succeeded",
    result: winner === null ? null : JSON.stringify(winner),
    executions: outcomes.map((outcome, index) => ({ attempt: index + 1, outcome })),
  };
}

function saysOne(violations: readonly string[], pattern: RegExp): void {
  strictEqual(violations.length, 1, violations.join("\n"));
  match(violations[0]!, pattern);
}

const ONCE = account(
  [starts(10, "node-1#1"), ends(20, "node-1#1")],
  [row("node-1#1/1", ["succeeded"])],
);

/** Killed in the middle, run again by another node. */
const CRASHED = account(
  [
    ...[starts(10, "node-1#1"), ...killed(20, "node-1#1")],
    ...[starts(9_000, "node-2#1", [1, 2]), ends(9_010, "node-2#1")],
  ],
  [row("node-2#1/1", ["crashed", "succeeded"])],
);

/** Frozen in the middle for longer than its lease, told when it went on. */
const FROZEN = account(
  [
    ...[starts(10, "node-1#1"), ...trouble(100, 12_000, ["pause", "node-1"])],
    ...[starts(9_000, "node-2#1", [1, 2]), ends(13_000, "node-2#1")],
    ...[told(12_050, "node-1#1"), ends(15_000, "node-1#1")],
  ],
  [row("node-2#1/1", ["crashed", "succeeded"])],
);

Deno.test("checkers say nothing when every promise is kept", () => {
  for (const kept of [ONCE, CRASHED, FROZEN]) {
    equal(violationsOf(checkQueue(kept)), []);
    equal(checkConservation(kept), []);
    equal(checkDuplicates(kept).violations, []);
    equal(checkOverlaps(kept).violations, []);
  }
  equal(checkDuplicates(CRASHED).counts.crashed, 1);
  equal([ONCE, CRASHED, FROZEN].map((each) => checkOverlaps(each).count), [0, 0, 1]);
});

Deno.test("checkQueue finds a job that was accepted and is gone", () => {
  saysOne(violationsOf(checkQueue(account([], []))), /^lost: job j$/);
});

Deno.test("checkQueue finds a job that has not ended", () => {
  const open = { ...row(null, []), status: "Queued" } as const;
  saysOne(violationsOf(checkQueue(account([], [open]))), /^stuck: job j$/);
});

Deno.test("checkQueue finds a job that nobody asked for, stored or run", () => {
  const stranger = row("node-1#1/1", ["succeeded"], "stranger");
  const stored = account([], [row(null, []), stranger]);
  const ran = account([[5, "node-1#1", {
    ...{ act: "start", job: "stranger", run: 1, attempt: 1, token: "1.1" },
  }]], [row(null, [])]);
  saysOne(violationsOf(checkQueue(stored)), /^unexpected: job stranger$/);
  saysOne(violationsOf(checkQueue(ran)), /^unexpected: job stranger$/);
});

Deno.test("checkQueue finds a job that was refused and is there", () => {
  const refused = account([
    ...[asks(2, "no"), [3, "caller-1#1", { act: "fail", job: "no", code: "mailbox_full" }] as Line],
  ], [row(null, []), row(null, [], "no")]);
  saysOne(violationsOf(checkQueue(refused)), /^unexpected: job no$/);
});

Deno.test("checkQueue lets a job be there or not when nobody knows whether it was accepted", () => {
  const lines = [asks(2, "maybe"), asks(3, "maybe not")];
  const queue = checkQueue(account(lines, [row(null, []), row(null, [], "maybe")]));
  equal(violationsOf(queue), []);
  equal(queue.recovered, ["maybe"]);
});

Deno.test("checkQueue finds a job that ran and that the master does not know", () => {
  const lines: readonly Line[] = [asks(2, "ran"), [4, "node-1#1", {
    ...{ act: "start", job: "ran", run: 1, attempt: 1, token: "1.1" },
  }]];
  saysOne(violationsOf(checkQueue(account(lines, [row(null, [])]))), /^phantom: job ran$/);
});

Deno.test("checkConservation finds an attempt that is not on record", () => {
  const gap = { ...row("node-1#1/1", ["succeeded"]), attempts: 2 };
  const lines = [starts(10, "node-1#1", [1, 2]), ends(20, "node-1#1")];
  const [first] = checkConservation(account(lines, [gap]));
  match(first!, /has 2 attempts, and \[1\] of them are on record/);
});

Deno.test("checkConservation finds an end that was committed twice", () => {
  const lines = [
    ...[starts(10, "node-1#1"), ends(20, "node-1#1")],
    ...[starts(30, "node-2#1", [1, 2]), ends(40, "node-2#1")],
  ];
  const twice = row("node-2#1/1", ["succeeded", "succeeded"]);
  saysOne(checkConservation(account(lines, [twice])), /was committed 2 times/);
});

Deno.test("checkConservation finds a result of a run that was not the one of the last attempt", () => {
  const late = row("node-1#1/1", ["crashed", "succeeded"]);
  const lines = [
    ...[starts(10, "node-1#1"), ends(9_020, "node-1#1")],
    ...[starts(9_000, "node-2#1", [1, 2]), ends(9_040, "node-2#1")],
  ];
  saysOne(checkConservation(account(lines, [late])), /which no run of attempt 2 returned/);
});

Deno.test("checkConservation finds an attempt that ended without a call", () => {
  const lines = [starts(10, "node-1#1", [1, 2]), ends(20, "node-1#1")];
  const never = row("node-1#1/1", ["failed", "succeeded"]);
  saysOne(checkConservation(account(lines, [never])), /failed in attempt 1, which never began/);
});

Deno.test("checkDuplicates finds a run that nothing explains", () => {
  const lines = [
    ...[starts(10, "node-1#1"), ends(20, "node-1#1")],
    ...[starts(30, "node-2#1"), ends(40, "node-2#1")],
  ];
  const { violations } = checkDuplicates(account(lines, [row("node-2#1/1", ["succeeded"])]));
  saysOne(violations, /run node-1#1\/1 of job j .* is not explained/);
});

Deno.test("checkDuplicates finds a run that returned and is on record as failed", () => {
  const lines = [
    ...[starts(10, "node-1#1"), ends(20, "node-1#1")],
    ...[starts(30, "node-1#1", [2, 2]), ends(40, "node-1#1", 2)],
  ];
  const failed = row("node-1#1/2", ["failed", "succeeded"]);
  saysOne(checkDuplicates(account(lines, [failed])).violations, /is not explained/);
});

Deno.test("checkDuplicates finds a crash of a process that nothing had happened to", () => {
  const lines = [
    ...[starts(10, "node-1#1"), ends(20, "node-1#1")],
    ...[starts(9_000, "node-2#1", [1, 2]), ends(9_040, "node-2#1")],
    ...trouble(100, 9_000, ["pause", "node-3"]),
  ];
  const crashed = row("node-2#1/1", ["crashed", "succeeded"]);
  const { violations } = checkDuplicates(account(lines, [crashed]));
  saysOne(violations, /crashed though nothing had happened to its process/);
});

Deno.test("checkDuplicates explains a first attempt that ran before it was saved for agent jobs alone", () => {
  const runs = (asked: "durable" | "agent"): Account => {
    const lines: readonly Line[] = [
      asks(2, "j", asked),
      ...[starts(10, "node-1#1"), ends(20, "node-1#1"), ...killed(21, "node-1#1")],
      ...[starts(9_000, "node-2#1"), ends(9_040, "node-2#1")],
    ];
    return account(lines, [row("node-2#1/1", ["succeeded"])]);
  };
  equal(checkDuplicates(runs("agent")).counts["before it was saved"], 1);
  equal(checkDuplicates(runs("agent")).violations, []);
  saysOne(checkDuplicates(runs("durable")).violations, /is not explained/);
});

const second = [starts(9_000, "node-2#1", [1, 2]), ends(20_000, "node-2#1")];
const OVERLAPPED = [row("node-2#1/1", ["crashed", "succeeded"])];

Deno.test("checkOverlaps finds a run that began beside one whose process nothing had happened to", () => {
  const lines = [starts(10, "node-1#1"), told(8_000, "node-1#1"), ends(9_500, "node-1#1")];
  const { violations } = checkOverlaps(account([...lines, ...second], OVERLAPPED));
  saysOne(violations, /which nothing had happened to/);
});

Deno.test("checkOverlaps finds a run that was cut off and never told to stop, or too late", () => {
  const cut = trouble(100, 12_000, ["partition", "node-1 master"]);
  const lines = [starts(10, "node-1#1"), ends(15_000, "node-1#1"), ...cut, ...second];
  const never = checkOverlaps(account(lines, OVERLAPPED));
  const late = checkOverlaps(account([...lines, told(12_500, "node-1#1")], OVERLAPPED));
  const inTime = checkOverlaps(account([...lines, told(8_900, "node-1#1")], OVERLAPPED));
  saysOne(never.violations, /which was never told to stop/);
  saysOne(late.violations, /which was told to stop 3500 ms too late/);
  equal(inTime.violations, []);
});

Deno.test("checkOverlaps finds two runs in one process, and attempts that count down", () => {
  const beside = account([
    ...[starts(10, "node-1#1"), starts(20, "node-1#1", [2, 2])],
    ...[ends(30, "node-1#1", 1), ends(40, "node-1#1", 2)],
  ], []);
  const backwards = account([
    ...[starts(10, "node-1#1", [1, 2]), ends(20, "node-1#1")],
    ...[starts(30, "node-2#1"), ends(40, "node-2#1")],
  ], []);
  saysOne(checkOverlaps(beside).violations, /is in the same process/);
  saysOne(checkOverlaps(backwards).violations, /attempt 1, token 1\.1\) began after/);
});

Deno.test("FinalityWatch finds a job that changed or went away after it had ended", () => {
  const watch = new FinalityWatch();
  watch.look(new Map([["a", "Succeeded"], ["b", "Failed"], ["c", "Failed"]]));
  watch.look(new Map([["a", "Succeeded"], ["b", "Succeeded"], ["d", "Failed"]]));
  watch.look(new Map([["a", "Succeeded"], ["b", "Failed"], ["c", "Failed"], ["d", "Failed"]]));
  equal(watch.violations, [
    "job b had ended as Failed and is Succeeded",
    "job c had ended as Failed and has not, or is gone",
  ]);
});

const made: Line = [0, "caller-1#1", {
  ...{ act: "scheduled", schedule: "s", everyMs: 2_000, endMs: 10_000 },
}];
const occurrences = (...times: readonly number[]) =>
  checkOccurrences(account(
    [made],
    times.map((occurrenceMs, index) => ({
      ...row(null, [], `o-${index}`),
      ...{ schedule: "s", occurrenceMs },
    })),
  ));

Deno.test("checkOccurrences finds a gap, a double and an early end", () => {
  equal(occurrences(2_000, 4_000, 6_000, 8_000), { count: 4, violations: [] });
  saysOne(occurrences(2_000, 4_000, 8_000).violations, /left out 4000 ms before 8000/);
  saysOne(occurrences(2_000, 4_000, 4_000, 6_000, 8_000).violations, /made two jobs of 4000/);
  saysOne(occurrences(2_000, 4_000, 6_000).violations, /ended too early/);
  saysOne(occurrences().violations, /ended too early/);
});

Deno.test("readRecord leaves out a last line that was cut short", () => {
  const whole = { process: "p", atMs: 1, mono: 1, act: "gap", ms: 2 };
  equal(readRecord(`${JSON.stringify(whole)}\n{"process":"p","a`), [whole]);
});

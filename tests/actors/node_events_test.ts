/**
 * What of a node's events is kept in the master's log.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { journalEntry } from "../../actors/node_events.ts";
import type { KernelEvent } from "../../actors/runtime/metrics.ts";
import type { LogEntry } from "../../core/log.ts";
import { AT_MS, logId } from "../support/factories.ts";
import { FakeClock } from "../support/fake_clock.ts";

function entryOf(event: KernelEvent): LogEntry | null {
  return journalEntry(event, {
    options: { clusterId: "c-1", host: "host-1" },
    clock: new FakeClock(AT_MS),
    newId: () => logId(1),
  });
}

function log(given: Partial<Extract<KernelEvent, { type: "log" }>> = {}): KernelEvent {
  return {
    type: "log",
    address: "node/leader",
    level: "info",
    message: "Leads",
    fields: {},
    ...given,
  };
}

Deno.test("journalEntry keeps a text of a node as an entry about its cluster", () => {
  deepStrictEqual(entryOf(log({ fields: { term: 3 } })), {
    id: logId(1),
    level: "Info",
    message: "Leads",
    subjectType: "Cluster",
    subjectId: "c-1",
    attempt: null,
    fields: '{"term":3,"from":"node/leader"}',
    host: "host-1",
    writtenAtMs: AT_MS,
  });
});

Deno.test("journalEntry keeps the subject that a text names", () => {
  const entry = entryOf(log({ fields: { subjectType: "Worker", subjectId: "w-1", mode: "Full" } }));
  deepStrictEqual([entry?.subjectType, entry?.subjectId, entry?.fields], [
    "Worker",
    "w-1",
    '{"mode":"Full","from":"node/leader"}',
  ]);
});

Deno.test("journalEntry writes about the cluster when the subject is unknown or has no id", () => {
  const wrong = [
    { subjectType: "Cat", subjectId: "w-1" },
    { subjectType: "Worker" },
    { subjectType: "Worker", subjectId: 7 },
    { subjectId: "w-1" },
  ];
  for (const fields of wrong) {
    const entry = entryOf(log({ fields }));
    deepStrictEqual([entry?.subjectType, entry?.subjectId], ["Cluster", "c-1"]);
  }
});

Deno.test("journalEntry translates levels and keeps no debug text", () => {
  const levels = (["info", "warning", "error"] as const).map((level) =>
    entryOf(log({ level }))?.level
  );
  deepStrictEqual(levels, ["Info", "Warning", "Error"]);
  strictEqual(entryOf(log({ level: "debug" })), null);
});

Deno.test("journalEntry keeps a crash as an error", () => {
  const entry = entryOf({ type: "crashed", address: "node/leader", error: "TypeError: no" });
  deepStrictEqual(
    [entry?.level, entry?.message, entry?.subjectType, entry?.subjectId, entry?.fields],
    ["Error", "node/leader crashed: TypeError: no", "Cluster", "c-1", null],
  );
});

Deno.test("journalEntry keeps neither restarts nor dead letters", () => {
  strictEqual(entryOf({ type: "restarted", address: "node", restarts: 1 }), null);
  strictEqual(
    entryOf({ type: "dead_letter", address: "node", messageType: "x", reason: "stopped" }),
    null,
  );
});

Deno.test("journalEntry cuts a long text to 4,000 characters", () => {
  const long = "x".repeat(5_000);
  strictEqual(entryOf(log({ message: long }))?.message.length, 4_000);
  strictEqual(
    entryOf({ type: "crashed", address: "node", error: long })?.message.length,
    4_000,
  );
});

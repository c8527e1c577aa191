/** Jobs from outside the master: each field is checked, and what was a job stays one. */

import { strictEqual as equal } from "node:assert/strict";
import { wrongField } from "../../core/received_job.ts";

const JOB = {
  id: "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071",
  clusterId: "local",
  definitionId: "mail.send",
  priority: "Medium",
  lane: "",
  data: '{"to":"ada"}',
  metadata: { tenant: "a", count: 1, urgent: false },
  triggerSource: "Once",
  scheduleId: null,
  occurrenceAtMs: null,
  uniqueKey: null,
  originalScheduledAtMs: 1_700_000_000_000,
  scheduledAtMs: 1_700_000_000_000,
  createdAtMs: 1_700_000_000_000,
  maxRetries: 3,
  timeoutMs: 60_000,
  retry: null,
};

const FULL = {
  scheduleId: "nightly:report",
  occurrenceAtMs: -1,
  uniqueKey: "Größe 😀",
  lane: "mail",
  maxRetries: 0,
  retry: { baseMs: 0, factor: 1.5, maxMs: 10, jitter: "none" },
};

Deno.test("wrongField finds nothing wrong with a job, and does not mind further fields", () => {
  equal(wrongField(JOB), null);
  equal(wrongField({ ...JOB, ...FULL, status: "Queued", placement: null }), null);
});

/** Per field, what it must not be; every field must also be there. */
const WRONG: Readonly<Record<keyof typeof JOB, readonly unknown[]>> = {
  id: [1, "", "x", JOB.id.toUpperCase()],
  clusterId: ["", "a b", 1],
  definitionId: ["", "a b", "x".repeat(251)],
  priority: ["Urgent", "medium", 2],
  lane: [null, "Mail", "x".repeat(26)],
  data: [null, {}, "", "{", '"\0"', '"\ud800"'],
  metadata: [null, [], "x", { a: null }, { "\0": 1 }, { a: "x".repeat(9_000) }],
  triggerSource: ["Twice", null],
  scheduleId: ["", 1, "\0", "x".repeat(251)],
  occurrenceAtMs: ["1", 1.5],
  uniqueKey: ["", 1, "\ud800", "x".repeat(251)],
  originalScheduledAtMs: [null, 1.5, "1"],
  scheduledAtMs: [null, 1.5, 2 ** 60],
  createdAtMs: [null, Number.NaN],
  maxRetries: [null, -1, 11, 1.5],
  timeoutMs: [null, 0, 1e20],
  retry: [1, {}, { ...FULL.retry, jitter: "some" }, { ...FULL.retry, factor: "2" }],
};

for (const [field, values] of Object.entries(WRONG)) {
  Deno.test(`wrongField names ${field} when it is missing or wrong`, () => {
    for (const value of [undefined, ...values]) {
      equal(wrongField({ ...JOB, [field]: value }), field);
    }
  });
}

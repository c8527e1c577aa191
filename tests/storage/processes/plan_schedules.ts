/**
 * Plans the schedules of the file it is given, as soon as it is told to, occurrence by occurrence until each has had
 * as many as it is given. Prints the jobs it was told are stored. Its jobs are numbered from the number it is given.
 */

import type { SchedulePlanWrite } from "../../../storage/port.ts";
import { openSqlite } from "../../../storage/sqlite.ts";
import { anOccurrence, aPlan, jobId } from "../../support/factories.ts";

const [path, term, last, first] = Deno.args;
await using master = await openSqlite({ path, synchronous: "normal" });
const clusterId = "c-1";
const lease = { name: "coordinator", holder: "w-1", term: Number(term) };
let number = Number(first);
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));

const stored: string[] = [];
const due = { clusterId, nowMs: Number(last) - 1, ensuredSinceMs: 0, limit: 7 };
for (;;) {
  const schedules = await master.schedules.listDue(due);
  if (schedules.length === 0) break;
  const plans = schedules.map(({ schedule }): SchedulePlanWrite => {
    const { cursorAtMs } = schedule;
    // The one before as well, as a planner does that has lost its memory.
    const jobs = [cursorAtMs, cursorAtMs + 1]
      .filter((atMs) => atMs > 0)
      .map((atMs) => anOccurrence(schedule, atMs, { id: jobId(number++) }));
    return aPlan(schedule, { cursorAtMs: cursorAtMs + 1, planAtMs: cursorAtMs + 1, jobs });
  });
  const result = await master.schedules.plan({ clusterId, lease, nowMs: 0, plans });
  if (result === "lease_lost") break;
  stored.push(...result.jobs);
}
console.log(JSON.stringify(stored));

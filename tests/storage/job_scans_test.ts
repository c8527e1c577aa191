/** Which indexes lists and counts of jobs read. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { JOB_STATUSES } from "../../core/job.ts";
import type { JobFilter, JobSort } from "../../core/filter.ts";
import { JobScans } from "../../storage/sql/job_scans.ts";
import { postgresDialect } from "../../storage/sql/postgres_dialect.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";

const SCANS = new JobScans(tablesOf("jm_"), postgresDialect);

function indexes(filter: JobFilter, sortedBy: JobSort["by"] | null): readonly string[] {
  return SCANS.of(filter, sortedBy).map(({ index }) => index.replace("jm_jobs_", ""));
}

Deno.test("JobScans reads no more than the indexes of the statuses asked for", () => {
  const unfinished = JOB_STATUSES.slice(0, -3);
  const cases: readonly (readonly [JobFilter["statuses"], readonly string[]])[] = [
    [undefined, ["by_created"]],
    [[], []],
    [["SavePending"], []],
    [["HeldOnMaster"], ["held"]],
    [["AssignedToBucket"], ["unclaimed"]],
    [["Onboarded"], ["unclaimed"]],
    [["Queued"], ["claimed"]],
    [["Processing"], ["claimed"]],
    [["Failed"], ["unsuccessful"]],
    [["Cancelled"], ["unsuccessful"]],
    [["Succeeded"], ["by_created"]],
    [unfinished, ["held", "unclaimed", "claimed"]],
    [[...unfinished, "Failed"], ["held", "unclaimed", "claimed", "unsuccessful"]],
    [["Failed", "Succeeded"], ["by_created"]],
  ];
  for (const [statuses, expected] of cases) {
    const filter = statuses === undefined ? {} : { statuses };
    equal([statuses, indexes(filter, "createdAt")], [statuses, expected]);
  }
});

Deno.test("JobScans reads ends in their order, and counts successes by them", () => {
  equal(indexes({}, "finishedAt"), ["finished"]);
  equal(indexes({ statuses: ["Failed"] }, "finishedAt"), ["finished"]);
  equal(indexes({ statuses: ["Succeeded"] }, null), ["finished"]);
  equal(indexes({ statuses: ["Succeeded", "Failed"] }, null), ["by_created"]);
});

Deno.test("JobScans prefers the filter that leaves least to read", () => {
  const unique = { definitionId: "mail.send", uniqueKey: "k" };
  equal(indexes({ ...unique, scheduleId: "s-1", bucketId: "b-1" }, null), ["by_unique_key"]);
  equal(indexes({ uniqueKey: "k", scheduleId: "s-1", bucketId: "b-1" }, null), ["by_schedule"]);
  equal(indexes({ bucketId: "b-1", statuses: ["Queued"] }, null), ["claimed", "unclaimed"]);
});

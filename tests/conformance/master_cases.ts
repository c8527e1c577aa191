/**
 * Every promise of the master port.
 *
 * @module
 */

import { agentCases } from "./agent_cases.ts";
import { drainingCases } from "./draining_cases.ts";
import { assignCases } from "./assign_cases.ts";
import { bucketCases } from "./bucket_cases.ts";
import { bucketStepCases } from "./bucket_step_cases.ts";
import { changeCases } from "./change_cases.ts";
import { claimCases } from "./claim_cases.ts";
import { clusterCases } from "./cluster_cases.ts";
import type { MasterCase } from "./conformance_case.ts";
import { dueCases } from "./due_cases.ts";
import { expiryCases } from "./expiry_cases.ts";
import { fetchCases } from "./fetch_cases.ts";
import { insertCases } from "./insert_cases.ts";
import { jobFilterCases } from "./job_filter_cases.ts";
import { listCases } from "./list_cases.ts";
import { logCases } from "./log_cases.ts";
import { markCases } from "./mark_cases.ts";
import { metadataCases } from "./metadata_cases.ts";
import { placementCases } from "./placement_cases.ts";
import { queryCases } from "./query_cases.ts";
import { reclaimCases } from "./reclaim_cases.ts";
import { retentionCases } from "./retention_cases.ts";
import { scheduleDueCases } from "./schedule_due_cases.ts";
import { scheduleInsertCases } from "./schedule_insert_cases.ts";
import { scheduleListCases } from "./schedule_list_cases.ts";
import { schedulePlanCases } from "./schedule_plan_cases.ts";
import { scheduleUpdateCases } from "./schedule_update_cases.ts";
import { recordCases } from "./record_cases.ts";
import { settleCases } from "./settle_cases.ts";
import { valueCases } from "./value_cases.ts";
import { workerCases } from "./worker_cases.ts";

/** The promises every adapter of the master keeps. */
export const masterCases: readonly MasterCase[] = [
  ...insertCases,
  ...placementCases,
  ...dueCases,
  ...assignCases,
  ...fetchCases,
  ...claimCases,
  ...markCases,
  ...settleCases,
  ...recordCases,
  ...reclaimCases,
  ...changeCases,
  ...listCases,
  ...jobFilterCases,
  ...metadataCases,
  ...queryCases,
  ...scheduleInsertCases,
  ...scheduleListCases,
  ...scheduleUpdateCases,
  ...schedulePlanCases,
  ...scheduleDueCases,
  ...logCases,
  ...retentionCases,
  ...agentCases,
  ...drainingCases,
  ...bucketCases,
  ...bucketStepCases,
  ...workerCases,
  ...expiryCases,
  ...clusterCases,
  ...valueCases,
];

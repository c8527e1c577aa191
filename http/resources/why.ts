/**
 * What the API says about why a job is where it is.
 *
 * @module
 */

import type { JobStatus } from "../../core/job.ts";
import type { WhyReport } from "../../core/why.ts";

/** Why a job is where it is. */
export interface WhyResource {
  /** The job. */
  readonly jobId: string;
  /** Its status. */
  readonly status: JobStatus;
  /** Whether nothing that exists now will move it on. */
  readonly stuck: boolean;
  /** What holds it, most important first. */
  readonly reasons: readonly ReasonResource[];
}

/** One reason. */
export interface ReasonResource {
  /** Stable word. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/** What the API says about why a job is where it is. */
export function toWhyResource(report: WhyReport): WhyResource {
  return {
    jobId: report.jobId,
    status: report.status,
    stuck: report.stuck,
    reasons: report.reasons.map(({ code, message }) => ({ code, message })),
  };
}

/**
 * The flow of jobs, put together from its parts.
 *
 * @module
 */

import type { JobStore } from "../port.ts";

/** Which part serves which calls. */
export interface JobParts {
  /** Stores new jobs. */
  readonly intake: Pick<JobStore, "insert">;
  /** Brings jobs to their attempts. */
  readonly flow: Pick<JobStore, "listDue" | "assign" | "fetch" | "claim" | "mark" | "release">;
  /** Settles attempts. */
  readonly settling: Pick<JobStore, "settle">;
  /** Stores jobs that ran already. */
  readonly recording: Pick<JobStore, "record">;
  /** Takes jobs out of buckets whose owner lost them. */
  readonly reclaim: Pick<JobStore, "reclaim">;
  /** Changes jobs from outside. */
  readonly changes: Pick<JobStore, "change">;
}

/** The store whose calls `parts` serve. */
export function jobStoreOf(parts: JobParts): JobStore {
  const { intake, flow, settling, recording, reclaim, changes } = parts;
  return {
    insert: (input) => intake.insert(input),
    listDue: (input) => flow.listDue(input),
    assign: (input) => flow.assign(input),
    fetch: (input) => flow.fetch(input),
    claim: (input) => flow.claim(input),
    mark: (input) => flow.mark(input),
    settle: (input) => settling.settle(input),
    record: (input) => recording.record(input),
    release: (input) => flow.release(input),
    reclaim: (input) => reclaim.reclaim(input),
    change: (input) => changes.change(input),
  };
}

/**
 * Storing jobs in transactions of the application, in the application's own thread: its connections cannot go elsewhere.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { loadAdapter } from "../storage/mod.ts";
import type { EnlistedJobs, InsertResult, MasterSpec } from "../storage/port.ts";

/** Stores jobs in the transaction that `client` has open. @throws {JobMasterError} See `MasterAdapter.enlist` */
export type Enlist = (client: object, jobs: EnlistedJobs) => Promise<InsertResult>;

/** Stores jobs by means of the adapter that `spec` names, which is loaded when it is needed first. */
export function enlistingIn(spec: MasterSpec): Enlist {
  return async (client, jobs) => {
    const adapter = await loadAdapter(spec);
    if (!isClient(client)) {
      throw new JobMasterError(
        "invalid_request",
        `Cannot schedule in transaction tx: it is ${
          shown(client)
        }; leave it out to commit by itself`,
      );
    }
    if (adapter.enlist !== undefined) return await adapter.enlist(spec.options, client, jobs);
    throw new JobMasterError(
      "unsupported",
      `Cannot schedule in transaction tx: master ${shown(spec.label)} has no such transactions`,
    );
  };
}

function isClient(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/**
 * Storing jobs in transactions of the application, in the application's own thread: its connections cannot go elsewhere.
 *
 * @module
 */

import { type Clock, systemClock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { loadAdapter } from "../storage/mod.ts";
import type { EnlistedJobs, InsertResult, MasterSpec } from "../storage/port.ts";

/** Stores jobs in the transaction that `client` has open. @throws {JobMasterError} See `MasterAdapter.enlist` */
export type Enlist = (client: object, jobs: EnlistedJobs) => Promise<InsertResult>;

/** How long the application's connection may take to answer, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Stores jobs by means of the adapter that `spec` names, which is loaded when it is needed first. */
export function enlistingIn(spec: MasterSpec, clock: Clock = systemClock): Enlist {
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
    if (adapter.enlist !== undefined) {
      return await inTime(clock, adapter.enlist(spec.options, client, jobs));
    }
    throw new JobMasterError(
      "unsupported",
      `Cannot schedule in transaction tx: master ${shown(spec.label)} has no such transactions`,
    );
  };
}

/** Some packages never answer once their connection was cut. */
async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  using _limit = clock.schedule(TIMEOUT_MS, () => {
    late.reject(
      new JobMasterError(
        "master_unavailable",
        `Cannot schedule in transaction tx: its connection has not answered for ${
          TIMEOUT_MS / 1_000
        } s; roll it back`,
        { retryable: true },
      ),
    );
  });
  return await Promise.race([work, late.promise]);
}

function isClient(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

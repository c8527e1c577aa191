/**
 * Runs a handler the way an executor does, without an executor.
 *
 * @module
 */

import { HandlerRun } from "../../../actors/handler_run.ts";
import { type AnyJobDefinition, defineJob, type JobHandler } from "../../../core/definition.ts";
import type { Job } from "../../../core/job.ts";
import type { Ending } from "../../../core/settlement.ts";
import { aJob, AT_MS, logId } from "../../support/factories.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** What a scene may be made of. */
export interface SceneOptions {
  /** The definition; `null` when this node lacks it. @default {one that runs the handler} */
  readonly definition?: AnyJobDefinition | null;
  /** Fields of the job. */
  readonly job?: Partial<Job>;
  /** Which attempt. @default {1} */
  readonly attempt?: number;
}

/** A run of `handler` that has not started. Its clock stands at `AT_MS`; its log ids count from 1. */
export function runOf(handler: JobHandler, options: SceneOptions = {}): HandlerRun {
  const { definition = defineJob({ id: "mail.send" }, handler), job, attempt = 1 } = options;
  let entries = 0;
  return new HandlerRun({
    run: { job: aJob({ timeoutMs: 5_000, ...job }), attempt, epoch: 3 },
    definition: definition ?? undefined,
    clock: new FakeClock(AT_MS),
    newId: () => logId(++entries),
    host: "host-1",
  });
}

/** How a run of `handler` ends. */
export function endingOf(handler: JobHandler, options?: SceneOptions): Promise<Ending> {
  return runOf(handler, options).start();
}

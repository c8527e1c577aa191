/**
 * What the master has on record of a job agrees with itself and with what handlers did.
 *
 * @module
 */

import { isFinal } from "../../../../core/job.ts";
import { resultOf } from "../deeds.ts";
import type { Run } from "../ledger.ts";
import type { MasterJob } from "../master_rows.ts";
import type { Account } from "./account.ts";

/** Outcomes that a handler has to be called for. */
const NEEDS_A_CALL: ReadonlySet<string> = new Set(["succeeded", "failed", "timed_out"]);

/** Every disagreement. */
export function checkConservation({ ledger, rows }: Account): readonly string[] {
  return [...rows.values()].filter(({ status }) => isFinal(status)).flatMap((job) =>
    problemsOf(job, ledger.runs.get(job.id) ?? []).map((problem) => `job ${job.id} ${problem}`)
  );
}

function problemsOf(job: MasterJob, runs: readonly Run[]): readonly string[] {
  const { status, attempts, executions } = job;
  const problems: string[] = [];
  const numbers = executions.map(({ attempt }) => attempt).join();
  const wanted = Array.from({ length: attempts }, (_, index) => index + 1).join();
  if (numbers !== wanted) {
    problems.push(`has ${attempts} attempts, and [${numbers}] of them are on record`);
  }
  for (const { attempt, outcome } of executions) {
    if (NEEDS_A_CALL.has(outcome) && !runs.some((run) => run.attempt === attempt)) {
      problems.push(`is said to have ${outcome} in attempt ${attempt}, which never began`);
    }
  }
  const won = executions.filter(({ outcome }) => outcome === "succeeded");
  if (won.length > 1) problems.push(`was committed ${won.length} times`);
  if ((status === "Succeeded") !== (executions.at(-1)?.outcome === "succeeded")) {
    problems.push(`is ${status}, and its last attempt ${executions.at(-1)?.outcome}`);
  }
  if (status === "Succeeded" && !runs.some((run) => isWinner(job, run))) {
    problems.push(`has the result ${job.result}, which no run of attempt ${attempts} returned`);
  }
  return problems;
}

/** Whether it is the run whose end was committed. */
export function isWinner({ attempts, result }: MasterJob, run: Run): boolean {
  return run.ended === "returned" && run.attempt === attempts &&
    result === JSON.stringify(resultOf(run));
}

/**
 * Whether a node is ready, and what keeps it from that.
 *
 * @module
 */

import type { MasterHealth } from "../storage/port.ts";
import type { NodeHealth } from "./client.ts";
import type { ActorMetrics } from "./runtime/metrics.ts";
import type { WorkerCondition } from "./worker_protocol.ts";

/** What was seen of a node. */
export interface Seen {
  /** What the master answered, or why it did not. */
  readonly master: MasterHealth | Error;
  /** How long it took, in milliseconds. */
  readonly latencyMs: number;
  /** How far its workers are. */
  readonly workers: readonly WorkerCondition[];
  /** Its actors. */
  readonly actors: readonly ActorMetrics[];
}

/** The health of a node. */
export function healthOf({ master, latencyMs, workers, actors }: Seen): NodeHealth {
  const answered = !(master instanceof Error);
  const problems = [
    ...(answered ? [] : [`The master does not answer: ${master.message}`]),
    ...workers.flatMap(problemsOf),
  ];
  return {
    ready: problems.length === 0,
    problems,
    master: answered ? master : null,
    masterLatencyMs: answered ? latencyMs : null,
    actors,
  };
}

function problemsOf({ phase, trusted }: WorkerCondition): readonly string[] {
  if (phase !== "working") return ["The node is stopping"];
  return trusted ? [] : ["A worker does not hold its lease"];
}

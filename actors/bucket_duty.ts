/**
 * How a bucket agent works on the master: every duty runs beside the mailbox and comes back as a message. At most
 * one of each kind is under way, so every read and write is one batch.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { BucketProof } from "../storage/port.ts";
import type {
  BucketAgentContext,
  BucketAgentState,
  Done,
  DutyKind,
} from "./bucket_agent_protocol.ts";

/** Work on the master. */
export interface Duty {
  /** What it does. */
  readonly kind: DutyKind;
  /** Jobs it has taken out of the buffer to claim them. @default {[]} */
  readonly claiming?: readonly string[];
  /** Does it. */
  readonly work: () => Promise<Done>;
}

/** Starts a duty; what it brings back arrives as `duty_done`. */
export function runDuty(
  context: BucketAgentContext,
  state: BucketAgentState,
  { kind, claiming = [], work }: Duty,
): void {
  state.busy.add(kind);
  context.pipeToSelf(work(), (settled) => {
    if (settled.status === "fulfilled") return { type: "duty_done", done: settled.value };
    context.log("debug", `Cannot ${kind} now: ${codeOf(settled.reason)}`, {
      bucketId: state.args.bucketId,
    });
    return { type: "duty_done", done: { kind: "failed", duty: kind, claiming } };
  });
}

/** Names the bucket and proves its ownership. */
export function proofOf(state: BucketAgentState): BucketProof {
  const { clusterId, bucketId } = state.args;
  return { clusterId, bucketId, epoch: state.epoch };
}

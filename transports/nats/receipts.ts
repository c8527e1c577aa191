/**
 * Receipts on NATS: the address that the server gave a delivery for its acknowledgement.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";

/** What an acknowledgement's address says. */
export interface AckAddress {
  /** How often the message was delivered, this time included. */
  readonly deliveries: number;
  /** Its number in the stream. */
  readonly sequence: number;
}

/**
 * Reads `$JS.ACK.stream.consumer.delivered.sequence.…`, or the longer form, which also names domain and account.
 *
 * @throws {JobMasterError} `invalid_request` for what is no such address.
 */
export function readAckAddress(receipt: string): AckAddress {
  const parts = receipt.split(".");
  const at = parts.length >= 11 ? 6 : 4;
  const [deliveries, sequence] = [Number(parts[at]), Number(parts[at + 1])];
  const isOne = receipt.startsWith("$JS.ACK.") && parts.length >= 9 && !/[\s*>]/.test(receipt);
  if (isOne && Number.isInteger(deliveries) && Number.isInteger(sequence)) {
    return { deliveries, sequence };
  }
  throw new JobMasterError("invalid_request", `Cannot read receipt ${shown(receipt)}`);
}

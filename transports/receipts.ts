/**
 * Receipts of deliveries: which message, received for the how-manieth time.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";

/** What a receipt names. A later delivery of the message has another one. */
export interface Received {
  /** The message. */
  readonly id: string;
  /** How often it had been received. */
  readonly deliveries: number;
}

/** The receipt of a delivery. */
export function receiptOf({ id, deliveries }: Received): string {
  return `${deliveries}:${id}`;
}

/**
 * What a receipt names.
 *
 * @throws {JobMasterError} `invalid_request` for what is no receipt.
 */
export function readReceipt(receipt: string): Received {
  const [, deliveries, id] = /^(\d{1,15}):(.+)$/s.exec(receipt) ?? [];
  if (id !== undefined) return { id, deliveries: Number(deliveries) };
  throw new JobMasterError("invalid_request", `Cannot read receipt ${shown(receipt)}`);
}

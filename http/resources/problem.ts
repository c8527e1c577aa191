/**
 * What the API says when it refuses or fails.
 *
 * @module
 */

import type { ErrorCode } from "../../core/errors.ts";

/** A problem document (RFC 9457). */
export interface ProblemResource {
  /** `urn:jobmaster:error:<code>`. */
  readonly type: string;
  /** The code in words. */
  readonly title: string;
  /** The status of the answer. */
  readonly status: number;
  /** What could not be done and what would be right, at most 4,000 characters. */
  readonly detail: string;
  /** What went wrong, for programs. */
  readonly code: ErrorCode;
  /** Every problem found, when there are several; at most 50. */
  readonly problems?: readonly string[];
  /** The path of the request. */
  readonly instance: string;
}

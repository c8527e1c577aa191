/**
 * What an HTTP API answered instead of what was asked for.
 *
 * @module
 */

/** A problem document (RFC 9457), or an answer that should have been one. */
export class ApiError extends Error {
  /** Always `"ApiError"`. */
  override readonly name: string = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  /** The problem's stable code; `"http_<status>"` when the answer had none. */
  readonly code: string;
  /** Every problem found, one line each; empty when the message says it all. */
  problems: readonly string[] = [];

  /** Creates an error; `message` is the problem's detail. */
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * A row of the catalogue of faults, and the tests that prove what it says.
 *
 * @module
 */

/** A fault, and what shows that it does no harm. */
export interface FaultRow {
  /** Its number, as in `F23`. */
  readonly id: string;
  /** What goes wrong. */
  readonly fault: string;
  /** Whether it can happen here. */
  readonly status: "tested" | "not applicable";
  /** Where it is tested: the name of a test, or a part of it that stands in the file as it is. */
  readonly tests: readonly { readonly file: string; readonly name: string }[];
  /** Why it does not apply, or what of it is tested. */
  readonly why?: string;
}

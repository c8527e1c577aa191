/**
 * What statements bind and answer.
 *
 * @module
 */

/** A value a statement binds or answers. Whole numbers up to 2^53, text, `null`. */
export type SqlValue = string | number | null;

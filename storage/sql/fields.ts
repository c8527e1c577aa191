/**
 * Rows with names: the columns a statement selects, listed once.
 *
 * @module
 */

import type { Fields } from "./rows.ts";
import type { Row } from "./session.ts";

/** Makes objects of rows that hold `columns`, in this order. */
export function named(columns: readonly string[]): (row: Row) => Fields {
  return (row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]));
}

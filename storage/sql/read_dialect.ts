/**
 * What differs between the SQL that reads, on servers and in a SQLite file.
 *
 * @module
 */

import type { Metadata } from "../../core/job.ts";
import type { SqlValue } from "./sql_value.ts";

/** A condition and the values it binds, in their order. */
export interface Condition {
  /** The SQL text, with `?` for each value. */
  readonly sql: string;
  /** The bound values. */
  readonly values: readonly SqlValue[];
}

/** The SQL that reads, of one kind of database. */
export interface ReadDialect {
  /** Which it is. */
  readonly name: "postgres" | "mysql" | "sqlite";
  /** The column by which a row is found the fastest: within its cluster if that is `id`. */
  readonly rowKey: "id" | "seq";
  /** Joins two tables so that the left one is read first. */
  readonly join: string;
  /**
   * Reads rows of a table by their ids, each looked up by itself. `columns` are those of the table `t`. Bound are the
   * batch, a JSON array of objects with an `id`, and the cluster.
   */
  selectByIds(table: string, columns: string): string;
  /** Follows a table's alias in FROM to have it read by that index; empty where the planner is trusted. */
  byIndex(index: string): string;
  /**
   * `text` in ORDER BY, for few rows found by other columns: they are sorted then. A planner that does not know how few
   * they are would rather walk a whole table in that order.
   */
  sortedBy(text: string): string;
  /** Rows beyond (or, if `inclusive`, from) a place in the order of `columns`; every index in that order helps. */
  beyond(
    columns: readonly string[],
    place: {
      readonly direction: "asc" | "desc";
      readonly values: readonly SqlValue[];
      readonly inclusive: boolean;
    },
  ): Condition;
  /** Lower case of ASCII letters, of those alone. */
  asciiLower(text: string): string;
  /** Where `part` starts in `text`, from 1; 0 when it is not in it. */
  indexOf(text: string, part: string): string;
  /** How many characters a text has. */
  lengthOf(text: string): string;
  /** The texts of a job's error, ASCII letters in lower case. */
  readonly errorTexts: readonly string[];
  /** Tags as a table `alias`: the key `k`, and the value in `s` (text), `n` (number) or `b` (0 or 1). */
  tags(json: string, alias: string): string;
  /** What {@linkcode tags} reads, and the column `metadata` holds: JSON of tags. */
  storedTags(metadata: Metadata): string;
}

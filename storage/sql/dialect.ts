/**
 * What differs between the servers' SQL. Everything else is written once.
 *
 * Column and table names are trusted; values are always bound.
 *
 * @module
 */

import type { Condition, ReadDialect } from "./read_dialect.ts";
import type { SqlValue } from "./sql_value.ts";

export type { Condition, ReadDialect };

/** What a column of a JSON table holds. */
export type JsonColumn = "text" | "whole" | "real";

/** Columns of a JSON table by name, which is also the name of the field in each of its objects. */
export type JsonColumns = Readonly<Record<string, JsonColumn>>;

/** An update or deletion of the rows that a joined table names. */
export interface JoinedChange {
  /** The table. */
  readonly table: string;
  /** Its alias, which conditions and expressions use. */
  readonly alias: string;
  /** The joined table: an expression with an alias, see {@linkcode Dialect.jsonTable}. Read first. */
  readonly from: string;
  /** Which of its rows belong to which of the table's, and what else has to hold. */
  readonly where: string;
}

/** Rows of a large table that the items of a batch name. The batch is the JSON table `g`. */
export interface Listed {
  /** The table; its key is `cluster_id` and `id`. Its alias is `t`. */
  readonly table: string;
  /** Columns of the batch. */
  readonly batch: JsonColumns;
  /** Which column has which value of the batch, beside the cluster. @default {{ id: "g.id" }} */
  readonly by?: Readonly<Record<string, string>>;
  /** What else has to hold. @default {nothing} */
  readonly also?: string;
}

/** What to read of listed rows. */
export interface ListedRows extends Listed {
  /** The columns, of `t` and `g`. */
  readonly columns: string;
  /** What to keep others from until the commit, in the order of the batch: changing, or also locking the rows. */
  readonly lock: "none" | "share" | "update";
}

/** The columns of tags as they are stored: the key, and the value in the column of its type. */
export const TAG_COLUMNS: JsonColumns = { k: "text", s: "text", n: "real", b: "whole" };

/** A deletion of the rows whose `column` is listed. */
export interface ListedDeletion {
  /** The table. */
  readonly table: string;
  /** Name of the index in which `column` follows the other columns of `where`; `PRIMARY` is the primary key. */
  readonly index: string;
  /** The column. */
  readonly column: string;
  /** What else holds, mostly which cluster. */
  readonly where: string;
}

/** The SQL of one kind of server. */
export interface Dialect extends ReadDialect {
  /** Which it is. */
  readonly name: "postgres" | "mysql";
  /**
   * The objects of a JSON array as a table `alias` with `columns`: how a batch of any size is one bound value. `json`
   * is the SQL of the array's text, mostly `?`. A missing field is NULL. Text compares by code points. An array of
   * objects of at most some ten megabytes.
   */
  jsonTable(json: string, alias: string, columns: JsonColumns): string;
  /**
   * Reads listed rows one by one through the index that `by` names, whatever the planner believes of the table's size.
   * The values bound first are the batch and the cluster.
   */
  selectListed(listed: ListedRows): string;
  /**
   * Updates listed rows as {@linkcode selectListed} reads them. The transaction must have locked them before: a change
   * that another one commits while this statement runs may hide a row from it. `set` is as in {@linkcode update}.
   */
  updateListed(listed: Listed & { readonly set: Readonly<Record<string, string>> }): string;
  /** Updates joined rows. `set` binds nothing: what it needs comes from the joined table. It maps columns to expressions; none of them reads a column that another one sets. */
  update(change: JoinedChange & { readonly set: Readonly<Record<string, string>> }): string;
  /** Deletes joined rows. */
  delete(change: JoinedChange): string;
  /**
   * Deletes rows by an index, whatever planners believe of the table's size. The first value bound is the JSON text of
   * objects that have the listed value in `id`. Only for rows that nobody else changes meanwhile: locked, or never
   * changed.
   */
  deleteListed(deletion: ListedDeletion): string;
  /** What follows an INSERT into `table` whose rows may be there already: those are left as they are and count as no change. */
  orIgnore(table: string): string;
  /** What follows an INSERT to change the rows that are there already. `set` maps columns to expressions. */
  orUpdate(keys: readonly string[], set: Readonly<Record<string, string>>): string;
  /** In {@linkcode orUpdate}: the value that was to be inserted. */
  inserted(column: string): string;
  /** Ends a SELECT that keeps others from changing its rows until the commit. */
  readonly forShare: string;
  /** Ends a SELECT that keeps others from changing or locking the rows of `alias` until the commit. */
  forUpdate(alias: string): string;
  /** As {@linkcode forUpdate}, passing over rows that others have locked. */
  forUpdateSkipLocked(alias: string): string;
  /** The server's clock, in epoch milliseconds, as it is when the statement runs. */
  readonly clockMs: string;
}

/** The JSON text of a batch, for {@linkcode Dialect.jsonTable}. Replaces what no database stores: NUL and lone surrogates. */
export function jsonBatch(objects: readonly Readonly<Record<string, SqlValue>>[]): string {
  const text = JSON.stringify(objects);
  if (!/\\u(?:0000|d[89a-f])/.test(text)) return text;
  return JSON.stringify(objects, (_key, value: unknown) => storable(value));
}

/** A value with U+FFFD in place of what no database stores in a text: NUL and lone surrogates. */
export function storable<T>(value: T): T {
  if (typeof value !== "string") return value;
  return value.toWellFormed().replaceAll("\0", "\uFFFD") as T & string;
}

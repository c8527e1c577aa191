/**
 * Reads that may have to look at many rows, cut into slices: between two slices other calls have their turn.
 *
 * A list or count that takes several slices is no snapshot: what changes while it runs may show or not.
 *
 * @module
 */

import type { Page } from "../port.ts";
import { decodeCursor, encodeCursor, type Place } from "./cursor.ts";
import { allOf, type Condition, condition } from "./filters.ts";
import { composed, type ReadableDatabase, type Row, type SqlValue } from "./session.ts";
import { compareText } from "./text_order.ts";

/** Entries of an index in the first slice; most lists need no second one. */
const FIRST_SLICE = 1_000;

/** Entries of an index in every further slice: some 20 ms when each row has to be read. */
const NEXT_SLICE = 10_000;

/** A part of an index: where the rows that may match are found. */
export interface Scan {
  /** Name of the index. Its first column is `cluster_id`. */
  readonly index: string;
  /** What holds for all of the part: the index's own condition, and its leading columns. */
  readonly fixed: readonly Condition[];
  /** The columns that follow; walked from slice to slice. Empty when one slice is enough. */
  readonly keys: readonly string[];
  /** The column that the first of the keys stands for; that one itself if missing. */
  readonly sortedBy?: string;
}

/** How a list is sorted; ties are broken by id. */
export interface Order {
  /** By which column. */
  readonly column: string;
  /** Which way. */
  readonly direction: "asc" | "desc";
  /** What it is called in cursors: they continue lists of the same order alone. */
  readonly name: string;
}

/** Which rows, whatever their order. */
export interface Selection {
  /** The cluster. */
  readonly clusterId: string;
  /** Where the rows are found; no row is in two of them. */
  readonly scans: readonly Scan[];
  /** What they have to fulfil. */
  readonly conditions: readonly Condition[];
}

/** Which rows, as a page of a list. */
export interface Listing<T extends Identified> extends Selection {
  /** How they are sorted. */
  readonly order: Order;
  /** Where the page starts: the cursor of the page before it; `null` for the first one. */
  readonly cursor: string | null;
  /** At most this many. */
  readonly limit: number;
  /** Selected columns. */
  readonly columns: string;
  /** Makes an item of a row of these columns. */
  readonly read: (row: Row) => T;
}

interface Identified {
  readonly id: string;
}

/** A part of a list: at most `limit` items after a place. */
interface Stretch<T extends Identified> extends Omit<Listing<T>, "cursor"> {
  readonly after: Place | null;
}

/** An item and its place in the list. */
interface Found<T> extends Place {
  readonly item: T;
}

/** Reads one table in slices. */
export class SlicedReader {
  readonly #database: ReadableDatabase;
  readonly #table: string;

  /** Reads `table`. */
  constructor(database: ReadableDatabase, table: string) {
    this.#database = database;
    this.#table = table;
  }

  /**
   * A page of a list.
   *
   * @throws {JobMasterError} `invalid_request` when the cursor is of no list in this order.
   */
  async page<T extends Identified>({ cursor, ...listing }: Listing<T>): Promise<Page<T>> {
    const { order: { name }, limit } = listing;
    const after = cursor === null ? null : decodeCursor(name, cursor);
    // One more than asked for: it tells whether there is a next page.
    const found = await this.#list({ ...listing, after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ item }) => item),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor(name, last) : null,
    };
  }

  /** How many rows are selected. */
  async count(selection: Selection): Promise<number> {
    const rows = await this.aggregate(selection, "count(*)");
    return rows.reduce((sum, row) => sum + (row[0] as number), 0);
  }

  /** What the aggregate functions in `columns` answer, one row per slice. */
  async aggregate(selection: Selection, columns: string): Promise<readonly Row[]> {
    const { clusterId, scans, conditions } = selection;
    const rows: Row[] = [];
    for (const scan of scans) {
      const slices = this.#slices(clusterId, scan, { start: null, direction: "asc" });
      for await (const slice of slices) {
        const { sql, values } = allOf([...inScan(clusterId, scan), ...slice, ...conditions]);
        rows.push(
          ...await this.#read(`SELECT ${columns} FROM ${this.#by(scan)} WHERE ${sql}`, values),
        );
      }
    }
    return rows;
  }

  async #list<T extends Identified>(stretch: Stretch<T>): Promise<readonly Found<T>[]> {
    const { clusterId, scans, order, after, limit } = stretch;
    let found: readonly Found<T>[] = [];
    for (const scan of scans) {
      const sorted = isSortedBy(scan, order);
      const start = sorted && after !== null ? [after.atMs, after.id] : null;
      const direction = sorted ? order.direction : "asc";
      for await (const slice of this.#slices(clusterId, scan, { start, direction })) {
        found = merged(found, await this.#rows(stretch, scan, slice), stretch);
        if (sorted && found.length >= limit) break;
      }
    }
    return found;
  }

  async #rows<T extends Identified>(
    stretch: Stretch<T>,
    scan: Scan,
    slice: readonly Condition[],
  ): Promise<readonly Found<T>[]> {
    const { clusterId, conditions, order, after, limit, columns } = stretch;
    const later = after === null
      ? []
      : [this.#beyond([order.column, "id"], order.direction, [after.atMs, after.id])];
    const where = [...inScan(clusterId, scan), ...slice, ...conditions, ...later];
    const { sql, values } = allOf(where);
    const sorting = sortedBy([order.column, "id"], order.direction);
    const { rowKey, join } = this.#database.dialect;
    // Where the scan has another order, `+ 0` keeps planners from reading all of an index that has the order asked for.
    const first = isSortedBy(scan, order) ? order.column : `${order.column} + 0`;
    const finding = sortedBy([first, "id"], order.direction);
    const inCluster = rowKey === "id" ? "cluster_id = ? AND " : "";
    // Finding first and reading afterwards: sorting carries no row, and often needs the index alone.
    const text = `SELECT ${order.column}, ${columns} FROM (
  SELECT ${rowKey} AS found FROM ${this.#by(scan)} WHERE ${sql} ORDER BY ${finding} LIMIT ?
) AS slice ${join} ${this.#table} ON ${inCluster}${rowKey} = slice.found ORDER BY ${sorting}`;
    const rows = await this.#read(text, [
      ...values,
      limit,
      ...(rowKey === "id" ? [clusterId] : []),
    ]);
    return rows.map(([atMs, ...row]) => {
      const item = stretch.read(row);
      return { atMs: atMs as number, id: item.id, item };
    });
  }

  /** Conditions that cut the scan into slices, in the order of its keys. */
  async *#slices(
    clusterId: string,
    scan: Scan,
    { start, direction }: {
      readonly start: readonly SqlValue[] | null;
      readonly direction: "asc" | "desc";
    },
  ): AsyncGenerator<readonly Condition[]> {
    let from = start === null ? [] : [this.#beyond(scan.keys, direction, start)];
    for (let size = FIRST_SLICE; scan.keys.length > 0; size = NEXT_SLICE) {
      const end = await this.#endOfSlice([...inScan(clusterId, scan), ...from], scan, {
        direction,
        size,
      });
      if (end === null) break;
      yield [...from, this.#upTo(scan.keys, direction, end)];
      from = [this.#beyond(scan.keys, direction, end)];
      await this.#database.pause?.();
    }
    yield from;
  }

  async #endOfSlice(
    where: readonly Condition[],
    scan: Scan,
    { direction, size }: { readonly direction: "asc" | "desc"; readonly size: number },
  ): Promise<Row | null> {
    const { sql, values } = allOf(where);
    const text = `SELECT ${scan.keys.join(", ")} FROM ${this.#by(scan)}
WHERE ${sql} ORDER BY ${sortedBy(scan.keys, direction)} LIMIT 1 OFFSET ?`;
    const [row] = await this.#read(text, [...values, size - 1]);
    return row ?? null;
  }

  #by({ index }: Scan): string {
    return `${this.#table} ${this.#database.dialect.byIndex(index)}`;
  }

  #read(text: string, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#database.read((session) => session.rows(composed(text), values));
  }

  #beyond(
    columns: readonly string[],
    direction: "asc" | "desc",
    values: readonly SqlValue[],
  ): Condition {
    return this.#database.dialect.beyond(columns, { direction, values, inclusive: false });
  }

  #upTo(
    columns: readonly string[],
    direction: "asc" | "desc",
    values: readonly SqlValue[],
  ): Condition {
    const back = direction === "asc" ? "desc" : "asc";
    return this.#database.dialect.beyond(columns, { direction: back, values, inclusive: true });
  }
}

function isSortedBy({ keys, sortedBy }: Scan, { column }: Order): boolean {
  return keys.length === 2 && (sortedBy ?? keys[0]) === column && keys[1] === "id";
}

function inScan(clusterId: string, scan: Scan): readonly Condition[] {
  return [condition("cluster_id = ?", clusterId), ...scan.fixed];
}

function sortedBy(columns: readonly string[], direction: "asc" | "desc"): string {
  return columns.map((column) => `${column} ${direction}`).join(", ");
}

/** The first `limit` items of two sorted lists; an item that moved while it was looked for counts once. */
function merged<T>(
  found: readonly Found<T>[],
  more: readonly Found<T>[],
  { order, limit }: { readonly order: Order; readonly limit: number },
): readonly Found<T>[] {
  if (found.length === 0) return more;
  const sign = order.direction === "asc" ? 1 : -1;
  const byId = new Map([...found, ...more].map((each) => [each.id, each]));
  return [...byId.values()]
    .sort((a, b) => sign * (a.atMs - b.atMs || compareText(a.id, b.id)))
    .slice(0, limit);
}

/**
 * Batches as JSON: how many of any size become few bound values.
 *
 * @module
 */

import { jsonBatch, type JsonColumns } from "./dialect.ts";
import { type Columns, jsonTypeOf } from "./columns.ts";
import type { SqlValue } from "./session.ts";

/** Most characters of text in one batch: written as JSON it stays below the 16 MB MariaDB takes by default. */
const MAX_BATCH_CHARACTERS = 2_000_000;

/** An object of a batch, by the names of its columns. `undefined` and `null` are both NULL. */
export type Item = Readonly<Record<string, SqlValue | undefined>>;

/** The item that has `values` in `columns`. */
export function itemWith(columns: readonly string[], values: readonly SqlValue[]): Item {
  return Object.fromEntries(columns.map((column, index) => [column, values[index]]));
}

/** These columns of a table as columns of a batch. */
export function columnsOf(table: Columns, names: readonly string[]): JsonColumns {
  return Object.fromEntries(names.map((name) => [name, jsonTypeOf(table, name)]));
}

/** The JSON texts of `items`, in their order; several when they are long. */
export function batches(items: readonly Item[]): readonly string[] {
  return slicesOf(items, (item) => item).map(batch);
}

/** The JSON text of `items`. NULLs are left out. */
export function batch(items: readonly Item[]): string {
  return jsonBatch(items.map((item) => {
    const given: Record<string, SqlValue> = {};
    for (const [name, value] of Object.entries(item)) {
      if (value !== null && value !== undefined) given[name] = value;
    }
    return given;
  }));
}

/** `things` in slices that each make one statement, by the items they become. */
export function slicesOf<T>(
  things: readonly T[],
  itemOf: (thing: T) => Item,
): readonly (readonly T[])[] {
  const slices: T[][] = [];
  let characters = Infinity;
  for (const thing of things) {
    const size = charactersOf(itemOf(thing));
    if (characters + size > MAX_BATCH_CHARACTERS) {
      slices.push([]);
      characters = 0;
    }
    slices.at(-1)!.push(thing);
    characters += size;
  }
  return slices;
}

function charactersOf(item: Item): number {
  let characters = 0;
  for (const value of Object.values(item)) {
    characters += typeof value === "string" ? value.length : 8;
  }
  return characters;
}

/** By id, the order in which rows are locked, so that two batches never wait for each other. */
export function byId<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

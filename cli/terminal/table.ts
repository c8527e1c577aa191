/**
 * Renders rows as a table of aligned columns.
 *
 * @module
 */

import { plainText, shortened } from "./plain_text.ts";
import type { Paint, Terminal } from "./terminal.ts";

/** One column of a table. */
export interface Column<Row> {
  /** Its heading. */
  readonly title: string;
  /** What it shows of a row. Made safe and cut by the table. */
  readonly cell: (row: Row) => string;
  /** Most characters of a cell. @default {60} */
  readonly max?: number;
  /** Puts numbers under each other. @default {false} */
  readonly alignRight?: boolean;
  /** How a cell is painted. */
  readonly paint?: (row: Row) => Paint | undefined;
}

const GAP = "  ";

/** A table that may be given its rows in several portions; columns only grow. */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[];
  readonly #terminal: Pick<Terminal, "paint">;
  readonly #widths: number[];
  #headed = false;

  /** Makes an empty table. */
  constructor(columns: readonly Column<Row>[], terminal: Pick<Terminal, "paint">) {
    this.#columns = columns;
    this.#terminal = terminal;
    this.#widths = columns.map(({ title }) => title.length);
  }

  /** The lines of the next portion, the first one under a heading. */
  lines(rows: readonly Row[]): string[] {
    const cells = rows.map((row) => this.#columns.map((column) => cellOf(column, row)));
    for (const row of cells) {
      row.forEach((cell, at) => {
        this.#widths[at] = Math.max(this.#widths[at]!, displayWidth(cell));
      });
    }
    const lines = rows.map((row, at) => this.#join(cells[at]!, row));
    if (this.#headed) return lines;
    this.#headed = true;
    const heading = this.#join(this.#columns.map(({ title }) => title));
    return [this.#terminal.paint(heading, "bold"), ...lines];
  }

  #join(cells: readonly string[], row?: Row): string {
    return cells.map((cell, at) => {
      const { alignRight = false, paint } = this.#columns[at]!;
      const fill = " ".repeat(this.#widths[at]! - displayWidth(cell));
      const padded = alignRight ? fill + cell : cell + fill;
      const colour = row === undefined ? undefined : paint?.(row);
      return colour === undefined ? padded : this.#terminal.paint(padded, colour);
    }).join(GAP).trimEnd();
  }
}

function cellOf<Row>(column: Column<Row>, row: Row): string {
  return shortened(plainText(column.cell(row)), column.max ?? 60);
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Columns `text` takes on a terminal: East Asian characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

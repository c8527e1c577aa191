/**
 * How benches print what they measured.
 *
 * @module
 */

import { Table } from "../cli/terminal/table.ts";

/** What a cell shows. */
type Figure = string | number;

/** Prints rows of figures under headings, the first column to the left. */
export function printFigures(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly Figure[])[],
): void {
  const columns = headings.map((heading, at) => ({
    title: heading,
    cell: (row: readonly Figure[]) => shown(row[at] ?? ""),
    alignRight: at > 0,
    max: 100,
  }));
  const table = new Table(columns, { paint: (text: string) => text });
  console.log(`\n${title}\n`);
  for (const line of table.lines(rows)) console.log(`  ${line}`);
}

function shown(figure: Figure): string {
  if (typeof figure === "string") return figure;
  return figure.toLocaleString("en", { maximumFractionDigits: 2 });
}

/** Prints which promises held, and ends the process with 1 when one did not. */
export function judge(promises: Readonly<Record<string, boolean>>): void {
  console.log();
  for (const [promise, holds] of Object.entries(promises)) {
    console.log(`  ${holds ? "held  " : "BROKEN"}  ${promise}`);
  }
  if (!Object.values(promises).every(Boolean)) Deno.exitCode = 1;
}

/** Lines that differ in numbers and ids alone, with how often they came. */
export function summary(lines: readonly string[]): readonly string[] {
  const kinds = Map.groupBy(
    lines,
    (line) => line.replace(/"[^"]*"/g, '"…"').replace(/[0-9][0-9.,]*/g, "N"),
  );
  return [...kinds].map(([kind, all]) => `${all.length} × ${kind}`);
}

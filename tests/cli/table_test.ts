import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Column, displayWidth, Table } from "../../cli/terminal/table.ts";
import { recordingTerminal } from "./support/recording_context.ts";

interface Row {
  readonly name: string;
  readonly size: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", cell: ({ name }) => name, max: 10 },
  {
    title: "SIZE",
    cell: ({ size }) => size,
    alignRight: true,
    paint: ({ size }) => size === "0" ? "red" : undefined,
  },
];

Deno.test("Table aligns columns under its heading", () => {
  const table = new Table(COLUMNS, recordingTerminal());

  deepStrictEqual(table.lines([{ name: "a", size: "1" }, { name: "longer", size: "12345" }]), [
    "NAME     SIZE",
    "a           1",
    "longer  12345",
  ]);
});

Deno.test("Table shows its heading once and never narrows when rows come in portions", () => {
  const table = new Table(COLUMNS, recordingTerminal());

  table.lines([{ name: "long-name", size: "1" }]);

  deepStrictEqual(table.lines([{ name: "b", size: "2" }]), ["b             2"]);
});

Deno.test("Table cuts and neutralises cells", () => {
  const table = new Table(COLUMNS, recordingTerminal());

  deepStrictEqual(table.lines([{ name: "\x1b[31mlonger than ten", size: "\n" }]).slice(1), [
    "\\x1b[31ml…    \\n",
  ]);
});

Deno.test("Table paints cells after padding", () => {
  const table = new Table(COLUMNS, recordingTerminal({ painted: true }));

  deepStrictEqual(table.lines([{ name: "a", size: "0" }]), [
    "<bold:NAME  SIZE>",
    "a     <red:   0>",
  ]);
});

Deno.test("displayWidth counts columns of a terminal", () => {
  strictEqual(displayWidth("abc"), 3);
  strictEqual(displayWidth("東京"), 4);
  strictEqual(displayWidth("🚀"), 2);
  strictEqual(displayWidth("e\u0301"), 1);
});

/**
 * How commands show what the API answered: as text for people, as one JSON document, or as a stream of them.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { Document } from "./api.ts";
import { plainJson, plainLines, plainText } from "./terminal/plain_text.ts";
import { type Paint, print, type Terminal } from "./terminal/terminal.ts";

/** The flags that choose the form. */
export interface OutputFlags {
  /** One document. */
  readonly json?: boolean;
  /** A stream: one document a line. */
  readonly jsonl?: boolean;
}

/** Where a command shows what, and in which form. */
export interface Output<Flags extends OutputFlags = OutputFlags> {
  /** The command's flags. */
  readonly flags: Flags;
  /** Where it is shown. */
  readonly terminal: Terminal;
}

/** Declares `--json` for commands that show one thing. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON document");
}

/** Declares `--json` and `--jsonl` for commands that show several things. */
export function addListOutputOptions(command: Command): Command {
  return addJsonOption(command)
    .addOption(new Option("--jsonl", "print one JSON document a line").conflicts("json"));
}

/** Prints one JSON document, indented. */
export function printJson(terminal: Terminal, value: unknown): void {
  print(terminal, plainJson(value, 2));
}

/** Prints one JSON document on one line. */
export function printJsonLine(terminal: Terminal, value: unknown): void {
  print(terminal, plainJson(value));
}

/** Fields that hold anything users like: shown as JSON, never taken apart. */
const OPAQUE = ["data", "result", "metadata", "fields"];

/** Prints every field of a document, one a line; nested documents as `outer.inner`. */
export function printFields(terminal: Terminal, document: Document): void {
  const fields = flatten(document);
  const width = fields.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  for (const [name, value] of fields) {
    const [first = "", ...rest] = value;
    print(terminal, `${terminal.paint(plainText(name).padEnd(width), "dim")}  ${first}`.trimEnd());
    for (const line of rest) print(terminal, `${" ".repeat(width)}  ${line}`);
  }
}

function flatten(document: Document, prefix = ""): [string, string[]][] {
  return Object.entries(document).flatMap(([key, value]): [string, string[]][] => {
    const name = prefix + key;
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    if (nested && !OPAQUE.includes(key)) return flatten(value as Document, `${name}.`);
    return [[name, OPAQUE.includes(key) ? [plainJson(value ?? null)] : valueLines(value)]];
  });
}

function valueLines(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return ["-"];
  return typeof value === "string" ? plainLines(value) : [plainJson(value)];
}

/** A field of a document as the text of a table's cell; `-` for none. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const STATUS_PAINTS: Readonly<Record<string, Paint>> = {
  Succeeded: "green",
  Active: "green",
  Failed: "red",
  Dead: "red",
  Lost: "red",
  Cancelled: "yellow",
  Paused: "yellow",
  Inactive: "yellow",
  Stopping: "yellow",
  Processing: "cyan",
};

/** How a status is painted. */
export function statusPaint(status: unknown): Paint | undefined {
  return STATUS_PAINTS[String(status)];
}

/**
 * Shows a list of the API, one page of it or all.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { Api, ApiQuery, Document, PageDocument } from "./api.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import {
  addListOutputOptions,
  type Output,
  type OutputFlags,
  printJson,
  printJsonLine,
} from "./output.ts";
import { type Column, Table } from "./terminal/table.ts";
import { say } from "./terminal/terminal.ts";

/** Items a page holds when all are read. */
const FULL_PAGE = "200";

/** The flags every list takes. */
export interface ListFlags extends OutputFlags {
  /** Most items. */
  readonly limit?: string;
  /** Where to go on. */
  readonly cursor?: string;
  /** Read every page. */
  readonly all?: boolean;
}

/** A list to show. */
export interface ListView {
  /** Path segments below the cluster's. */
  readonly path: readonly string[];
  /** Filter and sort. */
  readonly query: ApiQuery;
  /** How rows look as text. */
  readonly columns: readonly Column<Document>[];
  /** What is listed, for people. */
  readonly what: string;
}

/** Declares the flags every list takes. */
export function addListOptions(command: Command): Command {
  addListOutputOptions(command)
    .option("--limit <n>", "most items, 1 to 200 (default 25)")
    .option("--cursor <cursor>", "go on where an earlier page ended")
    .addOption(new Option("--all", "read every page").conflicts("limit"));
  return command;
}

/** Shows the list; answers when the reader of stdout goes away, too. */
export async function showList(
  api: Api,
  view: ListView,
  { flags, terminal }: Output<ListFlags>,
): Promise<ExitCode> {
  if (flags.json) return await showDocument(api, view, { flags, terminal });
  const table = new Table(view.columns, terminal);
  let shown = 0;
  for await (const page of readPages(api, view, flags)) {
    shown += page.items.length;
    if (flags.jsonl) { for (const item of page.items) printJsonLine(terminal, item); }
    else if (shown > 0) terminal.writeOut(`${table.lines(page.items).join("\n")}\n`);
    if (terminal.outClosed) return EXIT.ok;
    if (page.nextCursor !== null && !flags.all) {
      say(terminal, `There are more: --cursor ${page.nextCursor} or --all`);
    }
  }
  if (shown === 0) say(terminal, `No ${view.what}`);
  return EXIT.ok;
}

async function showDocument(
  api: Api,
  view: ListView,
  { flags, terminal }: Output<ListFlags>,
): Promise<ExitCode> {
  const items: Document[] = [];
  let nextCursor: string | null = null;
  for await (const page of readPages(api, view, flags)) {
    items.push(...page.items);
    nextCursor = page.nextCursor;
  }
  printJson(terminal, { items, nextCursor });
  return EXIT.ok;
}

/** The pages `flags` ask for: one, or all that follow the cursor. */
async function* readPages(
  api: Api,
  { path, query }: ListView,
  { all, cursor, limit }: ListFlags,
): AsyncGenerator<PageDocument<Document>> {
  let next: string | null = cursor ?? null;
  do {
    const page: PageDocument<Document> = await api.inCluster({
      path,
      query: { ...query, limit: all ? FULL_PAGE : limit, cursor: next ?? undefined },
    });
    yield page;
    next = page.nextCursor;
  } while (all && next !== null);
}

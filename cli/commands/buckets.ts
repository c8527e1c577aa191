/**
 * `buckets list`: who owns what.
 *
 * @module
 */

import type { Command } from "commander";
import type { Document } from "../api.ts";
import { checkLimit } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { addListOptions, type ListFlags, showList } from "../list.ts";
import { cellText, statusPaint } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import type { Column } from "../terminal/table.ts";

const COLUMNS: readonly Column<Document>[] = [
  { title: "ID", cell: (bucket) => cellText(bucket.id) },
  {
    title: "STATUS",
    cell: (bucket) => cellText(bucket.status),
    paint: (bucket) => statusPaint(bucket.status),
  },
  { title: "PRIORITY", cell: (bucket) => cellText(bucket.priority) },
  { title: "LANE", cell: (bucket) => cellText(bucket.lane) },
  { title: "AGENT", cell: (bucket) => cellText(bucket.agentConnectionId) },
  { title: "WORKER", cell: (bucket) => cellText(bucket.workerId) },
  { title: "EPOCH", cell: (bucket) => cellText(bucket.epoch), alignRight: true },
  { title: "SINCE", cell: (bucket) => cellText(bucket.statusChangedAt) },
];

/** Adds the command. */
export function addBuckets(program: Command, cli: Cli): void {
  const buckets = program.command("buckets").description("look at buckets");
  const list = buckets.command("list").description("list buckets");
  addListOptions(addTargetOptions(list));
  const view = { path: ["buckets"], query: {}, columns: COLUMNS, what: "buckets" };
  cli.runsOnCluster<ListFlags & TargetFlags>(list, {
    check: checkLimit,
    act: (api, flags) => showList(api, view, { flags, terminal: cli.context.terminal }),
  });
}

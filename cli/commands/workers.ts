/**
 * `workers list`: who works for the cluster.
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
  { title: "ID", cell: (worker) => cellText(worker.id) },
  {
    title: "STATUS",
    cell: (worker) => cellText(worker.status),
    paint: (worker) => statusPaint(worker.status),
  },
  { title: "MODE", cell: (worker) => cellText(worker.mode) },
  { title: "LANE", cell: (worker) => cellText(worker.lane) },
  { title: "AGENT", cell: (worker) => cellText(worker.agentConnectionId) },
  { title: "PARALLELISM", cell: (worker) => cellText(worker.parallelism), alignRight: true },
  { title: "HOST", cell: (worker) => cellText(worker.host) },
  { title: "PROCESS", cell: (worker) => cellText(worker.processId), alignRight: true },
  { title: "HEARTBEAT", cell: (worker) => cellText(worker.heartbeatAt) },
];

/** Adds the command. */
export function addWorkers(program: Command, cli: Cli): void {
  const workers = program.command("workers").description("look at workers");
  const list = workers.command("list").description("list workers");
  addListOptions(addTargetOptions(list));
  const view = { path: ["workers"], query: {}, columns: COLUMNS, what: "workers" };
  cli.runsOnCluster<ListFlags & TargetFlags>(list, {
    check: checkLimit,
    act: (api, flags) => showList(api, view, { flags, terminal: cli.context.terminal }),
  });
}

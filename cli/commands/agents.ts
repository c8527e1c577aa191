/**
 * `agents list`: over what jobs travel.
 *
 * @module
 */

import type { Command } from "commander";
import type { Document } from "../api.ts";
import { checkLimit } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { addListOptions, type ListFlags, showList } from "../list.ts";
import { cellText } from "../output.ts";
import { addAgentChanges } from "./agents_change.ts";
import { addParked } from "./agents_parked.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import type { Column } from "../terminal/table.ts";

const COLUMNS: readonly Column<Document>[] = [
  { title: "NAME", cell: (agent) => cellText(agent.id) },
  { title: "PRODUCT", cell: (agent) => cellText(agent.product) },
  { title: "ADDRESS", cell: (agent) => cellText(agent.address) },
  { title: "FINGERPRINT", cell: (agent) => cellText(agent.fingerprint) },
  { title: "SEEN", cell: (agent) => cellText(agent.seenAt) },
  { title: "DRAINING", cell: (agent) => cellText(agent.drainingSince) },
  { title: "PARKED", cell: (agent) => cellText(agent.parked), alignRight: true },
];

/** Adds the command. */
export function addAgents(program: Command, cli: Cli): void {
  const agents = program.command("agents").description(
    "look at agent connections and parked messages",
  );
  const list = agents.command("list").description("list agent connections");
  addListOptions(addTargetOptions(list));
  const what = "agent connections";
  const view = { path: ["agent-connections"], query: {}, columns: COLUMNS, what };
  cli.runsOnCluster<ListFlags & TargetFlags>(list, {
    check: checkLimit,
    act: (api, flags) => showList(api, view, { flags, terminal: cli.context.terminal }),
  });
  addAgentChanges(agents, cli);
  addParked(agents, cli);
}

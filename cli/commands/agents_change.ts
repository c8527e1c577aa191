/**
 * `agents drain`, `resume` and `remove`: taking an agent connection out of service.
 *
 * @module
 */

import type { Command } from "commander";
import { parseSegment } from "../../core/names.ts";
import { addAgentOption, type AgentFlags } from "../agent_flags.ts";
import type { ApiCall } from "../api.ts";
import { changeEach } from "../change_each.ts";
import type { Cli } from "../cli.ts";
import { addListOutputOptions, type OutputFlags } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";

interface Flags extends OutputFlags, TargetFlags, AgentFlags {
  readonly discardParked?: boolean;
}

interface AgentChange {
  readonly name: string;
  readonly description: string;
  /** What becomes of it, in a word. */
  readonly word: string;
  readonly call: (id: string, flags: Flags) => ApiCall;
}

const DRAIN: AgentChange = {
  name: "drain",
  description: "place no more jobs on an agent connection; its workers give their buckets up",
  word: "draining",
  call: (id) => ({ method: "POST", path: ["agent-connections", id, "drain"] }),
};

const RESUME: AgentChange = {
  name: "resume",
  description: "take an agent connection back that was being drained",
  word: "resumed",
  call: (id) => ({ method: "POST", path: ["agent-connections", id, "resume"] }),
};

const REMOVE: AgentChange = {
  name: "remove",
  description: "forget an agent connection that was drained and is empty",
  word: "removed",
  call: (id, { discardParked }) => ({
    method: "DELETE",
    path: ["agent-connections", id],
    query: discardParked ? { discardParked: "true" } : {},
  }),
};

/** Adds the commands. */
export function addAgentChanges(agents: Command, cli: Cli): void {
  for (const change of [DRAIN, RESUME]) addListOutputOptions(addChange(agents, cli, change));
  addListOutputOptions(addAgentOption(addChange(agents, cli, REMOVE)))
    .option("--discard-parked", "delete the messages that are parked there");
}

function addChange(agents: Command, cli: Cli, change: AgentChange): Command {
  const { name, description, word, call } = change;
  const command = agents.command(name).description(description)
    .argument("<name>", "name of the agent connection");
  cli.runsOnCluster<Flags>(command, {
    usesAgents: change === REMOVE,
    check: (_flags, [agent]) => void parseSegment(agent, "agent connection"),
    act: (api, flags, ids) =>
      changeEach(api, ids, {
        call: (id) => call(id, flags),
        wordOf: () => word,
        goneWord: word,
        flags,
        terminal: cli.context.terminal,
      }),
  });
  return addTargetOptions(command);
}

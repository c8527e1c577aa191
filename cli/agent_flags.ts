/**
 * The agent connections that a command uses when it acts on a master directly. An API has its own.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { readAgents } from "./start_options.ts";
import { readTarget, type TargetFlags } from "./target.ts";

/** The flag of commands that may need agent connections. */
export interface AgentFlags {
  /** `--agent NAME=URL` */
  readonly agent?: readonly string[];
}

/** Declares the flag. */
export function addAgentOption(command: Command): Command {
  const option = new Option("--agent <name=url...>", "agent connections (JOBMASTER_AGENT)");
  return command.addOption(option.conflicts("api"));
}

/**
 * The agent connections that are given, as addresses by name. None is made where it is missing.
 *
 * @throws {JobMasterError} `invalid_request` for what is no `NAME=URL`.
 */
export function readGivenAgents(
  flags: TargetFlags & AgentFlags,
  env: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  if (readTarget(flags, env).type === "api") return {};
  const given = readAgents(flags.agent, env("JOBMASTER_AGENT")) ?? {};
  return Object.fromEntries(Object.entries(given).map(([name, url]) => [name, existing(url)]));
}

function existing(url: string): string {
  if (/[?&]migrate=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}migrate=false`;
}

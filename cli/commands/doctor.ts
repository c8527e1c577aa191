/**
 * `doctor`: says what is wrong with a master and a cluster.
 *
 * @module
 */

import type { Command } from "commander";
import { examineAgents } from "../agent_checks.ts";
import type { Cli } from "../cli.ts";
import { connect } from "../connection.ts";
import {
  examineCluster,
  examineMaster,
  fail,
  type Finding,
  type FindingState,
} from "../doctor_checks.ts";
import { readAgents as readSpecs } from "../../library/read_workers.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit_codes.ts";
import { addJsonOption, type OutputFlags, printJson } from "../output.ts";
import { readAgents } from "../start_options.ts";
import { addTargetOptions, readTarget, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";
import { type Paint, print } from "../terminal/terminal.ts";

type Flags = OutputFlags & TargetFlags & { readonly agent?: readonly string[] };

/** Adds the command. */
export function addDoctor(program: Command, cli: Cli): void {
  const command = program.command("doctor")
    .description("check master and cluster; exit code 7 when something is wrong");
  addJsonOption(addTargetOptions(command))
    .option("--agent <name=url...>", "agent connections to ask (JOBMASTER_AGENT)")
    .addHelpText(
      "after",
      `
Checks that the master answers, a server's settings and rights, its schema and clock, and that the
cluster exists; then the workers, buckets, lanes with due jobs that nobody serves, and stuck jobs.
Agent connections that are given are asked whether they are the stores that the cluster knows by
these names; nothing is made in them.
Through --api only the cluster is seen, not the master.`,
    );
  cli.runs<[Flags]>(command, (flags) => examine(flags, cli));
}

async function examine(flags: Flags, cli: Cli): Promise<ExitCode> {
  const { terminal } = cli.context;
  const findings = await collect(flags, cli);
  const healthy = !findings.some(({ state }) => state === "fail");
  if (flags.json) printJson(terminal, { healthy, findings });
  else {
    for (const { state, check, message } of findings) {
      const word = terminal.paint(state.padEnd(4), PAINTS[state]);
      print(terminal, `${word}  ${check.padEnd(12)}  ${plainText(message)}`);
    }
  }
  return healthy ? EXIT.ok : EXIT.unhealthy;
}

const PAINTS: Readonly<Record<FindingState, Paint>> = { ok: "green", warn: "yellow", fail: "red" };

async function collect(flags: Flags, { context }: Cli): Promise<readonly Finding[]> {
  const target = readTarget(flags, context.env);
  const agents = readSpecs(readAgents(flags.agent, context.env("JOBMASTER_AGENT")) ?? {});
  const findings: Finding[] = [];
  try {
    if (target.type === "master") {
      findings.push(...await examineMaster(target.master, target.cluster, context.clock));
      if (findings.some(({ state }) => state === "fail")) return findings;
    }
    await using api = await connect(flags, context);
    findings.push(...await examineCluster(api, context.clock));
    findings.push(...await examineAgents(api, agents, context.clock));
  } catch (error) {
    if (exitCodeOf(error) === EXIT.usage) throw error;
    findings.push(fail(target.type, error instanceof Error ? error.message : String(error)));
  }
  return findings;
}

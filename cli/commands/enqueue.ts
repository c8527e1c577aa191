/**
 * `enqueue`: hands jobs to the cluster, and waits for them when asked to.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { JobMasterError } from "../../core/errors.ts";
import { parseDuration } from "../../core/time.ts";
import { addAgentOption, type AgentFlags, readGivenAgents } from "../agent_flags.ts";
import { checkJobRequest } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { connect } from "../connection.ts";
import type { CommandContext } from "../context.ts";
import { awaitJobs, JobPrinter, submitJobs } from "../enqueue_jobs.ts";
import { type JobFlags, readJobRequest, readWhole } from "../enqueue_request.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { addListOutputOptions, type OutputFlags } from "../output.ts";
import { readText } from "../read_text.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";

/** Most jobs of one run. */
const MAX_COUNT = 1_000_000;

interface Flags extends JobFlags, OutputFlags, TargetFlags, AgentFlags {
  readonly count: string;
  readonly wait?: boolean;
  readonly waitTimeout: string;
}

/** Adds the command. */
export function addEnqueue(program: Command, cli: Cli): void {
  const command = program.command("enqueue").description("hand a job to the cluster; prints its id")
    .argument("<job>", "id of the job's definition");
  addListOutputOptions(addAgentOption(addTargetOptions(addJobOptions(command))))
    .option("--count <n>", "make this many jobs, 1 to 1,000,000", "1")
    .option("--wait", "wait until it has ended; exit code 1 unless it succeeded")
    .option("--wait-timeout <duration>", "longest wait; exit code 6 after it", "5m")
    .addHelpText(
      "after",
      `
Examples:
  enqueue hello --data '{"name":"Ada"}'
  enqueue hello --data '{"name":"Ada"}' --after 5m --priority High --unique-key ada
  echo '{"ms":100}' | jobmaster enqueue sleep --data-file - --wait
  enqueue noop --count 100000 --api http://127.0.0.1:8080
  enqueue noop --acceptance agent --api http://127.0.0.1:8080`,
    );
  cli.runs<[string, Flags]>(
    command,
    (definitionId, flags) => enqueue(definitionId, flags, cli.context),
  );
}

function addJobOptions(command: Command): Command {
  return command
    .addOption(new Option("--data <json>", "the payload").conflicts("dataFile"))
    .option("--data-file <file>", "read the payload from a file; - is stdin")
    .addOption(
      new Option("--at <instant>", "when to run it, e.g. 2027-01-31T09:00:00Z").conflicts("after"),
    )
    .option("--after <duration>", "how long from now to run it, e.g. 30s, 5m, 2h, 1d")
    .option("--priority <priority>", "VeryLow, Low, Medium, High or Critical")
    .option("--lane <lane>", "the lane it runs in")
    .option("--max-retries <n>", "retries after a failed attempt, 0 to 10")
    .option("--timeout <duration>", "how long one attempt may take")
    .option("--meta <key=value...>", "tags")
    .option("--unique-key <key>", "accept one job per definition and key")
    .option("--acceptance <acceptance>", "who has to have it first: durable (the master) or agent")
    .option("--id <uuid>", "the job's id; makes the call safe to repeat");
}

async function enqueue(
  definitionId: string,
  flags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const count = readWhole(flags.count, "--count", { min: 1, max: MAX_COUNT });
  const timeoutMs = parseDuration(flags.waitTimeout, { what: "--wait-timeout", minMs: 1 });
  refuseRepeatedKeys(count, flags);
  const request = await readJobRequest(definitionId, flags, (path) => readText(path, context.cwd));
  checkJobRequest(request, context.clock.now());
  const agents = readGivenAgents(flags, context.env);
  await using api = await connect(flags, context, agents);
  const printer = new JobPrinter(context.terminal, flags, count);
  const { ids, exitCode } = await submitJobs({ api, request, count, context, printer });
  const deadlineMs = context.clock.monotonic() + timeoutMs;
  const ended = flags.wait
    ? await awaitJobs({ api, ids, context, printer, deadlineMs, timeoutMs })
    : EXIT.ok;
  printer.finish();
  return exitCode === EXIT.ok ? ended : exitCode;
}

function refuseRepeatedKeys(count: number, { id, uniqueKey }: Flags): void {
  const flag = id !== undefined ? "--id" : "--unique-key";
  if (count === 1 || (id === undefined && uniqueKey === undefined)) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${flag} with --count ${count}: it names one job`,
  );
}

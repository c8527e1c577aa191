/**
 * `start`: runs a node until it is told to stop.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { oneOf } from "../../core/cluster.ts";
import { JobMasterError } from "../../core/errors.ts";
import { JobMaster } from "../../library/job_master.ts";
import type { JobMasterOptions } from "../../library/options.ts";
import type { Cli } from "../cli.ts";
import { type CommandContext, pause } from "../context.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { NODE_LOG_LEVELS, terminalLogger } from "../node_log.ts";
import { readStartOptions, type StartFlags } from "../start_options.ts";
import { FORCED_EXIT, StopSignals } from "../stop_signals.ts";
import { say } from "../terminal/terminal.ts";
import { VERSION } from "../version.ts";

interface Flags extends StartFlags {
  readonly logLevel?: string;
}

/** Adds the command. */
export function addStart(program: Command, cli: Cli): void {
  const command = program.command("start").description("run a node until SIGINT or SIGTERM")
    .option("--cluster <name>", 'cluster (JOBMASTER_CLUSTER; default "local")')
    .option("--master <url>", 'master database (JOBMASTER_MASTER; default "sqlite:./jobmaster.db")')
    .option("--agent <name=url...>", "agent connections (JOBMASTER_AGENT); none is standalone")
    .option(
      "--no-protect-agents",
      "let names of agent connections lead to other stores (JOBMASTER_PROTECT_AGENTS=off)",
    )
    .option("--jobs <module...>", "modules that export job definitions (JOBMASTER_JOBS)")
    .option("--worker <spec...>", "workers, e.g. mode=Full,lane=mail (JOBMASTER_WORKER)")
    .option("--no-worker", "run no worker, only accept and show jobs (JOBMASTER_WORKER=none)")
    .option(
      "--isolation <kind>",
      "where handlers run: inline, thread, process (JOBMASTER_ISOLATION)",
    )
    .option("--http <[host:]port>", "HTTP address (JOBMASTER_HTTP; default 127.0.0.1:8080)")
    .option("--no-http", "serve no HTTP (JOBMASTER_HTTP=off)")
    .option(
      "--log-level <level>",
      "debug, info, warn, error, off (JOBMASTER_LOG_LEVEL; default info)",
    )
    .option("--config <file>", "JSON file with the library's option names (JOBMASTER_CONFIG)")
    .addHelpText("after", HELP);
  cli.runs<[Flags]>(command, (flags) => start(flags, cli.context));
}

const HELP = `
A flag wins over its variable, a variable over the file, the file over the default.
A worker is key=value pairs: name, agent, mode (Full, Coordinator, Execution, Drain), lane,
parallelism, bufferSize, buckets.<priority>. JOBMASTER_WORKER holds several, parted by ";".

The first SIGINT or SIGTERM lets running jobs end, the second ends the node at once.

Examples:
  start --jobs ./jobs.ts
  start --jobs ./jobs.ts --isolation process --worker lane=mail,parallelism=2 --http 9000
  start --no-worker --http 127.0.0.1:8080`;

/** How long a node may go on, after it was told to end at once, to give its leases back, in milliseconds. */
const FORCED_STOP_MS = 2_000;

async function start(flags: Flags, context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  using signals = new StopSignals(context.clock); // before anything is opened, so that no signal is lost
  const options = await readOptions(flags, context);
  const tooLong = signals.first.then(async (signal) => {
    await pause(context.clock, FORCED_STOP_MS);
    return signal;
  });
  const node = await Promise.race([startNode(options), tooLong, signals.second]);
  if (typeof node === "string") return FORCED_EXIT[node];
  say(terminal, greeting(node, options));
  await signals.first;
  return await stop(node, signals, context);
}

/** A port that somebody else has is no mistake of the command line. */
async function startNode(options: JobMasterOptions): Promise<JobMaster> {
  try {
    return await JobMaster.start(options);
  } catch (error) {
    if (!(error instanceof Error && error.cause instanceof Deno.errors.AddrInUse)) throw error;
    const { hostname, port } = options.http!;
    throw new Error(
      `Cannot serve on ${hostname}:${port}: another program listens there; say --http with another port, or 0 for a free one`,
      { cause: error },
    );
  }
}

async function readOptions(flags: Flags, context: CommandContext): Promise<JobMasterOptions> {
  const { env, cwd, terminal, clock } = context;
  const level = oneOf(
    flags.logLevel ?? env("JOBMASTER_LOG_LEVEL") ?? "info",
    NODE_LOG_LEVELS,
    "log level",
  );
  const options = readStartOptions(flags, {
    env,
    cwd,
    readFile: (path) => readFileSync(path, "utf8"),
  });
  for (const url of [options.jobs ?? []].flat() as readonly URL[]) await requireModule(url);
  return { ...options, logger: terminalLogger(terminal, clock, level) };
}

async function requireModule(url: URL): Promise<void> {
  if (url.protocol !== "file:") return; // found or not when it is imported
  const found = await stat(url).catch(() =>
    undefined /* whatever the reason, it cannot be loaded */
  );
  if (found?.isFile()) return;
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot load jobs module "${fileURLToPath(url)}": there is no such file`,
  );
}

function greeting(node: JobMaster, { cluster, jobs }: JobMasterOptions): string {
  const address = node.address === null ? "" : `  ${node.address}`;
  const line = `JobMaster ${VERSION}  cluster "${cluster}"${address}`;
  const hint = (jobs as readonly URL[]).length === 0
    ? "No job definitions: say --jobs MODULE to run jobs here"
    : "Enqueue with: enqueue <job> --data '{...}'   Stop with Ctrl-C";
  return `${line}\n${hint}`;
}

async function stop(
  node: JobMaster,
  signals: StopSignals,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, clock } = context;
  say(terminal, "Stopping when running jobs have ended; press Ctrl-C again to stop at once");
  const stopped = node.stop({ graceful: true }).then(() => "stopped" as const);
  const waiting = { over: false };
  void tellWaiting(node, waiting, context); // ends by itself
  const ended = await Promise.race([stopped, signals.second]);
  waiting.over = true;
  if (ended === "stopped") {
    say(terminal, "Stopped");
    return EXIT.ok;
  }
  await Promise.race([node.stop({ graceful: false }), pause(clock, FORCED_STOP_MS)]);
  say(terminal, "Stopped at once; interrupted jobs run again elsewhere");
  return FORCED_EXIT[ended];
}

/** How often the jobs that a stop waits for are counted, in milliseconds. */
const COUNT_MS = 250;

/** Says how many jobs a stop waits for, each time their number has changed. */
async function tellWaiting(
  node: JobMaster,
  waiting: { readonly over: boolean },
  { terminal, clock }: CommandContext,
): Promise<void> {
  let last = 0;
  while (!waiting.over) {
    const running = await node.claimed();
    if (running !== last && running > 0 && !waiting.over) {
      say(terminal, `Waiting for ${running === 1 ? "1 job" : `${running} jobs`}`);
    }
    last = running;
    await pause(clock, COUNT_MS);
  }
}

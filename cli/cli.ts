/**
 * What a command's file is given to add its command.
 *
 * @module
 */

import type { Command } from "commander";
import { readGivenAgents } from "./agent_flags.ts";
import type { Api } from "./api.ts";
import { connect } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import type { TargetFlags } from "./target.ts";

/** What a command does to a cluster. */
export interface ClusterAction<Flags> {
  /** Whether it may need agent connections, which `--agent` then gives. @default {false} */
  readonly usesAgents?: boolean;
  /** Throws for what no cluster would take; called before anything is opened. */
  readonly check?: (flags: Flags, operands: readonly string[]) => void;
  /** Does it; answers the exit code. */
  readonly act: (api: Api, flags: Flags, operands: readonly string[]) => Promise<ExitCode>;
}

/** One run of the program. */
export class Cli {
  /** The outside world. */
  readonly context: CommandContext;
  /** What the command answered. */
  exitCode: ExitCode = EXIT.ok;

  /** Starts a run. */
  constructor(context: CommandContext) {
    this.context = context;
  }

  /** Makes `act` the action of `command`; what it answers is the exit code. */
  runs<Args extends unknown[]>(
    command: Command,
    act: (...args: Args) => Promise<ExitCode>,
  ): void {
    command.action(async (...args: unknown[]) => {
      this.exitCode = await act(...args as Args);
    });
  }

  /** Like {@linkcode Cli.runs}, for commands that act on a cluster. */
  runsOnCluster<Flags extends TargetFlags>(
    command: Command,
    { usesAgents = false, check, act }: ClusterAction<Flags>,
  ): void {
    command.action(async () => {
      const flags = command.opts<Flags>();
      const operands: readonly string[] = command.processedArgs.flat();
      check?.(flags, operands);
      const agents = usesAgents ? readGivenAgents(flags, this.context.env) : {};
      await using api = await connect(flags, this.context, agents);
      this.exitCode = await act(api, flags, operands);
    });
  }
}

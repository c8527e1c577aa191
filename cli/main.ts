/**
 * The program: `main(Deno.args)`.
 *
 * @module
 */

import { CommanderError } from "commander";
import { Cli } from "./cli.ts";
import { type CommandContext, systemContext } from "./context.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit_codes.ts";
import { createProgram } from "./program.ts";
import { reportError } from "./report_error.ts";

/**
 * Runs one command and answers the exit code; nothing is thrown. What went wrong is said on stderr.
 *
 * @example
 * ```ts ignore
 * Deno.exit(await main(Deno.args));
 * ```
 */
export async function main(
  args: readonly string[],
  context: CommandContext = systemContext(),
): Promise<ExitCode> {
  const cli = new Cli(context);
  try {
    await createProgram(cli).parseAsync([...args], { from: "user" });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error); // commander has said it
    reportError(error, context.terminal, args.includes("--debug"));
    return exitCodeOf(error);
  }
}

function usageExit(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

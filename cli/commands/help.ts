/**
 * `help`: how a command is used.
 *
 * @module
 */

import type { Command } from "commander";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { Cli } from "../cli.ts";
import { didYouMean } from "../closest.ts";
import { EXIT } from "../exit_codes.ts";

/** Adds the command. */
export function addHelp(program: Command, cli: Cli): void {
  const command = program.command("help").description("show how a command is used")
    .argument("[command...]", "the command, e.g. jobs list");
  cli.runs<[readonly string[]]>(command, (words) => {
    words.reduce(childOf, program).outputHelp();
    return Promise.resolve(EXIT.ok);
  });
}

function childOf(parent: Command, word: string): Command {
  const found = parent.commands.find((each) => each.name() === word);
  if (found !== undefined) return found;
  const names = parent.commands.map((each) => each.name());
  throw new JobMasterError(
    "invalid_request",
    `Cannot show help for command ${shown(word)}${didYouMean(word, names)}: the commands are ${
      names.join(", ")
    }`,
  );
}

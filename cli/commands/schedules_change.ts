/**
 * `schedules pause`, `resume`, `cancel` and `delete`: change one or more schedules.
 *
 * @module
 */

import type { Command } from "commander";
import { parseScheduleId } from "../../core/schedule_input.ts";
import type { ApiCall } from "../api.ts";
import { changeEach } from "../change_each.ts";
import type { Cli } from "../cli.ts";
import { addListOutputOptions, cellText, type OutputFlags } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";

type Flags = OutputFlags & TargetFlags;

interface ScheduleChange {
  readonly description: string;
  /** The call that makes the change of one schedule. */
  readonly call: (id: string) => ApiCall;
}

const CHANGES: Readonly<Record<string, ScheduleChange>> = {
  pause: {
    description: "make no more jobs until they are resumed",
    call: (id) => ({ method: "POST", path: ["recurring-schedules", id, "pause"] }),
  },
  resume: {
    description: "go on with paused schedules; what was due meanwhile is left out",
    call: (id) => ({ method: "POST", path: ["recurring-schedules", id, "resume"] }),
  },
  cancel: {
    description: "end schedules for good, and cancel their jobs that wait",
    call: (id) => ({ method: "POST", path: ["recurring-schedules", id, "cancel"] }),
  },
  delete: {
    description: "cancel schedules and delete them",
    call: (id) => ({ method: "DELETE", path: ["recurring-schedules", id] }),
  },
};

/** Adds the commands. */
export function addScheduleChanges(schedules: Command, cli: Cli): void {
  for (const [name, { description, call }] of Object.entries(CHANGES)) {
    const command = schedules.command(name).description(description)
      .argument("<id...>", "ids of the schedules");
    addListOutputOptions(addTargetOptions(command)).addHelpText(
      "after",
      `\nExample:\n  schedules ${name} maintenance:greet 019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071`,
    );
    cli.runsOnCluster<Flags>(command, {
      check: (_flags, ids) => void ids.forEach(parseScheduleId),
      act: (api, flags, ids) =>
        changeEach(api, ids, {
          call,
          wordOf: ({ status }) => plainText(cellText(status)),
          flags,
          terminal: cli.context.terminal,
        }),
    });
  }
}

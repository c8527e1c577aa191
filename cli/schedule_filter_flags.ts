/**
 * The flags that choose recurring schedules: the API's filters under the program's names.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { parseScheduleFilter } from "../core/parse_filter.ts";
import type { ApiQuery } from "./api.ts";
import { toQuery } from "./check_input.ts";

interface FilterFlag {
  readonly flags: string;
  readonly description: string;
}

/** By the API's parameter. */
const FILTER_FLAGS: Readonly<Record<string, FilterFlag>> = {
  status: {
    flags: "--status <status...>",
    description: "one of these statuses, e.g. Active or Paused,Completed",
  },
  type: { flags: "--type <type>", description: "Static (from code) or Dynamic (from a call)" },
  definitionId: { flags: "--definition <id>", description: "whose jobs are of this definition" },
  profileId: { flags: "--profile <id>", description: "declared in this set of static schedules" },
  failing: {
    flags: "--failing [true|false]",
    description: "that could not be planned the last time; false, that could",
  },
};

/** The API's parameters these flags cover. */
export const SCHEDULE_LIST_PARAMETERS: readonly string[] = Object.keys(FILTER_FLAGS);

/** Declares the flags that choose recurring schedules. */
export function addScheduleFilterOptions(command: Command): Command {
  for (const { flags, description } of Object.values(FILTER_FLAGS)) {
    command.addOption(new Option(flags, description));
  }
  return command;
}

/** The query parameters `flags` stand for. */
export function scheduleFilterQuery(flags: object): ApiQuery {
  const values = flags as Readonly<Record<string, string | readonly string[] | true | undefined>>;
  return Object.fromEntries(
    Object.entries(FILTER_FLAGS).map(([parameter, { flags: flag }]) => {
      const value = values[new Option(flag).attributeName()];
      return [parameter, value === true ? "true" : value];
    }),
  );
}

/** Checks what `schedules list` asks for. @throws {JobMasterError} `invalid_request` with every problem found */
export function checkScheduleQuery(query: ApiQuery): void {
  parseScheduleFilter(toQuery(query));
}

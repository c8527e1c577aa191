/**
 * The flags that choose jobs: the API's filters under the program's names.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { ApiQuery } from "./api.ts";

interface FilterFlag {
  readonly flags: string;
  readonly description: string;
}

/** By the API's parameter. */
const FILTER_FLAGS: Readonly<Record<string, FilterFlag>> = {
  status: {
    flags: "--status <status...>",
    description: "one of these statuses, e.g. Failed or Queued,Processing",
  },
  definitionId: { flags: "--definition <id>", description: "of this definition" },
  lane: { flags: "--lane <lane>", description: 'in this lane; "" is the default lane' },
  priority: { flags: "--priority <priority>", description: "of this priority" },
  bucketId: { flags: "--bucket <id>", description: "in this bucket" },
  workerId: { flags: "--worker <id>", description: "owned or last run by this worker" },
  scheduleId: { flags: "--schedule <id>", description: "of this recurring schedule" },
  uniqueKey: { flags: "--unique-key <key>", description: "with this unique key" },
  scheduledFrom: { flags: "--scheduled-from <instant>", description: "due at or after" },
  scheduledTo: { flags: "--scheduled-to <instant>", description: "due at or before" },
  createdFrom: { flags: "--created-from <instant>", description: "accepted at or after" },
  createdTo: { flags: "--created-to <instant>", description: "accepted at or before" },
  metadata: {
    flags: "--meta <condition...>",
    description: 'tagged key=value, or a JSON array of {"key","operation","value"}',
  },
  error: { flags: "--error <text>", description: "whose error contains this text" },
  sort: {
    flags: "--sort <field>",
    description: "createdAt, scheduledAt or finishedAt; -createdAt is newest first",
  },
};

/** The API's parameters these flags cover. */
export const JOB_LIST_PARAMETERS: readonly string[] = Object.keys(FILTER_FLAGS);

/** Declares the flags that choose jobs. */
export function addJobFilterOptions(command: Command): Command {
  for (const { flags, description } of Object.values(FILTER_FLAGS)) {
    command.addOption(new Option(flags, description));
  }
  return command;
}

/** The query parameters `flags` stand for. */
export function jobFilterQuery(flags: object): ApiQuery {
  const values = flags as Readonly<Record<string, string | readonly string[] | undefined>>;
  return Object.fromEntries(
    Object.entries(FILTER_FLAGS).map(([parameter, { flags: flag }]) => [
      parameter,
      values[new Option(flag).attributeName()],
    ]),
  );
}

/**
 * `agents parked`, `requeue` and `discard`: messages that nobody could use.
 *
 * @module
 */

import type { Command } from "commander";
import { JobMasterError } from "../../core/errors.ts";
import { parseSegment, shown } from "../../core/names.ts";
import type { ParkedChangeResource } from "../../http/resources.ts";
import { addAgentOption, type AgentFlags } from "../agent_flags.ts";
import type { Api, ApiCall, Document } from "../api.ts";
import { checkLimit } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { addListOptions, type ListFlags, showList } from "../list.ts";
import {
  addListOutputOptions,
  cellText,
  type Output,
  type OutputFlags,
  printJson,
  printJsonLine,
} from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";
import type { Column } from "../terminal/table.ts";
import { print, say } from "../terminal/terminal.ts";

const COLUMNS: readonly Column<Document>[] = [
  { title: "ID", cell: (message) => cellText(message.id) },
  { title: "BUCKET", cell: (message) => cellText(message.bucketId) },
  { title: "PARKED", cell: (message) => cellText(message.parkedAt) },
  { title: "BYTES", cell: (message) => cellText(message.size), alignRight: true },
  { title: "REASON", cell: (message) => cellText(message.reason) },
];

/** Most messages of one call. */
const CHUNK = 1_000;

/** Adds the commands. */
export function addParked(agents: Command, cli: Cli): void {
  addParkedList(agents, cli);
  const path = (name: string) => ["agent-connections", name, "parked"];
  addChange(agents, cli, {
    word: "requeue",
    description: "put messages nobody could use back into their queues, to be received anew",
    past: "requeued",
    call: (name, ids) => ({ method: "POST", path: [...path(name), "requeue"], body: { ids } }),
  });
  addChange(agents, cli, {
    word: "discard",
    description: "delete messages nobody could use",
    past: "discarded",
    call: (name, ids) => ({ method: "DELETE", path: path(name), body: { ids } }),
  });
}

function addParkedList(agents: Command, cli: Cli): void {
  const list = agents.command("parked").description("list messages nobody could use")
    .argument("<name>", "name of the agent connection");
  addListOptions(addAgentOption(addTargetOptions(list)))
    .addHelpText("after", "\n--json and --jsonl show what the messages say.");
  cli.runsOnCluster<ListFlags & TargetFlags & AgentFlags>(list, {
    usesAgents: true,
    check: (flags, [name]) => {
      checkLimit(flags);
      parseSegment(name, "agent connection");
    },
    act: (api, flags, [name]) => {
      const path = ["agent-connections", name!, "parked"];
      const view = { path, query: {}, columns: COLUMNS, what: "parked messages" };
      return showList(api, view, { flags, terminal: cli.context.terminal });
    },
  });
}

interface ParkedChange {
  readonly word: string;
  readonly description: string;
  /** What became of a message. */
  readonly past: string;
  readonly call: (name: string, ids: readonly string[]) => ApiCall;
}

function addChange(agents: Command, cli: Cli, change: ParkedChange): void {
  const { word, description } = change;
  const command = agents.command(word).description(description)
    .argument("<name>", "name of the agent connection")
    .argument("<id...>", "ids of the messages, as agents parked shows them");
  addListOutputOptions(addAgentOption(addTargetOptions(command)));
  cli.runsOnCluster<OutputFlags & TargetFlags & AgentFlags>(command, {
    usesAgents: true,
    check: (_flags, [name, ...ids]) => {
      parseSegment(name, "agent connection");
      ids.forEach(checkId);
    },
    act: (api, flags, operands) =>
      changeParked(api, operands, { change, flags, terminal: cli.context.terminal }),
  });
}

function checkId(id: string): void {
  if (id !== "" && id.length <= 250) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use message id ${shown(id)}: it must be 1 to 250 characters`,
  );
}

/** Answers `notFound` when no message was parked, `partly` when some were not. */
async function changeParked(
  api: Api,
  [name, ...ids]: readonly string[],
  { change, flags, terminal }: Output<OutputFlags> & { readonly change: ParkedChange },
): Promise<ExitCode> {
  const done: string[] = [];
  const passedOver: string[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const call = change.call(name!, ids.slice(at, at + CHUNK));
    const answer = await api.inCluster<ParkedChangeResource>(call);
    done.push(...answer.done);
    passedOver.push(...answer.passedOver);
    if (flags.jsonl) printJsonLine(terminal, answer);
    else if (!flags.json) {
      for (const id of answer.done) print(terminal, `${plainText(id)} ${change.past}`);
    }
  }
  if (flags.json) printJson(terminal, { done, passedOver });
  for (const id of passedOver) say(terminal, `error: ${plainText(id)} was not ${change.past}`);
  if (passedOver.length === 0) return EXIT.ok;
  return done.length > 0 ? EXIT.partly : EXIT.notFound;
}

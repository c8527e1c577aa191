/**
 * `cluster show` and `cluster set`: the settings of the cluster.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { Document } from "../api.ts";
import { checkSettings } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { addJsonOption, type OutputFlags, printFields, printJson } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface Setting {
  readonly flags: string;
  readonly description: string;
  /** Where it goes in the change. */
  readonly path: readonly [string] | readonly ["retry", string];
  readonly read?: (text: string, flag: string) => unknown;
}

const SETTINGS: readonly Setting[] = [
  { flags: "--mode <mode>", description: "Active, Passive or Archived", path: ["mode"] },
  {
    flags: "--default-timeout <duration>",
    description: "how long one attempt may take when nothing else says so",
    path: ["defaultTimeout"],
  },
  {
    flags: "--default-max-retries <n>",
    description: "retries when nothing else says so, 0 to 10",
    path: ["defaultMaxRetries"],
    read: readNumber,
  },
  {
    flags: "--transient-threshold <duration>",
    description: "jobs due later than this wait on the master, 10s to 24h",
    path: ["transientThreshold"],
  },
  {
    flags: "--max-payload-bytes <n>",
    description: "largest payload, as bytes of its JSON; -1 is no limit",
    path: ["maxPayloadBytes"],
    read: readNumber,
  },
  {
    flags: "--time-zone <zone>",
    description: "IANA zone in which schedules without one are read",
    path: ["timeZone"],
  },
  {
    flags: "--retention <duration>",
    description: "how long finished jobs and logs are kept; none keeps them",
    path: ["retention"],
    read: (text) => text === "none" ? null : text,
  },
  {
    flags: "--retry-base <duration>",
    description: "longest wait after the first failure",
    path: ["retry", "base"],
  },
  {
    flags: "--retry-factor <n>",
    description: "growth of that wait per further failure, 1 to 100",
    path: ["retry", "factor"],
    read: readNumber,
  },
  { flags: "--retry-max <duration>", description: "longest wait ever", path: ["retry", "max"] },
  {
    flags: "--retry-jitter <kind>",
    description: "full spreads the wait over the whole range, none always waits the longest",
    path: ["retry", "jitter"],
  },
];

type Flags = OutputFlags & TargetFlags;

/** Adds the command. */
export function addCluster(program: Command, cli: Cli): void {
  const { terminal } = cli.context;
  const cluster = program.command("cluster").description("look at the cluster and its settings");
  const show = cluster.command("show").description("show the cluster and its settings");
  addJsonOption(addTargetOptions(show));
  cli.runsOnCluster<Flags>(show, {
    act: async (api, flags) => printCluster(await api.ofCluster({}), flags, terminal),
  });

  const set = cluster.command("set").description("change settings; every node follows in seconds")
    .argument("[name=value...]", "settings by the API's names, e.g. mode=Passive retry.base=5s");
  addJsonOption(addTargetOptions(set));
  for (const { flags, description } of SETTINGS) set.option(flags, description);
  set.addHelpText("after", "\nExample:\n  cluster set --mode Passive --retention 14d");
  cli.runsOnCluster<Flags>(set, {
    check: (flags, pairs) => checkSettings(readChange({ ...readPairs(pairs), ...flags })),
    async act(api, flags, pairs) {
      const body = readChange({ ...readPairs(pairs), ...flags });
      const changed = await api.ofCluster<Document>({ method: "PATCH", body });
      return printCluster(changed, flags, terminal);
    },
  });
}

/** Settings written as `name=value`, as the flags they stand for. */
function readPairs(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map((pair) => {
    const [name = "", ...rest] = pair.split("=");
    const setting = SETTINGS.find(({ path }) => path.join(".") === name);
    if (setting !== undefined && rest.length > 0) {
      return [new Option(setting.flags).attributeName(), rest.join("=")];
    }
    throw new JobMasterError(
      "invalid_request",
      `Cannot set ${shown(pair)}: it must be name=value with a name of ${
        SETTINGS.map(({ path }) => path.join(".")).join(", ")
      }`,
    );
  }));
}

/**
 * The change `flags` stand for, as the API takes it.
 *
 * @throws {JobMasterError} `invalid_request` when there is none.
 */
export function readChange(flags: object): Document {
  const values = flags as Readonly<Record<string, string | undefined>>;
  const change: Record<string, unknown> = {};
  const retry: Record<string, unknown> = {};
  for (const { flags: flag, path, read } of SETTINGS) {
    const option = new Option(flag);
    const text = values[option.attributeName()];
    if (text === undefined) continue;
    const value = read === undefined ? text : read(text, option.long!);
    if (path[0] === "retry") retry[path[1]!] = value;
    else change[path[0]] = value;
  }
  if (Object.keys(retry).length > 0) change.retry = retry;
  if (Object.keys(change).length > 0) return change;
  throw new JobMasterError(
    "invalid_request",
    "Cannot change nothing: say what to set, e.g. --mode Passive (see cluster set --help)",
  );
}

function readNumber(text: string, flag: string): number {
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${flag} ${shown(text)}: it must be a number`,
  );
}

function printCluster(cluster: Document, flags: OutputFlags, terminal: Terminal): ExitCode {
  if (flags.json) printJson(terminal, cluster);
  else printFields(terminal, cluster);
  return EXIT.ok;
}

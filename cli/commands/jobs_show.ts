/**
 * `jobs show`, `jobs why` and `jobs logs`: everything about one job.
 *
 * @module
 */

import type { Command } from "commander";
import type { Api, ApiQuery, Document, JobDocument, PageDocument } from "../api.ts";
import { checkJobIds, checkLogQuery } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import {
  addJsonOption,
  addListOutputOptions,
  cellText,
  type Output,
  type OutputFlags,
  printFields,
  printJson,
  printJsonLine,
} from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainJson, plainLines, plainText } from "../terminal/plain_text.ts";
import { type Column, Table } from "../terminal/table.ts";
import { print, say } from "../terminal/terminal.ts";

type Flags = OutputFlags & TargetFlags;

/** Adds the commands. */
export function addJobViews(jobs: Command, cli: Cli): void {
  const { terminal } = cli.context;
  const show = jobs.command("show").description("show every field of a job, and its attempts");
  addJsonOption(addTargetOptions(show.argument("<id>", "id of the job")));
  cli.runsOnCluster<Flags>(show, {
    check: (_flags, ids) => checkJobIds(ids),
    act: (api, flags, [id]) => showJob(api, id!, { flags, terminal }),
  });

  const why = jobs.command("why").description("say why a job is where it is");
  addJsonOption(addTargetOptions(why.argument("<id>", "id of the job")));
  cli.runsOnCluster<Flags>(why, {
    check: (_flags, ids) => checkJobIds(ids),
    act: (api, flags, [id]) => explainJob(api, id!, { flags, terminal }),
  });

  const logs = jobs.command("logs").description("print what a job wrote to its log, oldest first");
  addListOutputOptions(addTargetOptions(logs.argument("<id>", "id of the job")))
    .option("--level <level>", "only entries of this level")
    .option("--attempt <n>", "only entries of this attempt")
    .option("--keyword <text>", "only entries whose message contains this text");
  cli.runsOnCluster<LogFlags>(logs, {
    check(flags, ids) {
      checkJobIds(ids);
      checkLogQuery(logQuery(flags));
    },
    act: (api, flags, [id]) => showLogs(api, id!, { flags, terminal }),
  });
}

const ATTEMPT_COLUMNS: readonly Column<Document>[] = [
  { title: "ATTEMPT", cell: (one) => cellText(one.attempt), alignRight: true },
  { title: "OUTCOME", cell: (one) => cellText(one.outcome) },
  { title: "STARTED", cell: (one) => cellText(one.startedAt) },
  { title: "FINISHED", cell: (one) => cellText(one.finishedAt) },
  { title: "WORKER", cell: (one) => cellText(one.workerId) },
  { title: "ERROR", cell: (one) => cellText((one.error as Document | null)?.message) },
];

async function showJob(
  api: Api,
  id: string,
  { flags, terminal }: Output<Flags>,
): Promise<ExitCode> {
  const job = await api.inCluster<JobDocument>({ path: ["jobs", id] });
  if (flags.json) {
    printJson(terminal, job);
    return EXIT.ok;
  }
  printFields(terminal, job);
  const { items } = await api.inCluster<PageDocument<Document>>({
    path: ["jobs", id, "executions"],
  });
  if (items.length === 0) return EXIT.ok;
  print(terminal, "");
  for (const line of new Table(ATTEMPT_COLUMNS, terminal).lines(items)) print(terminal, line);
  return EXIT.ok;
}

async function explainJob(
  api: Api,
  id: string,
  { flags, terminal }: Output<Flags>,
): Promise<ExitCode> {
  const report = await api.inCluster<Document>({ path: ["jobs", id, "why"] });
  if (flags.json) {
    printJson(terminal, report);
    return EXIT.ok;
  }
  const stuck = report.stuck === true ? ", stuck: nothing that exists now will move it on" : "";
  print(terminal, `${plainText(cellText(report.status))}${stuck}`);
  for (const { message } of report.reasons as readonly Document[]) {
    print(terminal, `- ${plainText(cellText(message))}`);
  }
  return EXIT.ok;
}

interface LogFlags extends Flags {
  readonly level?: string;
  readonly attempt?: string;
  readonly keyword?: string;
}

function logQuery({ level, attempt, keyword }: LogFlags): ApiQuery {
  return { level, attempt, keyword };
}

async function showLogs(
  api: Api,
  id: string,
  { flags, terminal }: Output<LogFlags>,
): Promise<ExitCode> {
  const { json, jsonl } = flags;
  const items: Document[] = [];
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: PageDocument<Document> = await api.inCluster({
      path: ["jobs", id, "logs"],
      query: { ...logQuery(flags), limit: "200", cursor: cursor ?? undefined },
    });
    count += page.items.length;
    if (json) items.push(...page.items);
    for (const entry of json ? [] : page.items) {
      if (jsonl) printJsonLine(terminal, entry);
      else for (const line of logLines(entry)) print(terminal, line);
    }
    cursor = page.nextCursor;
  } while (cursor !== null && !terminal.outClosed);
  if (json) printJson(terminal, { items, nextCursor: null });
  else if (count === 0) say(terminal, "No log entries");
  return EXIT.ok;
}

function logLines(entry: Document): string[] {
  const [first = "", ...rest] = plainLines(cellText(entry.message));
  const fields = entry.fields === null || entry.fields === undefined
    ? ""
    : `  ${plainJson(entry.fields)}`;
  const attempt = entry.attempt === null ? "" : `  attempt ${cellText(entry.attempt)}`;
  const head = plainText(
    `${cellText(entry.writtenAt)}  ${cellText(entry.level).padEnd(8)}${attempt}`,
  );
  return [`${head}  ${first}${fields}`, ...rest.map((line) => `    ${line}`)];
}

/**
 * `migrate status` and `migrate up`: the schema of the master.
 *
 * @module
 */

import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { MasterAccess, type MigrationReport, type MigrationStep } from "../master_access.ts";
import { addJsonOption, type OutputFlags, printJson } from "../output.ts";
import { DEFAULT_MASTER } from "../target.ts";
import { print, say, type Terminal } from "../terminal/terminal.ts";

interface Flags extends OutputFlags {
  readonly master?: string;
  readonly showSql?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the command. */
export function addMigrate(program: Command, cli: Cli): void {
  const migrate = program.command("migrate").description("look at and update the master's schema");
  const status = migrate.command("status")
    .description("say which version the schema has; exit code 7 when it drifted");
  addOptions(status);
  cli.runs<[Flags]>(status, (flags) => showStatus(flags, cli));
  const up = migrate.command("up").description("take the missing steps");
  addOptions(up).option("--dry-run", "only say which steps are missing; change nothing");
  cli.runs<[Flags]>(up, (flags) => takeSteps(flags, cli));
}

function addOptions(command: Command): Command {
  return addJsonOption(command)
    .option("--master <url>", `master database (JOBMASTER_MASTER; default "${DEFAULT_MASTER}")`)
    .option("--show-sql", "print the statements of the steps");
}

function accessTo(flags: Flags, { context }: Cli): MasterAccess {
  return new MasterAccess(flags.master ?? context.env("JOBMASTER_MASTER") ?? DEFAULT_MASTER);
}

async function showStatus(flags: Flags, cli: Cli): Promise<ExitCode> {
  const access = accessTo(flags, cli);
  const report = await access.inspect();
  return show(report, { label: access.label, stepsAre: "missing", flags, cli });
}

async function takeSteps(flags: Flags, cli: Cli): Promise<ExitCode> {
  if (flags.dryRun) {
    if (!flags.json) say(cli.context.terminal, "Dry run: nothing is changed");
    return await showStatus(flags, cli);
  }
  const access = accessTo(flags, cli);
  const report = await access.migrate();
  return show(report, { label: access.label, stepsAre: "taken", flags, cli });
}

interface View {
  readonly label: string;
  readonly stepsAre: "missing" | "taken";
  readonly flags: Flags;
  readonly cli: Cli;
}

function show(report: MigrationReport, { label, stepsAre, flags, cli }: View): ExitCode {
  const { terminal } = cli.context;
  const { current, latest, steps, drift } = report;
  if (flags.json) {
    const listed = steps.map((step) => documentOf(step, flags.showSql === true));
    printJson(terminal, { master: label, current, latest, [stepsAre]: listed, drift });
  } else {
    print(terminal, `master   ${label}`);
    print(terminal, `version  ${current} of ${latest}`);
    for (const step of steps) {
      printStep(step, { stepsAre, showSql: flags.showSql === true, terminal });
    }
    print(terminal, drift.length === 0 ? "drift    none" : `drift    ${drift.length}`);
    for (const difference of drift) print(terminal, `- ${difference}`);
  }
  return drift.length > 0 || current > latest ? EXIT.unhealthy : EXIT.ok;
}

function documentOf({ version, name, sql }: MigrationStep, showSql: boolean): object {
  return { version, name, ...(showSql ? { sql } : {}) };
}

function printStep(
  { version, name, sql }: MigrationStep,
  { stepsAre, showSql, terminal }: {
    readonly stepsAre: string;
    readonly showSql: boolean;
    readonly terminal: Terminal;
  },
): void {
  print(terminal, `${stepsAre.padEnd(7)}  ${version} ${name}`);
  if (showSql) { for (const statement of sql) print(terminal, `${statement.trim()};`); }
}

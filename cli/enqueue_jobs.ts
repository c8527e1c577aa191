/**
 * Hands many jobs to the API in portions, and says what became of them.
 *
 * @module
 */

import { uuidGenerator } from "../core/ids.ts";
import type { Api, JobDocument } from "./api.ts";
import type { CommandContext } from "./context.ts";
import type { JobRequestDocument } from "./enqueue_request.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit_codes.ts";
import { type OutputFlags, printJson, printJsonLine } from "./output.ts";
import { reportError } from "./report_error.ts";
import { plainJson, plainText } from "./terminal/plain_text.ts";
import { ProgressBar } from "./terminal/progress_bar.ts";
import { say, type Terminal } from "./terminal/terminal.ts";
import { waitForJob } from "./wait_for_job.ts";

/** Jobs of one call. */
const CHUNK = 1_000;

/** What a {@linkcode JobPrinter} goes by. */
export interface PrinterFlags extends OutputFlags {
  /** JSON shows jobs once they have ended. */
  readonly wait?: boolean;
  /** Whose acceptance was asked for: text then says on stderr what was promised. */
  readonly acceptance?: string;
}

/** Prints jobs as ids, as one JSON document (an array unless one job was asked for), or one document a line. */
export class JobPrinter {
  readonly #terminal: Terminal;
  readonly #flags: PrinterFlags;
  readonly #count: number;
  readonly #promises = new Map<string, unknown>();
  readonly #promised = new Map<unknown, number>();
  #printed = 0;

  /** Prints nothing yet. */
  constructor(
    terminal: Terminal,
    flags: PrinterFlags,
    count: number,
  ) {
    this.#terminal = terminal;
    this.#flags = flags;
    this.#count = count;
  }

  /** Shows jobs the cluster has taken; JSON waits for their end when they are waited for. */
  accepted(jobs: readonly JobDocument[]): void {
    const { json, jsonl, wait } = this.#flags;
    for (const { acceptance } of jobs) {
      this.#promised.set(acceptance, (this.#promised.get(acceptance) ?? 0) + 1);
    }
    if ((json || jsonl) && wait) {
      for (const { id, acceptance } of jobs) this.#promises.set(id, acceptance);
    } else if (json || jsonl) jobs.forEach((job) => this.#document(job));
    else this.#terminal.writeOut(jobs.map(({ id }) => `${plainText(id)}\n`).join(""));
  }

  /** Shows a job that was waited for. */
  ended(job: JobDocument): void {
    const acceptance = this.#promises.get(job.id);
    const shown = acceptance === undefined ? job : { ...job, acceptance };
    if (this.#flags.json || this.#flags.jsonl) this.#document(shown);
    else if (this.#count === 1) say(this.#terminal, plainText(job.status));
  }

  #document(job: JobDocument): void {
    if (this.#flags.jsonl) return printJsonLine(this.#terminal, job);
    if (this.#count === 1) return printJson(this.#terminal, job);
    this.#terminal.writeOut(`${this.#printed++ === 0 ? "[\n" : ",\n"}${plainJson(job)}`);
  }

  /** Ends the JSON document, or says what was promised. */
  finish(): void {
    const { json, jsonl, acceptance } = this.#flags;
    if (!json && !jsonl && acceptance !== undefined) this.#sayPromises();
    if (!json || this.#count === 1) return;
    this.#terminal.writeOut(this.#printed === 0 ? "[]\n" : "\n]\n");
  }

  #sayPromises(): void {
    const counts = [...this.#promised].map(([acceptance, count]) => `${count} ${acceptance}`);
    say(this.#terminal, `acceptance: ${plainText(counts.join(", "))}`);
  }
}

/** What to submit. */
export interface SubmitJobs {
  /** The cluster. */
  readonly api: Api;
  /** Every job of it. */
  readonly request: JobRequestDocument;
  /** How many jobs. */
  readonly count: number;
  /** The outside world. */
  readonly context: CommandContext;
  /** Shows what was taken. */
  readonly printer: JobPrinter;
}

/** Submits the jobs in portions of 1,000; stops at the first portion that fails, which is said on stderr. */
export async function submitJobs(
  { api, request, count, context, printer }: SubmitJobs,
): Promise<{ readonly ids: readonly string[]; readonly exitCode: ExitCode }> {
  const { terminal, clock, random } = context;
  const newId = uuidGenerator(clock, random); // made here, so that a repeated call makes no second job
  const ids: string[] = [];
  using bar = new ProgressBar({ terminal, clock, label: "enqueued", total: count });
  try {
    while (ids.length < count) {
      const size = Math.min(CHUNK, count - ids.length);
      const jobs = await submit(
        api,
        Array.from({ length: size }, () => ({ id: newId(), ...request })),
      );
      ids.push(...jobs.map(({ id }) => id));
      printer.accepted(jobs);
      bar.update(ids.length);
    }
    return { ids, exitCode: EXIT.ok };
  } catch (error) {
    if (ids.length === 0) throw error;
    reportError(error, terminal);
    say(terminal, `${ids.length} of ${count} jobs were accepted`);
    return { ids, exitCode: EXIT.partly };
  }
}

async function submit(
  api: Api,
  requests: readonly JobRequestDocument[],
): Promise<readonly JobDocument[]> {
  const call = { method: "POST", path: ["jobs"] } as const;
  if (requests.length === 1) {
    return [await api.inCluster<JobDocument>({ ...call, body: requests[0] })];
  }
  return await api.inCluster<readonly JobDocument[]>({ ...call, body: requests });
}

/** What to wait for. */
export interface AwaitJobs extends Pick<SubmitJobs, "api" | "context" | "printer"> {
  /** The jobs. */
  readonly ids: readonly string[];
  /** Until when, as a reading of the monotonic clock. */
  readonly deadlineMs: number;
  /** The whole wait, in milliseconds. */
  readonly timeoutMs: number;
}

/** Waits until every job has ended. Answers `failed` unless all succeeded, `timeout` when time ran out. */
export async function awaitJobs(
  { api, ids, context, printer, deadlineMs, timeoutMs }: AwaitJobs,
): Promise<ExitCode> {
  const { terminal, clock } = context;
  let exitCode: ExitCode = EXIT.ok;
  let done = 0;
  using bar = new ProgressBar({ terminal, clock, label: "ended", total: ids.length });
  for (const id of ids) {
    try {
      const job = await waitForJob(api, id, { clock, deadlineMs, timeoutMs });
      printer.ended(job);
      if (job.status !== "Succeeded") {
        exitCode = EXIT.failed;
        say(terminal, `error: ${plainText(`Job "${id}" ended as ${job.status}${reasonOf(job)}`)}`);
      }
    } catch (error) {
      reportError(error, terminal);
      return exitCodeOf(error);
    }
    bar.update(++done);
  }
  return exitCode;
}

function reasonOf(job: JobDocument): string {
  const message = (job.error as { readonly message?: unknown } | null)?.message;
  return message === undefined ? "" : `: ${message}`;
}

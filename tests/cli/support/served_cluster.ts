/**
 * A recording cluster behind a real server, and the program run against it inside the test.
 *
 * @module
 */

import { Cli } from "../../../cli/cli.ts";
import { exitCodeOf } from "../../../cli/exit_codes.ts";
import { createProgram } from "../../../cli/program.ts";
import { reportError } from "../../../cli/report_error.ts";
import { createHandler } from "../../../http/mod.ts";
import { RecurrenceError } from "../../../recurrence/error.ts";
import type { Recurrence } from "../../../recurrence/recurrence.ts";
import {
  type ClusterMethods,
  type RecordedCall,
  recordingClient,
} from "../../http/support/recording_client.ts";
import { recordingContext } from "./recording_context.ts";

/** How a run inside the test went. */
export interface TypedRun {
  /** The exit code. */
  readonly code: number;
  /** Data. */
  readonly out: string;
  /** Talk. */
  readonly err: string;
}

/** Runs a command line as `main` does, with a language of recurrences of the test's own. */
export async function typed(
  words: readonly string[],
  readRecurrence?: (text: string) => Recurrence,
): Promise<TypedRun> {
  const context = recordingContext();
  const cli = new Cli(context);
  const { terminal } = context;
  try {
    await createProgram(cli, readRecurrence).parseAsync([...words], { from: "user" });
    return { code: cli.exitCode, out: terminal.out, err: terminal.err };
  } catch (error) {
    reportError(error, terminal);
    return { code: exitCodeOf(error), out: terminal.out, err: terminal.err };
  }
}

/** A cluster that is served. */
export interface ServedCluster extends AsyncDisposable {
  /** What the cluster was asked. */
  readonly calls: readonly RecordedCall[];
  /** Runs a command line against it. */
  readonly run: (...words: readonly string[]) => Promise<TypedRun>;
}

/** Serves a cluster that answers with `answers`. */
export function serveCluster(
  answers: Partial<ClusterMethods>,
  readRecurrence?: (text: string) => Recurrence,
): ServedCluster {
  const client = recordingClient(answers);
  const handler = createHandler({ clusters: [client] });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler.fetch);
  const api = `http://127.0.0.1:${server.addr.port}`;
  return {
    calls: client.calls,
    run: (...words) => typed([...words, "--api", api], readRecurrence),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Reads "hourly", at every full hour; "thrice", three times only; "never"; and "lisbon", which names its zone. */
export function stubRecurrence(text: string): Recurrence {
  const known = ["hourly", "thrice", "never", "lisbon", "every hour"];
  if (!known.includes(text)) throw unread(text);
  const hour = 3_600_000;
  const end = text === "thrice" ? Date.parse("2026-10-25T02:00:00Z") : Infinity;
  return {
    type: "stub",
    timeZone: text === "lisbon" ? "Europe/Lisbon" : null,
    next(after) {
      const at = (Math.floor(after.epochMilliseconds / hour) + 1) * hour;
      if (text === "never" || at > end) return undefined;
      return Temporal.Instant.fromEpochMilliseconds(at);
    },
    toString: () => text,
    describe: () => `meant is\x1b[2J ${text}`,
  };
}

function unread(text: string): RecurrenceError {
  return new RecurrenceError(text, [
    { message: "no such word", offset: 0, length: 1, expected: ["every"] },
    { message: "no such unit", offset: 2, length: 1, expected: [] },
  ]);
}

/**
 * A place for a database of one test, and programs that share it.
 *
 * @module
 */

import { systemClock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import { openSqlite, type SqliteMaster } from "../../storage/sqlite.ts";
import type { Surroundings } from "../../storage/sqlite/connection.ts";

/** The machine's clock, and chance from a seed. */
export const SURROUNDINGS: Surroundings = { clock: systemClock, random: seededRandom(1) };

/** A directory that is deleted with the test. */
export interface TemporaryFile extends AsyncDisposable {
  /** The directory. */
  readonly directory: string;
  /** A file in it that does not exist yet. */
  readonly path: string;
  /** Opens a master in that file. */
  open(options?: Readonly<Record<string, unknown>>): Promise<SqliteMaster>;
}

/** Makes the directory. */
export async function temporaryFile(): Promise<TemporaryFile> {
  const directory = await Deno.makeTempDir({ prefix: "jobmaster_sqlite_" });
  const path = `${directory}/master.db`;
  return {
    directory,
    path,
    open: (options = {}) => openSqlite({ path, ...options }, SURROUNDINGS),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** A running program: its lines, one after the other, and its end. */
export interface Program extends AsyncDisposable {
  /** The next line it prints; `null` after the last. */
  readonly nextLine: () => Promise<string | null>;
  /** Writes one line to it. */
  readonly tell: (line: string) => Promise<void>;
  /** Kills it without warning. */
  readonly kill: () => void;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

/** Starts a program of `processes/`. It is killed with the test. */
export function startProgram(name: string, ...args: readonly string[]): Program {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      new URL(`./processes/${name}.ts`, import.meta.url).href,
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream())
    .getReader();
  const writer = child.stdin.getWriter();
  const ended = child.status.then(({ code }) => code);
  let running = true;
  void ended.then(() => running = false); // never rejects
  return {
    nextLine: async () => (await lines.read()).value ?? null,
    tell: (line) => writer.write(new TextEncoder().encode(`${line}\n`)),
    kill: () => child.kill("SIGKILL"),
    ended,
    [Symbol.asyncDispose]: async () => {
      if (running) child.kill("SIGKILL");
      await ended;
      await lines.cancel();
      await Promise.allSettled([writer.close()]); // fails when the program ended without reading
    },
  };
}

/** Cuts text into lines; an unfinished last one is dropped. */
function lineStream(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}

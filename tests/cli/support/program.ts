/**
 * The program as its users run it: a process of its own, in a folder of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { eventually } from "../../support/eventually.ts";

const MOD = fileURLToPath(new URL("../../../mod.ts", import.meta.url));
/** The definitions that nodes of these tests run. */
export const EXAMPLE_JOBS: string = fileURLToPath(
  new URL("../../../examples/jobs.ts", import.meta.url),
);

/** How a finished run went. */
export interface Run {
  /** The exit code. */
  readonly code: number;
  /** Data. */
  readonly stdout: string;
  /** Talk. */
  readonly stderr: string;
}

/** Options of a run. */
export interface RunOptions {
  /** Variables besides the few every process needs. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from stdin. @default {nothing} */
  readonly stdin?: string;
}

/** A folder in which the program is run; it goes away with everything that still runs in it. */
export interface Workplace extends AsyncDisposable {
  /** The folder. */
  readonly folder: string;
  /** Runs the program to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Starts a node and waits for its greeting. */
  start(args?: readonly string[], options?: RunOptions): Promise<RunningNode>;
  /** The names of the files in the folder. */
  files(): readonly string[];
}

/** A node that runs. */
export interface RunningNode {
  /** Base URL of its server; empty without one. */
  readonly address: string;
  /** What it has said so far. */
  readonly stderr: () => string;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
  /** Waits until it has ended. */
  ended(): Promise<Run>;
}

/** Opens an empty folder to run the program in. */
export async function openWorkplace(): Promise<Workplace> {
  const folder = await Deno.makeTempDir({ prefix: "jobmaster_cli_" });
  const nodes: Child[] = [];
  return {
    folder,
    run: (args, options) => new Child(folder, args, options).ended(),
    async start(args = ["--jobs", EXAMPLE_JOBS, "--http", "0"], options = {}) {
      const child = new Child(folder, ["start", ...args], options);
      nodes.push(child);
      await eventually("the node's greeting", () => {
        if (child.hasEnded) throw new Error(`it ended: ${child.stderr()}`);
        return /^JobMaster .*\n/m.test(child.stderr());
      }, { timeoutMs: 20_000 });
      return child;
    },
    files: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    async [Symbol.asyncDispose]() {
      for (const node of nodes) if (!node.hasEnded) node.kill("SIGKILL");
      await Promise.all(nodes.map((node) => node.ended()));
      await Deno.remove(folder, { recursive: true });
    },
  };
}

class Child implements RunningNode {
  readonly #process: Deno.ChildProcess;
  readonly #stdout: Promise<string>;
  readonly #stderr: Promise<string>;
  readonly #said: string[] = [];
  readonly #ended: Promise<Run>;
  hasEnded = false;

  constructor(cwd: string, args: readonly string[], { env = {}, stdin = "" }: RunOptions = {}) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", MOD, ...args],
      cwd,
      clearEnv: true, // variables of the machine must not change what a test sees
      env: { ...inherited(), NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdout = new Response(this.#process.stdout).text();
    this.#stderr = this.#listen(this.#process.stderr);
    this.#ended = this.#end(stdin);
  }

  get address(): string {
    return /http:\/\/\S+/.exec(this.stderr())?.[0] ?? "";
  }

  stderr(): string {
    return this.#said.join("");
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  ended(): Promise<Run> {
    return this.#ended;
  }

  async #listen(stream: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#said.push(decoder.decode(bytes, { stream: true }));
    return this.stderr();
  }

  async #end(stdin: string): Promise<Run> {
    await writeAll(this.#process.stdin, stdin);
    const [{ code }, stdout, stderr] = await Promise.all([
      this.#process.status,
      this.#stdout,
      this.#stderr,
    ]);
    this.hasEnded = true;
    return { code, stdout, stderr };
  }
}

async function writeAll(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // the program ended without reading all of it
  }
}

function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "NPM_CONFIG_REGISTRY"];
  return Object.fromEntries(
    names.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined),
  );
}

/**
 * Programs of a bench in processes of their own.
 *
 * @module
 */

import type { JobMasterOptions } from "@jobmaster/jobmaster";

/** What a node is started with. */
export type NodeOptions = Omit<JobMasterOptions, "jobs" | "logger" | "schedules" | "recurrences">;

/** The unit of times in `/proc`, a second. */
const CLOCK_TICKS = 100;

/** A program that has said that it is ready. It ends with its standard input. */
export class NodeProcess implements AsyncDisposable {
  /** What it is called. */
  readonly name: string;
  /** What it wrote on standard error, line by line. */
  readonly complaints: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #told: Promise<void>;
  readonly #read: Promise<unknown>;
  #isOver = false;

  private constructor(name: string, child: Deno.ChildProcess) {
    this.name = name;
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    this.#told = ready.promise;
    this.#read = Promise.all([
      eachLine(child.stdout, (line) => line === "ready" ? ready.resolve() : console.log(line)),
      eachLine(child.stderr, (line) => void this.complaints.push(line)),
    ]);
    void child.status.then(({ code }) => {
      this.#isOver = true;
      ready.reject(new Error(`${name} ended with ${code}: ${this.complaints.join("\n")}`));
    });
    this.#told.catch(() => {/* told to who started it */});
  }

  /** Starts `bench/PROGRAM.ts`, or the script at a URL, with one argument; its handlers write to the folder `starts`. */
  static async start(
    name: string,
    { program = "cluster_node", starts, argument }: {
      readonly program?: string | URL;
      readonly starts: string;
      readonly argument: unknown;
    },
  ): Promise<NodeProcess> {
    const { href: script } = program instanceof URL
      ? program
      : new URL(`./${program}.ts`, import.meta.url);
    const node = new NodeProcess(
      name,
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", script, JSON.stringify(argument)],
        env: { STARTS: starts },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
    try {
      await node.#told;
    } catch (error) {
      await node.ended();
      throw error;
    }
    return node;
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Processor time it has used, in seconds; 0 once it has ended. */
  cpuSeconds(): number {
    try {
      const [user, system] = Deno.readTextFileSync(`/proc/${this.pid}/stat`)
        .replace(/^.*\) /, "").split(" ").slice(11, 13);
      return (Number(user) + Number(system)) / CLOCK_TICKS;
    } catch {
      return 0;
    }
  }

  /** Writes a line to its standard input. */
  async say(line: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${line}\n`));
    writer.releaseLock();
  }

  /** Sends a signal, if there is still somebody to get it. */
  signal(signal: Deno.Signal): void {
    if (!this.#isOver) this.#child.kill(signal);
  }

  /** Kills it without a word; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended();
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    await this.#child.status;
    await this.#read;
    await this.#child.stdin.close().catch(() => {/* it is closed */});
  }

  /** Lets it end in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close().catch(() => {/* it has ended */});
    const timer = setTimeout(() => this.signal("SIGKILL"), 30_000);
    await this.ended();
    clearTimeout(timer);
  }
}

/** Starts a node. */
export function startNode(
  name: string,
  starts: string,
  options: NodeOptions,
): Promise<NodeProcess> {
  return NodeProcess.start(name, { starts, argument: options });
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(tell);
  }
  if (rest !== "") tell(rest);
}

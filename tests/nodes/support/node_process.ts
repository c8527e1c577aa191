/**
 * Nodes in processes of their own, which a test may stop, pause and kill.
 *
 * @module
 */

import type { JobMasterOptions } from "../../../mod.ts";
import { eventually } from "../../support/eventually.ts";

/** Short, so that a test need not wait long; long enough for a busy machine. */
export const LEASE = { leaseMs: 3_000, renewMs: 750 };

/** How long a test waits for what follows the end of a lease. */
export const PATIENTLY = { timeoutMs: 30_000, everyMs: 50 };

const PROGRAM = new URL("../fixtures/node_program.ts", import.meta.url);

/** A node in a process of its own. Killed when it is disposed. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;
  #exited = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#read = this.#readLines();
    void child.status.then(() => this.#exited = true);
  }

  /** Starts a node; resolves once it runs. */
  static async start(options: Omit<JobMasterOptions, "jobs" | "logger">): Promise<NodeProcess> {
    const node = new NodeProcess(
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          PROGRAM.href,
          JSON.stringify({ lease: LEASE, ...options }),
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
    await eventually("the node to be ready", () => node.said(/^ready$/), PATIENTLY);
    return node;
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it has printed a line that matches. */
  said(pattern: RegExp): boolean {
    return this.#lines.some((line) => pattern.test(line));
  }

  /** Sends a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Kills it without a word; resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.#exited) this.signal("SIGKILL");
    await this.exited();
  }

  /** Resolves when it has ended. */
  async exited(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#read;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #readLines(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.#lines.push(...lines);
    }
  }
}

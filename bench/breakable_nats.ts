/**
 * A NATS server of a bench that may be killed, whose store may be lost, and may be small.
 *
 * @module
 */

import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { greetNats } from "../tests/support/servers/nats_server.ts";
import { findProgram, runnerOf } from "../tests/support/servers/programs.ts";
import { type ServerPlace, startServer } from "../tests/support/servers/server_process.ts";
import type { OwnServer, ServerSignal } from "../tests/support/servers/server_kind.ts";

/** How it is started. */
interface NatsSettings {
  /** Most bytes its streams may have on disk; no bound when left out. */
  readonly storeBytes?: number;
  /** Where its store is, when that is there already. */
  readonly store?: string;
}

/** A NATS server with JetStream, in a process of its own. */
export class BreakableNats implements AsyncDisposable {
  readonly #server: OwnServer;
  readonly #store: string;
  /** Stores that were taken away, in order. */
  readonly wiped: string[] = [];

  private constructor(server: OwnServer, store: string) {
    this.#server = server;
    this.#store = store;
  }

  /** Starts one. */
  static async start({ storeBytes, store }: NatsSettings = {}): Promise<BreakableNats> {
    const program = await findProgram("nats-server");
    if (program === undefined) throw new Error("nats-server is not installed");
    let path = store ?? "";
    const bound = storeBytes === undefined ? "" : `max_file_store: ${storeBytes}`;
    const server = await startServer({
      origin: program,
      program,
      runner: await runnerOf("nats"),
      initialize: ({ folder }: ServerPlace) => {
        path ||= `${folder}/data`;
        const config = `jetstream { store_dir: "${path}", ${bound} }\n`;
        return Deno.writeTextFile(`${folder}/server.conf`, config);
      },
      args: ({ folder, port }) => [
        ...["--addr", "127.0.0.1", "--port", `${port}`, "--config", `${folder}/server.conf`],
      ],
      url: ({ port }) => `nats://127.0.0.1:${port}`,
      greet: greetNats,
      stopSignal: "SIGTERM",
    });
    return new BreakableNats(server, path);
  }

  /** Where it is. */
  get url(): string {
    return this.#server.url;
  }

  /** Sends it a signal. */
  signal(signal: ServerSignal): Promise<void> {
    return this.#server.signal(signal);
  }

  /** Starts it again. */
  async restart(): Promise<void> {
    await this.#server.start();
  }

  /** Takes its store away while it is down. */
  async wipe(): Promise<void> {
    const path = `${this.#store}-wiped-${this.wiped.length}`;
    await Deno.rename(this.#store, path);
    this.wiped.push(path);
  }

  /** Copies its store while it is down; an older copy is deleted. */
  async keepStore(): Promise<void> {
    await copyFolder(this.#store, `${this.#store}-kept`);
  }

  /** Gives it the copy of its store while it is down. */
  async restoreStore(): Promise<void> {
    await copyFolder(`${this.#store}-kept`, this.#store);
  }

  /** The ids of the messages in the stores that were taken away. */
  async wipedMessages(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const store of this.wiped) {
      await using server = await BreakableNats.start({ store });
      for (const id of await messagesAt(server.url)) ids.add(id);
    }
    return ids;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#server[Symbol.asyncDispose]());
  }
}

/** Copies a folder with its owners, in place of what was there. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.remove(to, { recursive: true }).catch(() => {/* it is the first copy */});
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`Cannot copy ${from}`);
}

/** The ids of all messages of the default stream. */
async function messagesAt(url: string): Promise<readonly string[]> {
  const connection = await connect({ servers: new URL(url).host });
  const { streams } = await jetstreamManager(connection);
  const { state } = await streams.info("JOBMASTER");
  const ids: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const stored = await streams.getMessage("JOBMASTER", { seq }).catch(() => null);
    if (stored !== null) ids.push(stored.header.get("Nats-Msg-Id"));
  }
  await connection.close();
  return ids;
}

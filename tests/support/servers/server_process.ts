/**
 * Runs a server as a child process, with its data in a folder of its own.
 *
 * @module
 */

import type { ServerCertificate } from "../certificates.ts";
import { eventually } from "../eventually.ts";
import type { Runner } from "./programs.ts";
import type { OwnServer, ServerSignal } from "./server_kind.ts";

/** How a server is run. */
export interface ServerRecipe {
  /** What it is and where its program is, for people. */
  readonly origin: string;
  /** The program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: (place: ServerPlace) => readonly string[];
  /** Who runs it. */
  readonly runner: Runner;
  /** Makes its data, once. */
  readonly initialize?: (place: ServerPlace) => Promise<unknown>;
  /** Its port; a free one when left out. */
  readonly port?: number;
  /** Its address. */
  readonly url: (place: ServerPlace) => string;
  /** Resolves when it answers as it should; rejects when it does not yet. */
  readonly greet: (url: string) => Promise<unknown>;
  /** What ends it in order, with connections open. */
  readonly stopSignal: "SIGTERM" | "SIGINT" | "SIGQUIT";
}

/** Where a server is. */
export interface ServerPlace {
  /** Its folder, which belongs to who runs it. */
  readonly folder: string;
  /** Its port on 127.0.0.1. */
  readonly port: number;
}

/** How long a server may take to start: recovery after a crash on a slow disk included. */
const START_MS = 60_000;

/** How long a server may take to stop before it is killed. */
const STOP_MS = 10_000;

/** Makes the data of a server and starts it. */
export async function startServer(recipe: ServerRecipe): Promise<OwnServer> {
  const folder = await Deno.makeTempDir({ prefix: "jobmaster_server_" });
  const { uid = null, gid = null } = recipe.runner.identity;
  if (uid !== null) await Deno.chown(folder, uid, gid);
  const server = new ServerProcess(recipe, { folder, port: recipe.port ?? freePort() });
  try {
    await recipe.initialize?.(server.place);
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes `certificate.pem` and `key.pem`: the key for `runner` alone, as servers demand. */
export async function writeCertificate(
  folder: string,
  { certificate, key }: ServerCertificate,
  { identity }: Runner,
): Promise<void> {
  const { uid = null, gid = null } = identity;
  await Deno.writeTextFile(`${folder}/certificate.pem`, certificate);
  await Deno.writeTextFile(`${folder}/key.pem`, key, { mode: 0o600 });
  if (uid !== null) await Deno.chown(`${folder}/key.pem`, uid, gid);
}

/** A port nobody listens on now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

class ServerProcess implements OwnServer {
  readonly place: ServerPlace;
  readonly #recipe: ServerRecipe;
  #child: Deno.ChildProcess | null = null;
  #said = "";

  constructor(recipe: ServerRecipe, place: ServerPlace) {
    this.#recipe = recipe;
    this.place = place;
  }

  get url(): string {
    return this.#recipe.url(this.place);
  }

  get origin(): string {
    return this.#recipe.origin;
  }

  async start(): Promise<void> {
    const { greet, program } = this.#recipe;
    const what = `${program} to answer`;
    const look = async () => {
      this.#child ??= this.#spawn(); // anew when it ended: what a killed one left may have stood in its way
      await greet(this.url);
      return this.#child !== null;
    };
    try {
      await eventually(what, look, { timeoutMs: START_MS, everyMs: 30 });
    } catch (error) {
      throw new Error(`Cannot start ${program}: ${this.#said.trim()}`, { cause: error });
    }
  }

  async signal(signal: ServerSignal): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const isSent = send(child, signal === "SIGTERM" ? this.#recipe.stopSignal : signal);
    if (isSent && (signal === "SIGKILL" || signal === "SIGTERM")) await child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== null && send(child, "SIGCONT") && send(child, this.#recipe.stopSignal)) {
      const patience = setTimeout(() => send(child, "SIGKILL"), STOP_MS);
      await child.status;
      clearTimeout(patience);
    }
    await removeFolder(this.place.folder);
  }

  #spawn(): Deno.ChildProcess {
    const { program, args, runner } = this.#recipe;
    const child = new Deno.Command(program, {
      ...runner.identity,
      args: [...args(this.place)],
      cwd: this.place.folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    for (const stream of [child.stdout, child.stderr]) void this.#listen(stream);
    void child.status.then(() => {
      if (this.#child === child) this.#child = null;
    });
    return child;
  }

  /** Keeps the end of what it prints. */
  async #listen(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#said = (this.#said + text).slice(-4_000);
    }
  }
}

/** Sends a signal; answers whether there was still somebody to get it. */
function send(child: Deno.ChildProcess, signal: Deno.Signal): boolean {
  try {
    child.kill(signal);
    return true;
  } catch {
    return false; // it has ended by itself
  }
}

/** The last processes of a killed server may still write there. */
async function removeFolder(folder: string): Promise<void> {
  await eventually(
    `${folder} to be deleted`,
    () => Deno.remove(folder, { recursive: true }).then(() => true),
    { timeoutMs: STOP_MS, everyMs: 50 },
  );
}

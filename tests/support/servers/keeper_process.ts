/**
 * Starts the keeper of the servers, and talks to it.
 *
 * @module
 */

import { KEEPER_VARIABLE, type KeeperAnswer, type KeeperRequest } from "./keeper_protocol.ts";

/** A keeper that runs. */
export interface Keeper extends AsyncDisposable {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
}

/** The keeper of the run when there is one, else a new one, which ends when it is disposed or this process ends. */
export async function openKeeper(): Promise<Keeper> {
  const given = Number(Deno.env.get(KEEPER_VARIABLE));
  if (given > 0) return { port: given, [Symbol.asyncDispose]: () => Promise.resolve() };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./keeper.ts", import.meta.url).href],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  child.unref();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  if (!(port > 0)) throw new Error("Cannot start the keeper of the servers: see above");
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.ref();
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}

/** A conversation with a keeper. Closing it ends the server that it owns. */
export class KeeperConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  #rest = "";

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. */
  static async open({ port }: Pick<Keeper, "port">): Promise<KeeperConnection> {
    return new KeeperConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Asks, and rejects with the reason when it could not be done. One at a time. */
  async ask(request: KeeperRequest): Promise<KeeperAnswer> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
    const answer: KeeperAnswer = JSON.parse(await this.#readLine());
    if (answer.reason !== undefined) throw new Error(answer.reason);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #readLine(): Promise<string> {
    const bytes = new Uint8Array(4_096);
    while (!this.#rest.includes("\n")) {
      const length = await this.#connection.read(bytes);
      if (length === null) throw new Error("The keeper of the servers is gone");
      this.#rest += new TextDecoder().decode(bytes.subarray(0, length));
    }
    const [line = "", ...more] = this.#rest.split("\n");
    this.#rest = more.join("\n");
    return line;
  }
}

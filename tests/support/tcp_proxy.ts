/**
 * A way to a server that breaks on demand: it cuts connections at a word, loses what is sent, refuses newcomers.
 *
 * @module
 */

/** Where bytes go: to the server or back to its client. */
export type Direction = "up" | "down";

/**
 * What becomes of the bytes with the needle, and of the connection:
 *
 * - `lost`: both sides are cut, the bytes are gone.
 * - `delivered`: the bytes arrive, then both sides are cut.
 * - `late`: the sender's side is cut; the bytes arrive 300 ms later.
 * - `stalled`: these bytes and all others on the connection are swallowed; neither side is told when the other one gives
 *   up.
 */
export type Fault = "lost" | "delivered" | "late" | "stalled";

/** Where a connection breaks. */
export interface Cut {
  /** Which way the bytes go. */
  readonly direction: Direction;
  /** The text at which it breaks; `""` for the next bytes whatever they are. */
  readonly needle: string;
  /** How. */
  readonly fault: Fault;
  /** Text that must have gone to the server on the same connection, before the needle or with it. @default {anything} */
  readonly after?: string;
}

const LATE_MS = 300;

/** A proxy in front of a server. */
export class TcpProxy implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #server: Deno.ConnectOptions;
  readonly #links = new Set<Link>();
  readonly #accepting: Promise<void>;
  /** Cuts to come, each on the connection where its needle is seen first. */
  readonly cuts: Cut[] = [];
  /** Whether bytes are swallowed, in both directions, on all connections, also on new ones. */
  isBlackHole = false;
  /** Whether the server's answers are swallowed, on all connections, also on new ones; what is sent to it arrives. */
  isMute = false;
  /** Whether newcomers are turned away. */
  isClosed = false;
  /** How much later bytes are passed on, in milliseconds. */
  delayMs = 0;
  /** What the server's answers say instead, byte for byte: both texts are equally long. */
  readonly lies = new Map<string, string>();
  /** Connections that were cut, by {@linkcode cuts} or by {@linkcode cutAll}. */
  cutCount = 0;
  /** How often bytes to the server followed bytes from it, on all connections. */
  turns = 0;

  private constructor(server: Deno.ConnectOptions) {
    this.#server = server;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  /** Starts one in front of the server at `url`. */
  static before(url: string): TcpProxy {
    const { hostname, port } = new URL(url);
    return new TcpProxy({ hostname, port: Number(port) });
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#links.size;
  }

  /** Cuts every connection. */
  cutAll(): void {
    this.cutCount += this.#links.size;
    for (const link of this.#links) link.close();
  }

  /** From now on the connections that are open swallow everything; new ones do not. */
  stallAll(): void {
    for (const link of this.#links) link.isStalled = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    const links = [...this.#links];
    for (const link of links) link.close();
    await Promise.all(links.map((link) => link.ended));
  }

  async #accept(): Promise<void> {
    const opening: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) opening.push(this.#open(client));
    } catch {
      // closed
    }
    await Promise.all(opening);
  }

  async #open(client: Deno.TcpConn): Promise<void> {
    if (this.isClosed) return client.close();
    const server = await Deno.connect(this.#server).catch(() => null);
    if (server === null) return client.close();
    const link = new Link(this, client, server);
    this.#links.add(link);
    void link.ended.then(() => this.#links.delete(link));
  }
}

/** A client's connection and the one to the server behind it. */
class Link {
  readonly ended: Promise<unknown>;
  readonly #proxy: TcpProxy;
  readonly #client: Deno.TcpConn;
  readonly #server: Deno.TcpConn;
  #last: Direction = "up";
  #isClosed = false;
  #isClientClosed = false;
  /** Which of the texts that cuts wait for have gone to the server. */
  readonly #heard = new Set<string>();
  isStalled = false;
  /** Settled when no more bytes come that go this way. */
  readonly #ends = { up: Promise.withResolvers<void>(), down: Promise.withResolvers<void>() };

  constructor(proxy: TcpProxy, client: Deno.TcpConn, server: Deno.TcpConn) {
    this.#proxy = proxy;
    this.#client = client;
    this.#server = server;
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.ended = Promise.all([
      this.#pump(client, server, "up"),
      this.#pump(server, client, "down"),
    ]);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeClient();
    this.#server.close();
  }

  #closeClient(): void {
    if (this.#isClientClosed) return;
    this.#isClientClosed = true;
    this.#client.close();
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, direction: Direction): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const size = await from.read(buffer);
        if (size === null) return;
        await this.#pass(buffer.slice(0, size), to, direction);
      }
    } catch {
      // either side is gone
    } finally {
      this.#ends[direction].resolve();
      // Neither side learns of the other's end.
      if (this.isStalled) await this.#ends[direction === "up" ? "down" : "up"].promise;
      this.close();
    }
  }

  async #pass(bytes: Uint8Array, to: Deno.TcpConn, direction: Direction): Promise<void> {
    const proxy = this.#proxy;
    if (direction === "up" && this.#last === "down") proxy.turns++;
    this.#last = direction;
    if (proxy.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, proxy.delayMs));
    if (proxy.isBlackHole || this.isStalled) return;
    if (proxy.isMute && direction === "down") return;
    if (proxy.cuts.length === 0 && proxy.lies.size === 0) return await writeAll(to, bytes);
    const text = latin1(bytes);
    for (const { after } of proxy.cuts) {
      if (direction === "up" && after !== undefined && text.includes(after)) this.#heard.add(after);
    }
    const place = proxy.cuts.findIndex(({ after, needle, ...cut }) =>
      cut.direction === direction && text.includes(needle) &&
      (after === undefined || this.#heard.has(after))
    );
    if (place < 0) return await writeAll(to, direction === "down" ? this.#told(text) : bytes);
    const [cut] = proxy.cuts.splice(place, 1);
    proxy.cutCount++;
    if (cut!.fault === "stalled") this.isStalled = true;
    else await this.#break(cut!, bytes, to);
  }

  async #break({ direction, fault }: Cut, bytes: Uint8Array, to: Deno.TcpConn): Promise<void> {
    if (fault === "lost") return this.close();
    if (direction === "down") {
      await writeAll(to, bytes);
      return this.close();
    }
    this.isStalled = true; // the answers
    this.#closeClient();
    if (fault === "late") await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    await writeAll(to, bytes);
    await to.closeWrite(); // the server reads everything first
    await this.#ends.down.promise;
  }

  #told(text: string): Uint8Array {
    let told = text;
    for (const [truth, lie] of this.#proxy.lies) told = told.replaceAll(truth, lie);
    return Uint8Array.from(told, (character) => character.charCodeAt(0));
  }
}

/** A character for each byte. `TextDecoder` takes latin1 for windows-1252. */
function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

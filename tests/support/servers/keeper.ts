/**
 * A program that keeps the servers of a test run: it starts each when it is first asked for, and stops all when its
 * standard input ends. So they end with whoever started it, however that ends.
 *
 * It prints the port at which it listens. A connection sends one JSON value a line and gets one a line: see
 * `KeeperRequest`.
 *
 * @module
 */

import type { KeeperAnswer, KeeperRequest } from "./keeper_protocol.ts";
import { type ProvidedServer, provideServer, startOwnServer } from "./provide.ts";
import type { OwnServer, ServerKind } from "./server_kind.ts";

/** Shared servers, by kind: each is started once, and what kept it from starting stays. */
const shared = new Map<ServerKind, Promise<ProvidedServer>>();

/** Servers that belong to a connection, and their end once that has begun. */
const own = new Map<OwnServer, PromiseLike<void> | null>();

function share(kind: ServerKind): Promise<ProvidedServer> {
  const found = shared.get(kind) ?? provideServer(kind, postgresUrl);
  if (!shared.has(kind)) void announce(kind, found);
  shared.set(kind, found);
  return found;
}

async function announce(kind: ServerKind, server: Promise<ProvidedServer>): Promise<void> {
  try {
    console.error(`${kind}: ${(await server).origin}`);
  } catch (error) {
    console.error(reasonOf(error));
  }
}

async function postgresUrl(): Promise<string> {
  return (await share("postgres")).url;
}

async function serve(connection: Deno.Conn): Promise<void> {
  const mine: OwnServer[] = [];
  const send = async (answer: KeeperAnswer) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  };
  try {
    for await (const request of requestsOf(connection)) {
      await send(await answerTo(request, mine).catch((error) => ({ reason: reasonOf(error) })));
    }
  } catch {
    // the other side is gone
  }
  await Promise.all(mine.map(stopOwn));
}

async function answerTo(request: KeeperRequest, mine: OwnServer[]): Promise<KeeperAnswer> {
  switch (request.ask) {
    case "shared": {
      const { url, origin } = await share(request.kind);
      return { url, origin };
    }
    case "own": {
      const upstream = () => Promise.resolve(request.upstream ?? postgresUrl());
      const server = await startOwnServer(request.kind, request.settings, upstream);
      mine.push(server);
      own.set(server, null);
      return { url: server.url, origin: server.origin };
    }
    case "signal":
      await mine[0]!.signal(request.signal);
      return {};
    case "start":
      await mine[0]!.start();
      return {};
  }
}

async function* requestsOf(connection: Deno.Conn): AsyncGenerator<KeeperRequest> {
  let rest = "";
  // The end of the stream closes the connection.
  for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function stopOwn(server: OwnServer): Promise<void> {
  const ending = own.get(server) ?? server[Symbol.asyncDispose]();
  own.set(server, ending);
  try {
    await ending;
  } catch (error) {
    console.error(reasonOf(error));
  }
}

async function stopAll(): Promise<void> {
  const started = await Promise.allSettled(shared.values());
  const servers = started.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
  const stops = servers.map((server) => server[Symbol.asyncDispose]());
  await Promise.allSettled([...stops, ...[...own.keys()].map(stopOwn)]);
}

if (import.meta.main) {
  // Ctrl-C reaches every process of the terminal: the end of our input is what counts.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {});
  }
  // An end of ours that is not in order would leave servers behind.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error(reasonOf(event.reason));
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(listener.addr.port);
  void (async () => {
    for await (const connection of listener) void serve(connection);
  })();
  for await (const _ of Deno.stdin.readable);
  await stopAll();
  Deno.exit(0);
}

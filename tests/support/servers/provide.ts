/**
 * Finds or starts a server: the one given in the environment, else an installed program, else on Debian as root one
 * that is installed now, else a container.
 *
 * @module
 */

import { installOnDebian, isRootOnDebian } from "./debian.ts";
import { hasDocker, startInDocker } from "./docker.ts";
import { greetMysql, startMysql } from "./mysql_server.ts";
import { greetNats, startNats } from "./nats_server.ts";
import { startPgBouncer } from "./pgbouncer_server.ts";
import { greetPostgres, startPostgres } from "./postgres_server.ts";
import {
  NONE,
  type OwnServer,
  type ServerKind,
  type ServerSettings,
  variableOf,
} from "./server_kind.ts";

/** A server to test against. */
export interface ProvidedServer extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** What it is and where it came from, for people. */
  readonly origin: string;
}

const GREETINGS: Readonly<Record<ServerKind, (url: string) => Promise<string>>> = {
  postgres: greetPostgres,
  mysql: greetMysql,
  nats: greetNats,
  pgbouncer: greetPostgres,
};

/**
 * The server named in the environment, else one of our own. `upstream` answers the URL of the PostgreSQL server to put
 * PgBouncer in front of.
 *
 * Rejects with every reason why there is none.
 */
export async function provideServer(
  kind: ServerKind,
  upstream: () => Promise<string>,
): Promise<ProvidedServer> {
  const given = Deno.env.get(variableOf(kind)) ?? "";
  if (given === NONE) throw new Error(`No ${kind}: ${variableOf(kind)} is "${NONE}"`);
  if (given === "") return await startOwnServer(kind, {}, upstream);
  const product = await GREETINGS[kind](given);
  const origin = `${product}, given in ${variableOf(kind)}`;
  return { url: given, origin, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Starts a server of our own, whatever the environment names. Rejects with every reason why that cannot be. */
export async function startOwnServer(
  kind: ServerKind,
  settings: ServerSettings,
  upstream: () => Promise<string>,
): Promise<OwnServer> {
  const start = async (): Promise<OwnServer | undefined> => {
    switch (kind) {
      case "postgres":
        return await startPostgres(settings);
      case "mysql":
        return await startMysql(settings);
      case "nats":
        return await startNats(settings);
      case "pgbouncer":
        return await startPgBouncer(await upstream());
    }
  };
  const ways: readonly (() => Promise<OwnServer | undefined | string>)[] = [
    async () => await start() ?? "it is not installed",
    async () => {
      if (!await isRootOnDebian()) return "only root may install it, on Debian";
      await installOnDebian(kind);
      return await start() ?? "its package brings no program";
    },
    async () => {
      if (!await hasDocker()) return "no Docker daemon answers";
      return await startInDocker(kind, settings) ?? "it has no image for that";
    },
  ];
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      const answer = await way();
      if (typeof answer === "object") return answer;
      reasons.push(answer ?? "");
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`No ${kind}: ${reasons.join("; ")}`);
}

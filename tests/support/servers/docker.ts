/**
 * Runs servers in containers, where a Docker daemon answers.
 *
 * @module
 */

import { eventually } from "../eventually.ts";
import { greetMysql } from "./mysql_server.ts";
import { greetNats } from "./nats_server.ts";
import { greetPostgres } from "./postgres_server.ts";
import { findProgram, runProgram } from "./programs.ts";
import type { OwnServer, ServerKind, ServerSettings, ServerSignal } from "./server_kind.ts";
import { freePort } from "./server_process.ts";

/** How a kind of server is run in a container. */
interface Container {
  readonly image: string;
  readonly port: number;
  readonly environment: readonly string[];
  readonly args: (settings: ServerSettings) => readonly string[];
  readonly url: (port: number) => string;
  readonly greet: (url: string) => Promise<unknown>;
}

const CONTAINERS: Readonly<Partial<Record<ServerKind, Container>>> = {
  postgres: {
    image: "postgres:16",
    port: 5432,
    environment: ["POSTGRES_HOST_AUTH_METHOD=trust"],
    args: ({ durable }) => ["-c", "max_connections=300", ...(durable ? [] : ["-c", "fsync=off"])],
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    greet: greetPostgres,
  },
  mysql: {
    image: "mariadb:10.11",
    port: 3306,
    environment: ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1"],
    args: ({ durable }) => [
      "--max-connections=300",
      ...(durable ? [] : ["--innodb-flush-log-at-trx-commit=0"]),
    ],
    url: (port) => `mysql://root@127.0.0.1:${port}/mysql`,
    greet: greetMysql,
  },
  nats: {
    image: "nats:2",
    port: 4222,
    environment: [],
    args: () => ["--jetstream"],
    url: (port) => `nats://127.0.0.1:${port}`,
    greet: greetNats,
  },
};

/** Whether a daemon answers. */
export async function hasDocker(): Promise<boolean> {
  if (await findProgram("docker") === undefined) return false;
  try {
    await runProgram("docker", ["version", "--format", "{{.Server.Version}}"]);
    return true;
  } catch {
    return false; // no daemon, or none for us
  }
}

/** Starts one; `undefined` for a kind that has no image, or settings that need files. */
export async function startInDocker(
  kind: ServerKind,
  settings: ServerSettings,
): Promise<OwnServer | undefined> {
  const container = CONTAINERS[kind];
  const { tls, config, port: wanted } = settings;
  const isPlain = tls === undefined && config === undefined && wanted === undefined;
  if (container === undefined || !isPlain) return undefined;
  const { image, port: inside, environment, args, url } = container;
  const port = freePort(); // one of our choice stays the same when it is started again
  const id = (await runProgram("docker", [
    ...["run", "--detach", "--publish", `127.0.0.1:${port}:${inside}`],
    ...environment.flatMap((variable) => ["--env", variable]),
    image,
    ...args(settings),
  ])).trim();
  const server = new DockerServer(id, url(port), container);
  try {
    await server.answers();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

class DockerServer implements OwnServer {
  readonly origin: string;
  readonly url: string;
  readonly #id: string;
  readonly #container: Container;

  constructor(id: string, url: string, container: Container) {
    this.#id = id;
    this.#container = container;
    this.url = url;
    this.origin = `${container.image} in a container of the tests`;
  }

  async answers(): Promise<void> {
    const { image, greet } = this.#container;
    const look = () => greet(this.url).then(() => true);
    await eventually(`${image} to answer`, look, { timeoutMs: 60_000, everyMs: 100 });
  }

  async start(): Promise<void> {
    await runProgram("docker", ["start", this.#id]);
    await this.answers();
  }

  async signal(signal: ServerSignal): Promise<void> {
    await runProgram("docker", ["kill", `--signal=${signal}`, this.#id]);
    if (signal === "SIGKILL" || signal === "SIGTERM") {
      await runProgram("docker", ["wait", this.#id]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runProgram("docker", ["rm", "--force", "--volumes", this.#id]);
  }
}

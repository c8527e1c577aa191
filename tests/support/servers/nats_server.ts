/**
 * Starts a NATS server with JetStream from an installed program.
 *
 * @module
 */

import { findProgram, runnerOf, runProgram } from "./programs.ts";
import type { OwnServer, ServerSettings } from "./server_kind.ts";
import { startServer, writeCertificate } from "./server_process.ts";

/** Starts one, or answers `undefined` when it is not installed. */
export async function startNats(
  { durable = false, tls, config, port }: ServerSettings = {},
): Promise<OwnServer | undefined> {
  const program = await findProgram("nats-server");
  if (program === undefined) return undefined;
  const version = (await runProgram(program, ["--version"])).trim();
  const runner = await runnerOf("nats");
  return await startServer({
    origin: `${version}, started by the tests from ${program}`,
    program,
    runner,
    ...(port === undefined ? {} : { port }),
    initialize: async ({ folder }) => {
      const lines = [durable ? DURABLE : "", tls === undefined ? "" : TLS, config ?? ""];
      await Deno.writeTextFile(`${folder}/server.conf`, lines.join("\n"));
      if (tls !== undefined) await writeCertificate(folder, tls, runner);
    },
    args: ({ folder, port }) => [
      ...["--addr", "127.0.0.1", "--port", `${port}`, "--jetstream"],
      ...["--store_dir", `${folder}/data`, "--config", `${folder}/server.conf`],
    ],
    url: ({ port }) => `nats://127.0.0.1:${port}`,
    greet: greetNats,
    stopSignal: "SIGTERM",
  });
}

/** Old versions know no setting of the sync; theirs stays as it is. */
const DURABLE = "# jetstream { sync_interval: always } from 2.10 on";

const TLS = "tls { cert_file: certificate.pem, key_file: key.pem, timeout: 10 }";

/** Resolves with the product when the server at `url` introduces itself. */
export async function greetNats(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port || 4222) });
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes) ?? 0;
  const info = /^INFO (\{.*\})/.exec(new TextDecoder().decode(bytes.subarray(0, length)))?.[1];
  if (info === undefined) throw new Error(`No NATS server answers at ${hostname}:${port}`);
  return `NATS ${JSON.parse(info).version}`;
}

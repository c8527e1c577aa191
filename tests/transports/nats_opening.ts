/**
 * Opening NATS with secrets and files: what works, and what ends in one clear error.
 *
 * @module
 */

import { deepStrictEqual as equal, match, ok } from "node:assert/strict";
import type { JobMasterError } from "../../core/errors.ts";
import { transportSpec } from "../../transports/mod.ts";
import { openNatsTransport } from "../../transports/nats.ts";
import type { Transport } from "../../transports/port.ts";
import type { OwnServer } from "../support/servers/server_kind.ts";
import type { TemporaryFolder } from "../support/temporary_folder.ts";
import {
  aMessage,
  filled,
  idsOf,
  QUEUE,
  receiptsOf,
  receiveAll,
  receiveNone,
} from "./conformance/transport_case.ts";

/** A secret that is wrong everywhere, and shown nowhere. */
export const SECRET = "s3cret";

/** Opens the transport that a URL names. */
export function opened(url: string): Promise<Transport> {
  return openNatsTransport(transportSpec(url).options);
}

/** The URL of a server with what is written before its host. */
export function login({ url }: OwnServer, secret: string): string {
  return url.replace("//", `//${secret}@`);
}

/** Writes a file; answers its path. */
export async function file(
  { path }: TemporaryFolder,
  name: string,
  content: string,
): Promise<string> {
  await Deno.writeTextFile(`${path}/${name}`, content);
  return `${path}/${name}`;
}

/** Proves that messages go out and come back. */
export async function carries(url: string): Promise<void> {
  await using transport = await opened(url);
  await carried(transport);
}

/** Proves that messages go out and come back. */
export async function carried(transport: Transport): Promise<void> {
  const ids = [crypto.randomUUID(), crypto.randomUUID()].toSorted();
  await filled(transport, ids.map((id) => aMessage(id)));
  const deliveries = await receiveAll(transport, 2);
  equal(idsOf(deliveries), ids);
  await transport.ack({ ...QUEUE, receipts: receiptsOf(deliveries) });
  await receiveNone(transport);
}

async function errorOf(url: string): Promise<JobMasterError> {
  const error = await opened(url).then(
    async (transport) => {
      await transport[Symbol.asyncDispose]();
      throw new Error(`it connected: ${url}`);
    },
    (thrown: JobMasterError) => thrown,
  );
  equal(error.message.includes(SECRET), false, error.message);
  return error;
}

/** Proves that a URL is refused with one error that may pass, and shows no secret. */
export async function unavailable(url: string, expected: RegExp): Promise<void> {
  const error = await errorOf(url);
  match(error.message, expected);
  equal([error.code, error.retryable], ["transport_unavailable", true]);
}

/** Proves that a URL is refused because of the file `name`, and shows no secret. */
export async function invalid(url: string, name: string, expected: RegExp): Promise<void> {
  const error = await errorOf(url);
  match(error.message, expected);
  ok(error.message.includes(`/${name}"`), error.message);
  equal([error.code, error.retryable], ["configuration_invalid", false]);
}

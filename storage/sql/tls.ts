/**
 * How connections to a server are encrypted.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { refusal, type ServerKind, type ServerOptions } from "./options.ts";

/** What both drivers are told. */
export interface Tls {
  /** Certificates of the authorities to trust, in PEM; the platform's otherwise. */
  readonly ca?: string;
  /** Whether it is checked whom the connection leads to. */
  readonly rejectUnauthorized: boolean;
}

/**
 * Reads what the options name; `null` for no encryption.
 *
 * @throws {JobMasterError} `configuration_invalid` when the file of authorities cannot be read.
 */
export async function readTls(kind: ServerKind, options: ServerOptions): Promise<Tls | null> {
  const { tls, rootCertificate } = options;
  if (tls === "disable") return null;
  if (rootCertificate === null) return { rejectUnauthorized: tls === "verify-full" };
  try {
    return { ca: await readFile(rootCertificate, "utf8"), rejectUnauthorized: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(kind, `sslrootcert "${rootCertificate}"`, `it must be readable: ${reason}`);
  }
}

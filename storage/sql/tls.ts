/**
 * How connections to a server are encrypted.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
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
 * @throws {JobMasterError} `configuration_invalid` when the file of authorities cannot be read or holds none.
 */
export async function readTls(kind: ServerKind, options: ServerOptions): Promise<Tls | null> {
  const { tls, rootCertificate } = options;
  if (tls === "disable") return null;
  if (rootCertificate === null) return { rejectUnauthorized: tls === "verify-full" };
  const what = `sslrootcert "${rootCertificate}"`;
  const ca = await readFile(rootCertificate, "utf8").catch((error) => {
    throw refusal(kind, what, `it must be readable: ${error?.message ?? error}`);
  });
  try {
    new X509Certificate(ca);
  } catch {
    throw refusal(kind, what, "it must hold certificates in PEM");
  }
  return { ca, rejectUnauthorized: true };
}

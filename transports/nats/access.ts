/**
 * Who connects to NATS, and how that is encrypted: what the options say, and the files they name.
 *
 * @module
 */

import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  type NodeConnectionOptions,
} from "@nats-io/transport-node";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { type NatsOptions, refusal } from "./options.ts";

/**
 * What the client is told.
 *
 * @throws {JobMasterError} `configuration_invalid` when a file cannot be read or is of another kind.
 */
export async function readAccess(options: NatsOptions): Promise<NodeConnectionOptions> {
  const { user, password, token, nkey, creds, tls } = options;
  return {
    ...(user === null ? {} : { user, pass: password ?? "" }),
    ...(token === null ? {} : { token }),
    ...(nkey === null ? {} : { authenticator: await readNkey(nkey) }),
    ...(creds === null ? {} : { authenticator: await readCreds(creds) }),
    ...(tls ? { tls: await readTls(options) } : {}),
  };
}

async function readNkey(path: string): Promise<Authenticator> {
  const seed = new TextEncoder().encode((await contentOf("nkey", path)).trim());
  return tried("nkey", path, {
    rule: "it must hold the seed of an nkey",
    make: () => nkeyAuthenticator(seed),
  });
}

/** The client wants a line's end after the last line. */
async function readCreds(path: string): Promise<Authenticator> {
  const content = new TextEncoder().encode(`${await contentOf("creds", path)}\n`);
  return tried("creds", path, {
    rule: "it must be a credentials file, with a token and a seed",
    make: () => credsAuthenticator(content),
  });
}

/** Answers what `make` makes if it can sign. What it throws may show a secret, so nobody is told. */
function tried(
  part: string,
  path: string,
  { rule, make }: { readonly rule: string; readonly make: () => Authenticator },
): Authenticator {
  const authenticator = make();
  try {
    authenticator("nonce");
  } catch {
    throw refusal(part, path, rule);
  }
  return authenticator;
}

/**
 * The client knows no name for a server that is addressed by a number, and "localhost" is checked then; servers that it
 * hears of later have none at all. So a certificate must be for any one of the servers of the options.
 */
async function readTls({ servers, rootCertificate }: NatsOptions): Promise<object> {
  const hosts = servers.map((server) => server.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
  const identity = {
    checkServerIdentity: (_: string, certificate: PeerCertificate) => anyOf(hosts, certificate),
  };
  if (rootCertificate === null) return identity;
  const ca = await contentOf("ca", rootCertificate);
  try {
    new X509Certificate(ca);
  } catch {
    throw refusal("ca", rootCertificate, "it must hold certificates in PEM");
  }
  return { ...identity, ca };
}

function anyOf(hosts: readonly string[], certificate: PeerCertificate): Error | undefined {
  const errors = hosts.map((host) => checkServerIdentity(host, certificate));
  return errors.includes(undefined) ? undefined : errors[0];
}

async function contentOf(part: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(part, path, `it must be readable: ${reason}`);
  }
}

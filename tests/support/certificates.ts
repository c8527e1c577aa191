/**
 * Certificates for servers with TLS, made here byte by byte: Node's crypto reads certificates but writes none, and a
 * plain Debian has no `openssl`.
 *
 * @module
 */

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** What a server shows, in PEM. */
export interface ServerCertificate {
  /** Its certificate. */
  readonly certificate: string;
  /** The key that belongs to it. */
  readonly key: string;
}

/** Who signs certificates of servers. */
export interface Authority {
  /** The certificate that clients trust, in PEM. */
  readonly certificate: string;
  /** A certificate for a server at this IPv4 address, or of this name. */
  certify(host: string): ServerCertificate;
}

/** Makes an authority. */
export function makeAuthority(name = "JobMaster tests"): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = { name, key: keys.privateKey };
  const isAuthority = extension("551d13", sequence(der(0x01, bytes("ff")))); // basicConstraints
  return {
    certificate: certificate(signer, { name, key: keys.publicKey, extensions: [isAuthority] }),
    certify(host) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = extension("551d11", sequence(hostName(host))); // subjectAltName
      const subject = { name: host, key: own.publicKey, extensions: [names] };
      const key = own.privateKey.export({ type: "pkcs8", format: "pem" });
      return { certificate: certificate(signer, subject), key: `${key}` };
    },
  };
}

interface Subject {
  readonly name: string;
  readonly key: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

/** RFC 5280, version 3, valid for twenty years around now. */
function certificate(
  signer: { readonly name: string; readonly key: KeyObject },
  { name, key, extensions }: Subject,
): string {
  const algorithm = sequence(objectId("2a8648ce3d040302")); // ecdsa-with-SHA256
  const content = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(crypto.getRandomValues(new Uint8Array(8)).map((byte, at) => at === 0 ? 1 : byte)),
    algorithm,
    commonName(signer.name),
    sequence(yearFromNow(-10), yearFromNow(10)),
    commonName(name),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", content, signer.key);
  const whole = sequence(content, algorithm, der(0x03, Uint8Array.of(0), signature));
  const lines = whole.toBase64().match(/.{1,64}/g)!;
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function commonName(name: string): Uint8Array {
  const text = der(0x0c, new TextEncoder().encode(name));
  return sequence(der(0x31, sequence(objectId("550403"), text)));
}

function hostName(host: string): Uint8Array {
  const isAddress = /^[\d.]+$/.test(host);
  return isAddress
    ? der(0x87, Uint8Array.from(host.split("."), Number))
    : der(0x82, new TextEncoder().encode(host));
}

function yearFromNow(years: number): Uint8Array {
  const year = new Date().getUTCFullYear() + years;
  return der(0x17, new TextEncoder().encode(`${year % 100}`.padStart(2, "0") + "0101000000Z"));
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(objectId(id), der(0x01, bytes("ff")), der(0x04, value)); // critical
}

function objectId(hex: string): Uint8Array {
  return der(0x06, bytes(hex));
}

function integer(value: Uint8Array): Uint8Array {
  return der(0x02, value);
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

/** A tag, the length, the content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Uint8Array.from([tag, ...length, ...parts.flatMap((part) => [...part])]);
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}

/**
 * A NATS operator with one account, and credentials files of its users.
 *
 * The tokens are made here, with the keys of the NATS client: a token is two pieces of JSON and a signature, and the
 * package that makes them (`@nats-io/jwt`) is a preview with a keys package of its own.
 *
 * @module
 */

import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What a server and its users are given. */
export interface NatsAccounts {
  /** Lines of the server's configuration. */
  readonly config: string;
  /** The contents of a credentials file for a new user. */
  userCredentials(): string;
}

/** Makes an operator and an account that may use JetStream without limits. */
export function makeNatsAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const limits = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1 };
  const jetstream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accountToken = token(operator, account, {
    type: "account",
    limits: { ...limits, ...jetstream, wildcards: true },
  });
  return {
    config: [
      `operator: ${token(operator, operator, { type: "operator" })}`,
      "resolver: MEMORY",
      `system_account: ${system.getPublicKey()}`, // JetStream does not start without one
      "resolver_preload: {",
      `  ${account.getPublicKey()}: ${accountToken}`,
      `  ${system.getPublicKey()}: ${token(operator, system, { type: "account", limits })}`,
      "}",
    ].join("\n"),
    userCredentials() {
      const user = nkeys.createUser();
      const rights = { pub: {}, sub: {}, subs: -1, data: -1, payload: -1 };
      return credentials(token(account, user, { type: "user", ...rights }), user);
    },
  };
}

function token(
  issuer: KeyPair,
  subject: KeyPair,
  nats: Readonly<Record<string, unknown>>,
): string {
  const claims = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: "jobmaster-tests",
    nats: { ...nats, version: 2 },
  };
  const signed = `${encoded({ typ: "JWT", alg: "ed25519-nkey" })}.${encoded(claims)}`;
  return `${signed}.${base64(issuer.sign(new TextEncoder().encode(signed)))}`;
}

function credentials(userToken: string, user: KeyPair): string {
  const seed = new TextDecoder().decode(user.getSeed());
  return [
    ...["-----BEGIN NATS USER JWT-----", userToken, "------END NATS USER JWT------", ""],
    ...["-----BEGIN USER NKEY SEED-----", seed, "------END USER NKEY SEED------", ""],
  ].join("\n");
}

function encoded(value: unknown): string {
  return base64(new TextEncoder().encode(JSON.stringify(value)));
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

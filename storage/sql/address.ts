/**
 * Reads the URL of a master on a database server.
 *
 * No message shows a text that may hold a part of the password: a `/`, `?` or `#` in it that is not percent-encoded
 * ends the host early.
 *
 * @module
 */

import { shown } from "../../core/names.ts";
import { refusal, type ServerKind } from "./options.ts";

/** The accepted forms, for messages. */
export const SERVER_FORMS =
  '"postgres://user:password@host:5432/database" or "mysql://user:password@host:3306/database" (also postgresql:, mariadb:), with ?prefix=jm_, ?migrate=true|false, ?connections=8, ?statement_timeout=10s, ?sslmode=disable|require|verify-full, ?sslrootcert=FILE and, for Postgres, ?notify=true|false, ?socket=FOLDER';

/** The kind of server that each scheme stands for. */
const KINDS: Readonly<Record<string, ServerKind>> = {
  postgres: "postgres",
  postgresql: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
};

/** The kind of server a URL's scheme stands for, if it stands for one. */
export function serverKindOf(scheme: string): ServerKind | undefined {
  return Object.hasOwn(KINDS, scheme) ? KINDS[scheme] : undefined;
}

interface Parameter {
  readonly option: string;
  readonly read: (value: string) => unknown;
}

const asText = (value: string) => value;

const asTruth = (value: string) => value === "true" ? true : value === "false" ? false : value;

const asWhole = (value: string) => /^\d{1,9}$/.test(value) ? Number(value) : value;

const PARAMETERS: Readonly<Record<string, Parameter>> = {
  prefix: { option: "prefix", read: asText },
  migrate: { option: "migrate", read: asTruth },
  connections: { option: "connections", read: asWhole },
  statement_timeout: { option: "statementTimeoutMs", read: asText },
  notify: { option: "notify", read: asTruth },
  sslmode: { option: "tls", read: asText },
  "ssl-mode": { option: "tls", read: asText },
  sslrootcert: { option: "rootCertificate", read: asText },
  socket: { option: "socket", read: asText },
};

/**
 * The options that a URL says, not checked yet.
 *
 * @throws {JobMasterError} `configuration_invalid` for what cannot be read.
 */
export function serverAddress(kind: ServerKind, url: string): Readonly<Record<string, unknown>> {
  const parsed = URL.parse(url);
  const [database, ...more] = parsed?.pathname.slice(1).split("/") ?? [];
  if (parsed === null || parsed.hash !== "" || more.length > 0 || /@/.test(database ?? "")) {
    throw refusal(
      kind,
      "the URL",
      `the form is ${kind}://user:password@host:port/database; "/", "?", "#", "@" and ":" within a name or password are written %2F, %3F, %23, %40 and %3A`,
    );
  }
  const decode = (part: string, text: string) => decoded(kind, part, text);
  const options: Record<string, unknown> = {
    user: decode("user", parsed.username),
    password: decode("password", parsed.password),
    host: decode("host", parsed.hostname.replace(/^\[(.*)\]$/, "$1")) || undefined,
    port: parsed.port === "" ? undefined : Number(parsed.port),
    database: decode("database", database ?? "") || undefined,
  };
  if (options.user === "") delete options.user;
  for (const name of Object.keys(options)) if (options[name] === undefined) delete options[name];
  return { ...options, ...parameters(kind, parsed) };
}

function parameters(kind: ServerKind, url: URL): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) {
    const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (parameter === undefined) {
      const part = /^[a-z_-]{1,40}$/i.test(name) ? `parameter ${shown(name)}` : "one parameter";
      throw refusal(kind, part, `the parameters are ${Object.keys(PARAMETERS).join(", ")}`);
    }
    if (Object.hasOwn(options, parameter.option)) {
      throw refusal(kind, `parameter ${shown(name)}`, "it must be said once");
    }
    options[parameter.option] = parameter.read(value);
  }
  return options;
}

function decoded(kind: ServerKind, part: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const rule = 'a "%" must be followed by two hexadecimal digits, and is written %25 itself';
    throw refusal(kind, `the ${part}`, rule);
  }
}

/**
 * What a master on a database server is opened with.
 *
 * @module
 */

import { isIP } from "node:net";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import { parseDuration } from "../../core/time.ts";
import { isPrefix, PREFIX_RULE } from "./table_names.ts";

/** The kinds of servers. MariaDB counts as MySQL. */
export type ServerKind = "postgres" | "mysql";

/** How the connections are encrypted: not at all, without or with checking whom they lead to. */
export type TlsMode = "disable" | "require" | "verify-full";

/** Options of a master on a server, checked. Plain data. */
export interface ServerOptions {
  /** Name or address of the server; not used when there is a `socket`. @default {"localhost"} */
  readonly host: string;
  /** Its port. @default {5432, and 3306 for MySQL} */
  readonly port: number;
  /** Folder of the Unix socket of Postgres; `null` for TCP. @default {null} */
  readonly socket: string | null;
  /** Who connects. */
  readonly user: string;
  /** Its password, `""` for none. @default {""} */
  readonly password: string;
  /** The database. @default {the name of the user for Postgres} */
  readonly database: string;
  /** Start of every table's name: several masters may share a database. @default {"jm_"} */
  readonly prefix: string;
  /** Whether opening takes the missing steps of the schema. @default {true} */
  readonly migrate: boolean;
  /** Most connections of the pool, from 1 to 100; up to two more serve leases and wake-ups. @default {8} */
  readonly connections: number;
  /** Longest time one statement may take, in milliseconds, from one second to ten minutes. @default {10_000} */
  readonly statementTimeoutMs: number;
  /** Whether nodes wake each other with LISTEN and NOTIFY; always `false` for MySQL. @default {true for Postgres} */
  readonly notify: boolean;
  /** Encryption. @default {"disable"} */
  readonly tls: TlsMode;
  /** Path of the PEM file with the authorities that `verify-full` trusts; `null` for the platform's. @default {null} */
  readonly rootCertificate: string | null;
}

const NAMES: Readonly<Record<ServerKind, string>> = { postgres: "Postgres", mysql: "MySQL" };

const PORTS: Readonly<Record<ServerKind, number>> = { postgres: 5432, mysql: 3306 };

/** No control characters: they end names early in both protocols. */
// deno-lint-ignore no-control-regex -- exactly those
const NAME = /^[^\u0000-\u001f\u007f]{1,128}$/;

/** What every reader of an option gets. */
interface Reading {
  readonly kind: ServerKind;
  readonly options: Readonly<Record<string, unknown>>;
}

/** How each option is read. What it throws says what would be right. */
const READERS: {
  readonly [Field in keyof ServerOptions]: (
    reading: Reading,
    value: unknown,
  ) => ServerOptions[Field];
} = {
  host: ({ kind }, value = "localhost") => named(kind, "host", value),
  port: ({ kind }, value) => whole(kind, "port", { value: value ?? PORTS[kind], max: 65_535 }),
  socket: ({ kind }, value = null) => {
    const folder = path(kind, "socket", value);
    if (folder === null || (kind === "postgres" && folder.startsWith("/"))) return folder;
    const rule = kind === "postgres" ? "it must be an absolute path" : "only Postgres takes one";
    throw refusal(kind, `socket ${shown(folder)}`, rule);
  },
  user: ({ kind }, value) => named(kind, "user", value),
  password: ({ kind }, value = "") => {
    if (typeof value === "string" && !value.includes("\0")) return value;
    throw refusal(kind, "the password", "it must be text without NUL");
  },
  database: ({ kind, options }, value) =>
    named(kind, "database", value ?? (kind === "postgres" ? options.user : undefined)),
  prefix: ({ kind }, value = "jm_") => {
    if (isPrefix(value)) return value;
    throw refusal(kind, `prefix ${shown(value)}`, PREFIX_RULE);
  },
  migrate: ({ kind }, value = true) => truth(kind, "migrate", value),
  connections: ({ kind }, value = 8) => whole(kind, "connections", { value, max: 100 }),
  statementTimeoutMs: ({ kind }, value = 10_000) => {
    try {
      return parseDuration(value, { what: "it", minMs: 1_000, maxMs: 600_000 });
    } catch {
      const rule = 'it must be a duration from 1 second to 10 minutes, like "10s"';
      throw refusal(kind, `statement_timeout ${shown(value)}`, rule);
    }
  },
  notify: ({ kind }, value) => {
    const notify = truth(kind, "notify", value ?? kind === "postgres");
    if (!notify || kind === "postgres") return notify;
    throw refusal(kind, "notify true", "only Postgres can wake nodes; leave it out");
  },
  tls: ({ kind, options }, value = "disable") => {
    if (value === "verify-full" && kind === "mysql" && isIP(`${options.host ?? ""}`) !== 0) {
      // its client would look for "localhost" in the certificate, whatever the address
      throw refusal(kind, `sslmode ${shown(value)}`, "the host must be a name, not an address");
    }
    if (value === "disable" || value === "require" || value === "verify-full") return value;
    const rule = "it must be disable, require (encrypted, whoever answers) or verify-full";
    throw refusal(kind, `sslmode ${shown(value)}`, rule);
  },
  rootCertificate: ({ kind, options }, value = null) => {
    const file = path(kind, "sslrootcert", value);
    if (file === null || options.tls === "verify-full") return file;
    throw refusal(
      kind,
      `sslrootcert ${shown(file)}`,
      "only sslmode=verify-full reads it; say both",
    );
  },
};

/**
 * Checks the options of a master on a server.
 *
 * @throws {JobMasterError} `configuration_invalid` that names the option, the value and the rule, never the password.
 */
export function readServerOptions(
  kind: ServerKind,
  options: Readonly<Record<string, unknown>>,
): ServerOptions {
  for (const field of Object.keys(options)) {
    if (Object.hasOwn(READERS, field)) continue;
    const rule = `the options are ${Object.keys(READERS).join(", ")}`;
    throw refusal(kind, `option ${shown(field)}`, rule);
  }
  const reading = { kind, options };
  const read = <Field extends keyof ServerOptions>(field: Field): ServerOptions[Field] =>
    READERS[field](reading, options[field]);
  return {
    host: read("host"),
    port: read("port"),
    socket: read("socket"),
    user: read("user"),
    password: read("password"),
    database: read("database"),
    prefix: read("prefix"),
    migrate: read("migrate"),
    connections: read("connections"),
    statementTimeoutMs: read("statementTimeoutMs"),
    notify: read("notify"),
    tls: read("tls"),
    rootCertificate: read("rootCertificate"),
  };
}

/** Address of the database for people, without the password. */
export function serverLabel(kind: ServerKind, options: ServerOptions): string {
  const { host, port, socket, user, database } = options;
  const place = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const address = `${kind}://${encodeURIComponent(user)}@${place}/${encodeURIComponent(database)}`;
  return socket === null ? address : `${address}?socket=${socket}`;
}

/** The error that says what about an option is wrong and what would be right. */
export function refusal(kind: ServerKind, part: string, rule: string): JobMasterError {
  return new JobMasterError(
    "configuration_invalid",
    `Cannot use ${part} for the ${NAMES[kind]} master: ${rule}`,
  );
}

function named(kind: ServerKind, part: string, value: unknown): string {
  if (typeof value === "string" && NAME.test(value)) return value;
  throw refusal(
    kind,
    value === undefined || value === ""
      ? `an address without a ${part}`
      : `${part} ${shown(value)}`,
    `the form is ${kind}://user:password@host:${PORTS[kind]}/database, without control characters`,
  );
}

function path(kind: ServerKind, part: string, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw refusal(kind, `${part} ${shown(value)}`, "it must be a path");
}

function truth(kind: ServerKind, part: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw refusal(kind, `${part} ${shown(value)}`, "it must be true or false");
}

function whole(
  kind: ServerKind,
  part: string,
  { value, max }: { readonly value: unknown; readonly max: number },
): number {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
  throw refusal(kind, `${part} ${shown(value)}`, `it must be a whole number from 1 to ${max}`);
}

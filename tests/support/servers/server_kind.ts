/**
 * Which servers tests can ask for, and what they get.
 *
 * @module
 */

import type { ServerCertificate } from "../certificates.ts";

/** A server that tests run against. `mysql` is MySQL or MariaDB, whichever there is. */
export type ServerKind = "postgres" | "mysql" | "nats" | "pgbouncer";

/** All kinds. */
export const SERVER_KINDS: readonly ServerKind[] = ["postgres", "mysql", "nats", "pgbouncer"];

/** The variable of the environment that names a server to use instead of starting one, or {@linkcode NONE}. */
export function variableOf(kind: ServerKind): string {
  return `JOBMASTER_TEST_${kind.toUpperCase()}`;
}

/** What the variable says when tests are to do without a server. */
export const NONE = "none";

/** How a server is started. */
export interface ServerSettings {
  /** Whether what it has acknowledged survives its death and the machine's; slower. @default {false} */
  readonly durable?: boolean;
  /** What it shows to clients that want TLS; no TLS when left out. PgBouncer has none. */
  readonly tls?: ServerCertificate;
  /** NATS: lines of its configuration. */
  readonly config?: string;
  /** NATS: its port, for those who have to know it before it starts; a free one when left out. */
  readonly port?: number;
}

/** A server of ours, with its data in a folder of its own. Disposing it stops it and deletes the folder. */
export interface OwnServer extends AsyncDisposable {
  /** Where it is, with a user who may do everything. Stays the same when it is started again. */
  readonly url: string;
  /** What it is and where it came from, for people. */
  readonly origin: string;
  /** Starts it again on the same data, after {@linkcode signal} ended it. */
  start(): Promise<void>;
  /** Sends a signal to its main process; after one that ends it, resolves when it has ended. */
  signal(signal: ServerSignal): Promise<void>;
}

/** Ends it like a power cut, ends it in order, freezes it, lets it go on. */
export type ServerSignal = "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT";

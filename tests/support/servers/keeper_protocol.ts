/**
 * What the keeper of the servers is asked, and what it answers.
 *
 * @module
 */

import type { ServerKind, ServerSettings, ServerSignal } from "./server_kind.ts";

/** The variable that holds the port of a keeper that runs already. */
export const KEEPER_VARIABLE = "JOBMASTER_TEST_KEEPER";

/** One line to the keeper. */
export type KeeperRequest =
  /** For the server that all tests of the run share. */
  | { readonly ask: "shared"; readonly kind: ServerKind }
  /** For a server that belongs to this connection and ends with it. */
  | {
    readonly ask: "own";
    readonly kind: ServerKind;
    readonly settings: ServerSettings;
    /** The PostgreSQL server that PgBouncer stands in front of; the shared one when left out. */
    readonly upstream?: string;
  }
  /** Sends a signal to the connection's own server. */
  | { readonly ask: "signal"; readonly signal: ServerSignal }
  /** Starts the connection's own server again. */
  | { readonly ask: "start" };

/** One line of the keeper: an address when a server was asked for, a reason when there is none. */
export interface KeeperAnswer {
  /** Where the server is. */
  readonly url?: string;
  /** What it is and where it came from. */
  readonly origin?: string;
  /** Why it could not be done. */
  readonly reason?: string;
}

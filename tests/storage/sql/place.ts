/** Opening servers, and statements on the table of the scenes. */

import { systemClock } from "../../../core/clock.ts";
import { systemRandom } from "../../../core/random.ts";
import { serverAddress } from "../../../storage/sql/address.ts";
import { openMysql } from "../../../storage/sql/mysql_server.ts";
import { readServerOptions, type ServerKind } from "../../../storage/sql/options.ts";
import { openPostgres } from "../../../storage/sql/postgres_server.ts";
import { fixed, type SqlServer } from "../../../storage/sql/session.ts";
import type { Surroundings } from "../../../storage/sql/wire.ts";

/** What the server is opened with beside its address. */
export interface SceneOptions {
  /** Options of the master. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Time, chance and patience instead of the machine's. */
  readonly surroundings?: Partial<Surroundings>;
}

/** Opens the server at `url`. */
export function openAt(
  kind: ServerKind,
  url: string,
  { options, surroundings }: SceneOptions = {},
): Promise<SqlServer> {
  const open = kind === "postgres" ? openPostgres : openMysql;
  return open(readServerOptions(kind, { ...serverAddress(kind, url), ...options }), {
    clock: systemClock,
    random: systemRandom,
    ...surroundings,
  });
}

/** What the bytes of a commit hold, and those of no other statement. */
export function commitOf(kind: ServerKind): string {
  return kind === "postgres" ? "COMMIT\0" : "COMMIT";
}

/** Adds a row, together with the commit. */
export const ADD = fixed("INSERT INTO things (id, amount) VALUES (?, ?)");

/** Changes a row. */
export const RAISE = fixed("UPDATE things SET amount = amount + 1 WHERE id = ?");

/** Reads the amount of a row. */
export const AMOUNT = fixed("SELECT amount FROM things WHERE id = ?");

/** Locks a row and reads it. */
export const LOCK = fixed("SELECT amount FROM things WHERE id = ? FOR UPDATE");

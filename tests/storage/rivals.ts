/**
 * Tests in which a call meets a change that another program has made and not committed: the call waits for it, so it
 * shows what the call locks.
 *
 * @module
 */

import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import type { Master } from "../../storage/port.ts";
import { composed } from "../../storage/sql/session.ts";
import { type Tables, tablesOf } from "../../storage/sql/table_names.ts";
import { eventually } from "../support/eventually.ts";
import { type Kind, openPlace, type ServerPlace } from "./server_place.ts";

/** A master, its tables, and what another program does with them. */
export interface Rivalry {
  /** The master. */
  readonly master: Master;
  /** Its tables. */
  readonly tables: Tables;
  /** Makes a call once another program has changed something; that commits when the call waits for it or is over. */
  against<T>(change: string, call: () => Promise<T>): Promise<T>;
}

/** Their last column counts who waits for a lock. InnoDB's own table of transactions is not kept up to date for those who ask often. */
const WAITING = {
  postgres: `SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  mysql: "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
};

/** Registers tests on a kind of server. */
export function rivalsOn(
  kind: Kind,
): (name: string, run: (rivalry: Rivalry) => Promise<void>) => void {
  return (name, run) =>
    Deno.test(`${kind}: ${name}`, async () => {
      await using place = await openPlace(kind);
      const spec = masterSpec(place.url);
      await using master = await (await loadAdapter(spec)).open(spec.options);
      await run({
        master,
        tables: tablesOf("jm_"),
        against: (change, call) => against(place, { change, call, waiting: WAITING[kind] }),
      });
    });
}

async function against<T>(
  place: ServerPlace,
  { change, call, waiting }: {
    readonly change: string;
    readonly call: () => Promise<T>;
    readonly waiting: string;
  },
): Promise<T> {
  await using rival = await place.connect();
  const { promise, over } = await rival.write(async (tx) => {
    await tx.run(composed(change));
    const called = call();
    const state = { over: false };
    const end = called.then(() => state.over = true, () => state.over = true);
    const isWaiting = async () => Number((await place.rows(waiting))[0]!.at(-1)) > 0;
    await eventually("the call to wait or end", async () => state.over || await isWaiting(), {
      everyMs: 0,
    });
    return { promise: called, over: end };
  });
  await over;
  return await promise;
}

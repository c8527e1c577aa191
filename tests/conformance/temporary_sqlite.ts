/**
 * A SQLite master in a file of its own, deleted when it is closed.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import type { Master } from "../../storage/port.ts";
import { openSqlite } from "../../storage/sqlite.ts";

/** Opens an empty one that lives on `clock`. */
export async function temporarySqlite(clock: Clock): Promise<Master> {
  const directory = await Deno.makeTempDir({ prefix: "jobmaster_" });
  const options = { path: `${directory}/master.db`, synchronous: "normal" };
  const master = await openSqlite(options, { clock, random: seededRandom(1) });
  const { capabilities, jobs, queries, schedules, history, buckets, workers, clusters } = master;
  return {
    ...{ capabilities, jobs, queries, schedules, history, buckets, workers, clusters },
    watch: (wake) => master.watch(wake),
    [Symbol.asyncDispose]: async () => {
      await master[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

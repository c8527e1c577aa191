/**
 * SQLite masters in a file of their own, deleted when they are closed.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import type { Master } from "../../storage/port.ts";
import { openSqlite } from "../../storage/sqlite.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { keptOpen } from "./kept_open.ts";
import type { Opened } from "./run_conformance.ts";

/** Opens an empty one that lives on `clock`. */
export async function temporarySqlite(clock: Clock): Promise<Opened<Master>> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder());
  const options = { path: `${path}/master.db`, synchronous: "normal" };
  let seed = 1;
  const open = (owner: AsyncDisposableStack) =>
    openSqlite(options, { clock, random: seededRandom(seed++) })
      .then((master) => keptOpen(owner.use(master)));
  const subject = await open(stack);
  const end = stack.move();
  return {
    subject,
    another: () => open(end),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

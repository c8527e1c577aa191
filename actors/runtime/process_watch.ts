/**
 * A thread of a hosted process: ends the process when its spawner is gone, even while the main thread never yields.
 * Its name is the id of the spawner.
 *
 * @module
 */

import { systemClock } from "../../core/clock.ts";

const LOOK_EVERY_MS = 1_000;

const spawner = Number((globalThis as unknown as { readonly name: string }).name);

function look(): void {
  if (Deno.ppid !== spawner) Deno.kill(Deno.pid, "SIGKILL");
  systemClock.schedule(LOOK_EVERY_MS, look);
}

look();

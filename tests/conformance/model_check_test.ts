/** The adapters answer random sequences of calls as the memory master does. */

import { memoryMaster } from "../support/memory_master/memory_master.ts";
import { modelCheck } from "./model_check.ts";
import { SteppedClock } from "./stepped_clock.ts";
import { temporarySqlite } from "./temporary_sqlite.ts";

Deno.test("openSqlite answers as the memory master when both are asked at random", async () => {
  const clock = new SteppedClock();
  await using model = memoryMaster({ clock });
  await using opened = await temporarySqlite(clock);

  await modelCheck({ adapter: opened.subject, model, elapse: clock.elapse, runs: 200 });
});

/** The SQLite master keeps the promises of the master port. */

import { concurrencyCases } from "./concurrency_cases.ts";
import { masterCases } from "./master_cases.ts";
import { runConformance } from "./run_conformance.ts";
import { SteppedClock } from "./stepped_clock.ts";
import { temporarySqlite } from "./temporary_sqlite.ts";

const clock = new SteppedClock();

runConformance([...masterCases, ...concurrencyCases], {
  name: "openSqlite",
  open: () => temporarySqlite(clock),
  elapse: clock.elapse,
});

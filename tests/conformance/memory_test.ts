/** The memory master keeps the promises of the master port. */

import { memoryMaster } from "../support/memory_master/memory_master.ts";
import { masterCases } from "./master_cases.ts";
import { runConformance } from "./run_conformance.ts";
import { SteppedClock } from "./stepped_clock.ts";

const clock = new SteppedClock();

runConformance(masterCases, {
  name: "memoryMaster",
  open: () => Promise.resolve(memoryMaster({ clock })),
  elapse: clock.elapse,
});

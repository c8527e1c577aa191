/** The memory master keeps the promises of the master port. */

import { memoryMaster } from "../support/memory_master/memory_master.ts";
import { concurrencyCases } from "./concurrency_cases.ts";
import { masterCases } from "./master_cases.ts";
import { runConformance } from "./run_conformance.ts";
import { SteppedClock } from "./stepped_clock.ts";

const clock = new SteppedClock();

runConformance([...masterCases, ...concurrencyCases], {
  name: "memoryMaster",
  open() {
    const subject = memoryMaster({ clock });
    const another = () => Promise.resolve(subject);
    return Promise.resolve({
      subject,
      another,
      [Symbol.asyncDispose]: subject[Symbol.asyncDispose],
    });
  },
  elapse: clock.elapse,
});

/** The storage actor, in a thread of its own, answers as the memory master in it does. */

import { memoryMaster } from "../support/memory_master/memory_master.ts";
import { masterCases } from "./master_cases.ts";
import { type Forgetful, memorySpec } from "./memory_adapter.ts";
import { runOnStandingMasters } from "./standing_masters.ts";
import { storageThread } from "./storage_thread.ts";

const master = await storageThread(memorySpec, memoryMaster().capabilities);

runOnStandingMasters(masterCases, {
  name: "memoryMaster in a thread",
  open: () => Promise.resolve(master),
  clear: () => (master.clusters as unknown as Forgetful).forget(),
});

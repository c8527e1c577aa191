/**
 * Runs every kernel case under every placement it is meant for.
 *
 * @module
 */

import type { Placement } from "../../actors/runtime/mod.ts";
import { kernelKit } from "../support/kernel_kit.ts";
import { benchOf, type KernelCase } from "./cases/bench.ts";
import { addressCases } from "./cases/addresses.ts";
import { cloneCases } from "./cases/clones.ts";
import { crashCases } from "./cases/crashes.ts";
import { endCases } from "./cases/ends.ts";
import { hostCases } from "./cases/hosts.ts";
import { messageCases } from "./cases/messages.ts";
import { startCases } from "./cases/starts.ts";
import { supervisionCases } from "./cases/supervision.ts";
import { timerCases } from "./cases/timers.ts";

const PLACEMENTS: readonly Placement[] = ["inline", "thread", "process"];

const CASES: readonly KernelCase[] = [
  ...messageCases,
  ...addressCases,
  ...startCases,
  ...endCases,
  ...crashCases,
  ...supervisionCases,
  ...timerCases,
  ...hostCases,
  ...cloneCases,
];

for (const placement of PLACEMENTS) {
  for (const { name, placements = PLACEMENTS, run } of CASES) {
    if (!placements.includes(placement)) continue;
    Deno.test(`${name} [${placement}]`, async () => {
      await using kit = await kernelKit();
      await run(benchOf(kit, placement));
    });
  }
}

/**
 * The life of a worker, and the duties of its mode.
 */

import { deepStrictEqual } from "node:assert/strict";
import {
  WORKER_DUTIES,
  WORKER_MODES,
  WORKER_STATUSES,
  WORKER_TRANSITIONS,
} from "../../core/worker.ts";
import { assertSteps } from "./support/step_table.ts";

Deno.test("WORKER_TRANSITIONS is complete, closed and exactly the life of a worker", () => {
  assertSteps({
    statuses: WORKER_STATUSES,
    table: WORKER_TRANSITIONS,
    expected: { Active: "Stopping Dead", Stopping: "Dead", Dead: "" },
  });
});

Deno.test("WORKER_DUTIES gives each mode its duties", () => {
  deepStrictEqual([...WORKER_MODES], ["Full", "Coordinator", "Execution", "Drain"]);
  deepStrictEqual(WORKER_DUTIES, {
    Full: { ownsBuckets: true, coordinates: true, drains: true },
    Coordinator: { ownsBuckets: false, coordinates: true, drains: false },
    Execution: { ownsBuckets: true, coordinates: false, drains: false },
    Drain: { ownsBuckets: false, coordinates: false, drains: true },
  });
});

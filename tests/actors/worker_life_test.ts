import { strictEqual } from "node:assert/strict";
import { countClaimed } from "../../actors/worker_life.ts";
import type { WorkerState } from "../../actors/worker_protocol.ts";

function stateWith(...answers: readonly (() => Promise<unknown>)[]): WorkerState {
  const agents = new Map(answers.map((ask, n) => [`b-${n}`, { ask }]));
  return { agents } as unknown as WorkerState;
}

Deno.test("countClaimed sums what the agents have claimed and what is on its way to the master", async () => {
  const state = stateWith(
    () => Promise.resolve({ buffered: 9, claimed: 2, settling: 1 }),
    () => Promise.resolve({ buffered: 0, claimed: 0, settling: 0 }),
  );
  strictEqual(await countClaimed(state), 3);
});

Deno.test("countClaimed takes an agent that does not answer for one that still runs something", async () => {
  const state = stateWith(() => Promise.reject(new Error("no reply")));
  strictEqual(await countClaimed(state), 1);
});

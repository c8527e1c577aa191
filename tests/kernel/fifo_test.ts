import { strictEqual } from "node:assert/strict";
import { Fifo } from "../../actors/runtime/fifo.ts";

Deno.test("Fifo.shift gives items in the order of push when both alternate", () => {
  const fifo = new Fifo<number>();
  let pushed = 0;
  let shifted = 0;

  for (let round = 0; round < 3_000; round++) {
    for (let count = 0; count < 3; count++) fifo.push(pushed++);
    for (let count = 0; count < 2; count++) strictEqual(fifo.shift(), shifted++);
  }

  strictEqual(fifo.size, pushed - shifted);
  while (fifo.size > 0) strictEqual(fifo.shift(), shifted++);
  strictEqual(fifo.shift(), undefined);
  strictEqual(shifted, pushed);
});

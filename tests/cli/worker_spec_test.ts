import { deepStrictEqual, throws } from "node:assert/strict";
import { parseWorkerSpec } from "../../cli/worker_spec.ts";

Deno.test("parseWorkerSpec reads every key", () => {
  deepStrictEqual(
    parseWorkerSpec(
      "name=w-1, agent=nats-1, mode=Execution, lane=Mail, parallelism=0.5, bufferSize=10, buckets.High=4, buckets.Low=0",
    ),
    {
      name: "w-1",
      agent: "nats-1",
      mode: "Execution",
      lane: "mail",
      parallelism: 0.5,
      bufferSize: 10,
      buckets: { High: 4, Low: 0 },
    },
  );
});

Deno.test("parseWorkerSpec keeps an equals sign in a value", () => {
  deepStrictEqual(parseWorkerSpec("name=a=b"), { name: "a=b" });
});

const BAD: readonly (readonly [string, RegExp])[] = [
  ["", /"" is not key=value/],
  ["mode", /"mode" is not key=value/],
  ["=Full", /"=Full" is not key=value/],
  ["mode=Full,", /"" is not key=value/],
  ["mode=Full,mode=Drain", /"mode" is said twice/],
  ["mode=full", /worker mode "full": it must be one of Full, Coordinator, Execution, Drain/],
  ["mod=Full", /key "mod" \(did you mean "mode"\?\)/],
  ["toString=1", /key "toString"/],
  ["lane=a b", /lane "a b"/],
  ["parallelism=fast", /parallelism "fast": it must be a number from 0.1 to 1000/],
  ["parallelism=0", /parallelism "0"/],
  ["parallelism=1e3", /parallelism "1e3"/],
  ["bufferSize=0", /bufferSize 0: it must be a whole number from 1 to 10000/],
  ["bufferSize=x", /bufferSize "x"/],
  ["buckets.High=101", /buckets.High 101: it must be a whole number from 0 to 100/],
  ["buckets.High=1.5", /buckets.High 1.5/],
  ["buckets.Huge=1", /buckets "Huge": it must be one of VeryLow/],
  ["buckets=4", /key "buckets"/],
];

for (const [spec, message] of BAD) {
  Deno.test(`parseWorkerSpec refuses ${JSON.stringify(spec)}`, () => {
    throws(() => parseWorkerSpec(spec), { name: "JobMasterError", message });
  });
}

/**
 * Entry module of a thread: hosts the one actor its spawner asks for.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { Host } from "./host.ts";
import type { Frame } from "./port.ts";

/** The part of a worker's global scope that is used here. */
interface ThreadScope {
  onmessage: (event: MessageEvent<readonly Frame[]>) => void;
  postMessage(frames: readonly Frame[]): void;
  close(): void;
}

const scope = globalThis as unknown as ThreadScope;
const host = new Host((frames) => scope.postMessage(frames));

scope.onmessage = (event) => host.take(event.data);

globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  host.crash(event.error ?? new Error(event.message));
});

globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  host.crash(event.reason);
});

// A worker that ends itself tells nobody, so it has to say so before.
const { close } = scope;
scope.close = () => {
  host.crash(new JobMasterError("crashed", "Cannot go on: the thread closed itself"));
  close.call(scope);
};

const { exit } = Deno;
Deno.exit = (code) => {
  host.crash(
    new JobMasterError("crashed", `Cannot go on: the thread exited with code ${code ?? 0}`),
  );
  return exit(code);
};

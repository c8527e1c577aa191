/**
 * Entry module of a process: hosts the one actor its spawner asks for, and ends with the spawner.
 *
 * @module
 */

import process from "node:process";
import { serialize } from "node:v8";
import { Host } from "./host.ts";
import type { Frame } from "./port.ts";

const host = new Host((frames) => {
  serialize(frames); // the channel itself does not survive a value it cannot clone
  process.send?.([...frames]);
});

process.on("message", (frames) => host.take(frames as readonly Frame[]));

// The channel closes when the spawner is gone, however it went.
process.on("disconnect", () => Deno.exit(0));

// A main thread that never yields does not hear that, so a second one watches too.
new Worker(new URL("./process_watch.ts", import.meta.url), {
  type: "module",
  name: String(Deno.ppid),
});

// A terminal or a service manager signals the whole group; when this process ends is for the spawner to say.
Deno.addSignalListener("SIGINT", () => {});
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => {});

globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  host.crash(event.error ?? new Error(event.message));
});

globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  host.crash(event.reason);
});

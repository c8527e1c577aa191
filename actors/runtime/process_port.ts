/**
 * A wire to a child Deno process, over the IPC channel of `node:child_process`.
 *
 * @module
 */

import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { JobMasterError } from "../../core/errors.ts";
import type { Frame, OpenPort } from "./port.ts";

const HOST = new URL("./process_host.ts", import.meta.url);

/** Opens a wire to a fresh process. What it prints goes to this process's standard error. */
export const openProcess: OpenPort = ({ label, program, onFrames, onClose }) => {
  const child = spawnHost(configOf(program));
  const gone = Promise.withResolvers<void>();
  let open = true;
  const ended = (why: string) => {
    if (!open) return;
    open = false;
    onClose(new JobMasterError("crashed", `Cannot go on in process "${label}": ${why}`));
  };
  child.on("message", (frames) => open && onFrames(frames as readonly Frame[]));
  child.on("error", (error) => ended(error.message));
  child.on("exit", (code, signal) => {
    gone.resolve();
    ended(signal === null ? `it exited with code ${code}` : `it was ended by signal ${signal}`);
  });
  return {
    post(frames) {
      if (!open) return;
      // The channel itself does not survive a value it cannot clone, so the value is tried out first.
      serialize(frames);
      child.send([...frames]);
    },
    async close() {
      open = false;
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await gone.promise;
    },
  };
};

function spawnHost(config: string | undefined): ChildProcess {
  const host = HOST.protocol === "file:" ? fileURLToPath(HOST) : HOST.href;
  const args = ["run", "-A", ...(config === undefined ? [] : ["--config", config]), host];
  const options = { stdio: ["ignore", 2, 2, "ipc"], serialization: "advanced" };
  return spawn(Deno.execPath(), args, options as unknown as SpawnOptions);
}

/** The configuration of the program, so that the host resolves imports as the program does and not as this file. */
function configOf(program: string): string | undefined {
  if (!program.startsWith("file:")) return undefined;
  let folder = dirname(fileURLToPath(program));
  while (true) {
    const found = ["deno.json", "deno.jsonc"].map((name) => join(folder, name)).find(existsSync);
    if (found !== undefined || folder === dirname(folder)) return found;
    folder = dirname(folder);
  }
}

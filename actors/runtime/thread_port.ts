/**
 * A wire to a Deno Worker. Every way a worker can break is caught here, since the platform else ends the process.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import type { Frame, OpenPort } from "./port.ts";

/** Opens a wire to a fresh thread. One that never yields outlives its `close`, until the program ends. */
export const openThread: OpenPort = ({ label, onFrames, onClose }) => {
  const worker = new Worker(new URL("./thread_host.ts", import.meta.url), {
    type: "module",
    name: label,
  });
  const broken = (event: Event, why: string) => {
    event.preventDefault();
    onClose(new JobMasterError("crashed", `Cannot go on in thread "${label}": ${why}`));
  };
  worker.onmessage = (event: MessageEvent<readonly Frame[]>) => onFrames(event.data);
  worker.onerror = (event) => broken(event, event.message);
  worker.onmessageerror = (event) => broken(event, "a message could not be read");
  return {
    post: (frames) => worker.postMessage(frames),
    close() {
      worker.onmessage = null;
      worker.terminate();
      return Promise.resolve();
    },
  };
};

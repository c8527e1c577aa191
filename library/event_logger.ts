/**
 * Sends what a node reports to LogTape, or to any logger shaped like `@std/log`'s.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { KernelEvent } from "../actors/runtime/metrics.ts";
import type { Logger } from "./options.ts";

type Level = "debug" | "info" | "warn" | "error";

const LEVELS: Readonly<Record<string, Level>> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
};

/** Where events go: `logger`, or LogTape's category `jobmaster`, which is silent until the application configures it. */
export function eventLogger(logger?: Logger): (event: KernelEvent) => void {
  const logtape = getLogger(["jobmaster"]);
  return (event) => {
    const { level, message, fields } = describe(event);
    if (logger === undefined) logtape[level](message, fields);
    else logger[level](message, fields);
  };
}

function describe(
  event: KernelEvent,
): { level: Level; message: string; fields: Record<string, unknown> } {
  const { address } = event;
  switch (event.type) {
    case "log":
      return {
        level: LEVELS[event.level]!,
        message: event.message,
        fields: { ...event.fields, address },
      };
    case "crashed":
      return {
        level: "error",
        message: `${address} crashed: ${event.error}`,
        fields: { address },
      };
    case "restarted":
      return {
        level: "warn",
        message: `${address} was started again (${event.restarts})`,
        fields: { address },
      };
    case "dead_letter":
      return {
        level: "debug",
        message: `${event.messageType} to ${address} was not delivered: ${event.reason}`,
        fields: { address },
      };
  }
}

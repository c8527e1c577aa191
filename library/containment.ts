/**
 * Keeps the process alive when a handler that runs inside it fails where nobody can catch it: a promise it forgot, a
 * timer it left behind.
 *
 * Active from the start of the first node with workers to the stop of the last one. What is caught is always said: to
 * the node's logger, else to the console. Nothing of the application's own mistakes disappears silently.
 *
 * @module
 */

import { getConfig, getLogger } from "@logtape/logtape";
import { failureOf } from "../core/failure.ts";
import type { Logger } from "./options.ts";

const reporters = new Set<(thrown: unknown) => void>();

/** Contains uncaught errors until disposed. */
export function containErrors(logger: Logger | undefined): Disposable {
  const report = reporterOf(logger);
  if (reporters.size === 0) {
    globalThis.addEventListener("unhandledrejection", onRejection);
    globalThis.addEventListener("error", onError);
  }
  reporters.add(report);
  return {
    [Symbol.dispose]() {
      reporters.delete(report);
      if (reporters.size > 0) return;
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}

function onRejection(event: PromiseRejectionEvent): void {
  event.preventDefault();
  for (const report of reporters) return report(event.reason); // once, whichever node it belongs to
}

function onError(event: ErrorEvent): void {
  event.preventDefault();
  for (const report of reporters) return report(event.error);
}

function reporterOf(logger: Logger | undefined): (thrown: unknown) => void {
  return (thrown) => {
    const { name, message, stack } = failureOf(thrown);
    const text = `Uncaught in this process, which goes on: ${name}: ${message}`;
    if (logger !== undefined) logger.error(text, { stack });
    else if (getConfig() === null) console.error(stack === null ? text : `${text}\n${stack}`);
    else getLogger(["jobmaster"]).error(text, { stack });
  };
}

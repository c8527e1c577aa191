/**
 * Shows a node's own log on stderr, one line an entry.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { formatInstant } from "../core/time.ts";
import type { Logger } from "../library/options.ts";
import { plainJson, plainText } from "./terminal/plain_text.ts";
import { say, type Terminal } from "./terminal/terminal.ts";

/** Every level, least urgent first; `off` shows nothing. */
export const NODE_LOG_LEVELS = ["debug", "info", "warn", "error", "off"] as const;

/** The least level that is shown. */
export type NodeLogLevel = typeof NODE_LOG_LEVELS[number];

/** A logger that writes to the terminal what is at least as urgent as `least`. */
export function terminalLogger(terminal: Terminal, clock: Clock, least: NodeLogLevel): Logger {
  const writer = (level: NodeLogLevel) => (message: string, ...details: unknown[]): void => {
    if (NODE_LOG_LEVELS.indexOf(level) < NODE_LOG_LEVELS.indexOf(least)) return;
    const more = details.map((detail) => `  ${detailText(detail)}`).join("");
    const head = `${formatInstant(clock.now())}  ${level.toUpperCase().padEnd(5)}`;
    say(terminal, `${head}  ${plainText(message)}${more}`);
  };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
  };
}

function detailText(detail: unknown): string {
  if (detail instanceof Error) return plainText(`${detail.name}: ${detail.message}`);
  if (typeof detail === "string") return plainText(detail);
  try {
    return plainJson(detail) ?? plainText(String(detail));
  } catch {
    return plainText(String(detail)); // a cycle or a BigInt: a log line must never fail
  }
}

/**
 * Says on stderr what went wrong: what, why, what would be right. A stack only when asked for.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { ApiError } from "./api_error.ts";
import { plainLines, plainText } from "./terminal/plain_text.ts";
import { say, type Terminal } from "./terminal/terminal.ts";

/** Says what went wrong; each problem on its own line when there are several. */
export function reportError(error: unknown, terminal: Terminal, debug = false): void {
  const problems = error instanceof JobMasterError || error instanceof ApiError
    ? error.problems
    : [];
  if (problems.length > 1) {
    for (const problem of problems) say(terminal, `error: ${plainText(problem)}`);
  } else {
    say(terminal, `error: ${plainText(error instanceof Error ? error.message : String(error))}`);
  }
  if (!debug || !(error instanceof Error)) return;
  for (const line of plainLines(error.stack ?? "")) say(terminal, line);
}

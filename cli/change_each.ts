/**
 * Changes several things of a cluster one after the other, and says what became of each.
 *
 * @module
 */

import type { Api, ApiCall, Document } from "./api.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit_codes.ts";
import { type Output, type OutputFlags, printJson, printJsonLine } from "./output.ts";
import { reportError } from "./report_error.ts";
import { plainText } from "./terminal/plain_text.ts";
import { print } from "./terminal/terminal.ts";

/** A change of one thing. */
export interface Change extends Output<OutputFlags> {
  /** The call that makes it. */
  readonly call: (id: string) => ApiCall;
  /** What became of the thing, in a word. */
  readonly wordOf: (answer: Document) => string;
  /** The word for a thing that is gone. @default {"deleted"} */
  readonly goneWord?: string;
}

/** Makes the change of every one of `ids`. Answers `partly` when some failed, else the exit code of the first failure. */
export async function changeEach(
  api: Api,
  ids: readonly string[],
  { call, wordOf, goneWord = "deleted", flags, terminal }: Change,
): Promise<ExitCode> {
  const answers: unknown[] = [];
  const failures: unknown[] = [];
  for (const id of ids) {
    try {
      const answer = await api.inCluster<Document | null>(call(id));
      answers.push(answer ?? { id, deleted: true });
      if (flags.jsonl) printJsonLine(terminal, answers.at(-1));
      else if (!flags.json) {
        print(terminal, `${plainText(id)} ${answer === null ? goneWord : wordOf(answer)}`);
      }
    } catch (error) {
      failures.push(error);
      reportError(error, terminal);
    }
  }
  if (flags.json) printJson(terminal, ids.length === 1 ? answers[0] ?? null : answers);
  if (failures.length === 0) return EXIT.ok;
  return answers.length > 0 ? EXIT.partly : exitCodeOf(failures[0]);
}

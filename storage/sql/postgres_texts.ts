/**
 * The statements' texts as Postgres wants them.
 *
 * @module
 */

import type { Statement } from "./session.ts";

/** A text with numbered placeholders, and a name that no other statement has in this process. */
interface NamedText {
  readonly text: string;
  readonly name: string;
}

const known = new WeakMap<Statement, NamedText>();
let count = 0;

/** The text and the name under which a statement stays prepared. */
export function named(statement: Statement): NamedText {
  const found = known.get(statement);
  if (found !== undefined) return found;
  const made = { text: numbered(statement.text), name: `jm_${++count}` };
  known.set(statement, made);
  return made;
}

/** Numbers the `?` of a text: `$1`, `$2` and so on. */
export function numbered(text: string): string {
  let place = 0;
  return text.replaceAll("?", () => `$${++place}`);
}

/**
 * Reads what a flag names: a file, or stdin.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readStream } from "node:stream/consumers";

/** The text of a file, relative to `cwd`; of stdin for `-`. */
export async function readText(path: string, cwd: string): Promise<string> {
  if (path === "-") return await readStream(Deno.stdin.readable);
  return await readFile(resolve(cwd, path), "utf8");
}

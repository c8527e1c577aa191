/**
 * Installs what the tests need before the first of them runs.
 *
 * @module
 */

import { streamDeno } from "./deno_process.ts";

/** Fetches the packages of the lock file, so that no test waits for a download; resolves with whether it could. */
export async function prepare(): Promise<boolean> {
  const { code } = await streamDeno(["install", "--quiet"]);
  return code === 0;
}

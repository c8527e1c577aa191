/**
 * Runs a whole folder of tests once more, on another kind of master.
 *
 * @module
 */

import type { DatabaseKind } from "../../support/servers/databases.ts";
import { skipWithout } from "../../support/servers/test_servers.ts";
import { useMasters } from "../../support/test_masters.ts";

/** Test files that ask every kind of master themselves. */
const OF_EVERY_KIND: readonly string[] = ["transactions_test.ts"];

/** Registers all tests of a folder on masters of this kind, or one that is skipped when there is no server. */
export async function testsOn(kind: DatabaseKind, folder: string): Promise<void> {
  const missing = await useMasters(kind);
  if (missing !== undefined) return skipWithout(`tests/${folder} on ${kind}`, { missing });
  const url = new URL(`../../${folder}/`, import.meta.url);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(url)) {
    if (name.endsWith("_test.ts") && !OF_EVERY_KIND.includes(name)) names.push(name);
  }
  for (const name of names.sort()) await import(new URL(name, url).href);
}

/**
 * Runs a whole folder of tests once more, on another kind of master.
 *
 * @module
 */

import type { DatabaseKind } from "../../support/servers/databases.ts";
import { skipWithout } from "../../support/servers/test_servers.ts";
import { useMasters } from "../../support/test_masters.ts";

/** What a test file imports that leaves the choice of its master open. */
const OPEN_CHOICE = "support/cluster.ts";

/**
 * Registers all tests of a folder whose files leave the choice of the master open, or one that is skipped when there is
 * no server.
 */
export async function testsOn(kind: DatabaseKind, folder: string): Promise<void> {
  const missing = await useMasters(kind);
  if (missing !== undefined) return skipWithout(`tests/${folder} on ${kind}`, { missing });
  const url = new URL(`../../${folder}/`, import.meta.url);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(url)) if (name.endsWith("_test.ts")) names.push(name);
  for (const name of names.sort()) {
    const file = new URL(name, url);
    if ((await Deno.readTextFile(file)).includes(OPEN_CHOICE)) await import(file.href);
  }
}

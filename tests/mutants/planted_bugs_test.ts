/**
 * The list of planted bugs keeps up with the sources.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import { PLANTED_BUGS } from "./planted_bugs.ts";

for (const { name, edits } of PLANTED_BUGS) {
  Deno.test(`There is one place to plant the bug that ${name}`, async () => {
    for (const { file, from } of edits) {
      const source = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
      strictEqual(source.split(from).length - 1, 1, `in ${file}`);
    }
  });
}

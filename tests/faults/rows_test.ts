/**
 * The tables of faults name tests that there are.
 *
 * @module
 */

import { deepStrictEqual, ok } from "node:assert/strict";
import { AGENT_ROWS } from "./rows_agents.ts";
import { DATABASE_ROWS } from "./rows_database.ts";

const ROWS = [...DATABASE_ROWS, ...AGENT_ROWS];

Deno.test("Each fault of master databases and agent connections is in the tables once", () => {
  const ids = Array.from({ length: 31 }, (_, index) => `F${index + 18}`);

  deepStrictEqual(ROWS.map(({ id }) => id), ids);
});

for (const { id, fault, status, tests, why } of ROWS) {
  Deno.test(`${id} (${fault}) is tested by what its row names, or says why it is not`, async () => {
    ok(status === "tested" ? tests.length > 0 : why !== undefined);
    for (const { file, name } of tests) {
      const source = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
      ok(source.includes(name), `${file} has no test "${name}"`);
    }
  });
}

/** The SQLite master keeps the promises of the master port in a thread of its own, where nodes have it. */

import { DatabaseSync } from "node:sqlite";
import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { concurrencyCases } from "./concurrency_cases.ts";
import { masterCases } from "./master_cases.ts";
import { runOnStandingMasters } from "./standing_masters.ts";
import { storageThread } from "./storage_thread.ts";

const folder = await temporaryFolder();
const spec = masterSpec(`sqlite:${folder.path}/master.db?synchronous=normal`);
const probe = await (await loadAdapter(spec)).open(spec.options);
const { capabilities } = probe;
await probe[Symbol.asyncDispose]();

runOnStandingMasters([...masterCases, ...concurrencyCases], {
  name: "openSqlite in a thread",
  open: () => storageThread(spec, capabilities),
  // deno-lint-ignore require-await -- it is, for other databases
  async clear() {
    using database = new DatabaseSync(`${folder.path}/master.db`, { timeout: 5_000 });
    const { schema: _, ...tables } = tablesOf("jm_");
    const deletes = Object.values(tables).map((table) => `DELETE FROM ${table};`);
    database.exec(`BEGIN IMMEDIATE; ${deletes.join(" ")} COMMIT`);
  },
  end: () => folder[Symbol.asyncDispose](),
});

/**
 * How a master's statements find their rows, as a table for `docs/storage_plans.md`.
 *
 * `deno run -A bench/storage_plans.ts MASTER_URL [PREFIX]`: asks the server at the URL how it runs the statements of the
 * calls that matter, in cluster `history` of the tables that `bench/finished_history.ts` filled (`full_`), with 20,000
 * live jobs more.
 *
 * @module
 */

import { systemClock } from "../core/clock.ts";
import { masterSpec } from "../storage/mod.ts";
import { serverKindOf } from "../storage/sql/address.ts";
import { SYSTEM } from "../storage/sql/adapter.ts";
import { sqlMaster } from "../storage/sql/master.ts";
import { openMysql } from "../storage/sql/mysql_server.ts";
import { readServerOptions } from "../storage/sql/options.ts";
import { openPostgres } from "../storage/sql/postgres_server.ts";
import { liveParts } from "../storage/sql/live_parts.ts";
import { composed } from "../storage/sql/session.ts";
import { tablesOf } from "../storage/sql/table_names.ts";
import { HotCalls } from "../tests/support/hot_calls.ts";
import { explaining, plainSteps } from "../tests/support/servers/explaining_server.ts";

const LIVE = 20_000;

const [url, prefix = "full_"] = Deno.args;
const kind = serverKindOf(/^[a-z]+/i.exec(url ?? "")?.[0] ?? "");
if (url === undefined || kind === undefined) {
  console.error("Say the URL of a master on a server, and the prefix of its tables");
  Deno.exit(2);
}
const { options } = masterSpec(url, { prefix, statementTimeoutMs: 60_000 });
const open = kind === "postgres" ? openPostgres : openMysql;
const server = await open(readServerOptions(kind, options), SYSTEM);
const tables = tablesOf(prefix);
const found = new Map<string, Set<string>>();
let purpose = "";
const tell = ({ text, steps }: { readonly text: string; readonly steps: readonly string[] }) => {
  const verb = /^\(?(\w+)/.exec(text)![1]!.toLowerCase();
  const locks = /FOR UPDATE|FOR SHARE|LOCK IN SHARE/.test(text) && verb === "select"
    ? ", locks"
    : "";
  const lines = found.get(purpose) ?? new Set();
  found.set(purpose, lines);
  const plain = [...new Set(plainSteps(steps, prefix))];
  if (plain.length > 0) lines.add(`${verb}${locks}: ${plain.join("; ")}`);
};
await using master = sqlMaster(explaining(server, tell), tables);
const place = { clusterId: "history", from: systemClock.now(), master: sqlMaster(server, tables) };
const calls = await HotCalls.open(place, LIVE);
await calls.make(master, (name) => purpose = name);
console.log(`### ${server.product}\n`);
console.log("| Call | How its statements find their rows |\n| --- | --- |");
for (const [call, lines] of found) {
  if (call === "preparing" || lines.size === 0) continue;
  console.log(`| \`${call}\` | ${[...lines].join("<br>")} |`);
}
// What is left would keep the next measurement from ending.
const live = Object.values(liveParts(server.dialect)).filter(({ index }) =>
  index !== "unsuccessful"
);
for (const { condition } of live) {
  const sql = `DELETE FROM ${tables.jobs} WHERE cluster_id = 'history' AND ${condition}`;
  await server.write((transaction) => transaction.run(composed(sql)));
}
for (const table of [tables.schedules, tables.buckets]) {
  const sql = `DELETE FROM ${table} WHERE cluster_id = 'history'`;
  await server.write((transaction) => transaction.run(composed(sql)));
}

/** Opens the master in the file it is given, as soon as it is told to. */

import { openSqlite } from "../../../storage/sqlite.ts";

console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
await using master = await openSqlite({ path: Deno.args[0] });
console.log((await master.clusters.health()).schemaVersion);

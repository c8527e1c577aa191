/** Holds the lock of the file it is given for the milliseconds it is given. */

import { DatabaseSync } from "node:sqlite";

const [path, holdMs] = Deno.args;
using database = new DatabaseSync(path!);
database.exec("BEGIN IMMEDIATE");
console.log("locked");
await new Promise((resolve) => setTimeout(resolve, Number(holdMs)));
database.exec("COMMIT");

/** Stores jobs in the file it is given until it is killed; prints the numbers of those it was told are stored. */

import { openSqlite } from "../../../storage/sqlite.ts";
import { jobId, newJob } from "../../support/factories.ts";

const master = await openSqlite({ path: Deno.args[0] });
for (let first = Number(Deno.args[1]);; first += 50) {
  const numbers = Array.from({ length: 50 }, (_, i) => first + i);
  const calls = numbers.map(async (number) => {
    const jobs = [newJob({ id: jobId(number), clusterId: "c-1" })];
    await master.jobs.insert({ clusterId: "c-1", jobs });
    console.log(number);
  });
  await Promise.all(calls);
}

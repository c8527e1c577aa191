/** The job of benches that compare what the master says with what really ran. */

import { defineJob } from "@jobmaster/jobmaster";

/** How long a job takes. */
export interface Marking {
  /** In milliseconds; nothing is waited for when left out. */
  readonly ms?: number;
}

/** Writes `id attempt when` to the file of its process in the folder named by `STARTS`, then waits. */
export const mark = defineJob<Marking | null>({ id: "mark" }, async (job) => {
  writeLine(`${job.id} ${job.attempt} ${Date.now()}\n`);
  const ms = job.data?.ms ?? 0;
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
});

const ENCODER = new TextEncoder();
let file: Deno.FsFile | undefined;

/** One write a line: a process that is killed leaves no half of one. */
function writeLine(line: string): void {
  const path = `${Deno.env.get("STARTS")}/${Deno.pid}.starts`;
  file ??= Deno.openSync(path, { create: true, append: true });
  file.writeSync(ENCODER.encode(line));
}

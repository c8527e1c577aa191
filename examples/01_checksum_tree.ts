/**
 * One job per file of a folder: each computes the file's SHA-256 and size. The report has the format of `sha256sum`,
 * so `deno run -A examples/01_checksum_tree.ts FOLDER | sha256sum --check` confirms it.
 */

import { relative, resolve } from "node:path";
import { JobMaster } from "@jobmaster/jobmaster";
import { checksum } from "./checksum_jobs.ts";

const folder = resolve(Deno.args[0] ?? ".");
const paths = await listFiles(folder);
const database = await Deno.makeTempDir({ prefix: "checksum-" });

{
  await using jm = await JobMaster.start({
    master: `sqlite:${database}/jobs.db`,
    jobs: [checksum],
    workers: [{ parallelism: 4 }],
  });
  const ids: string[] = [];
  for (let from = 0; from < paths.length; from += 1_000) {
    const payloads = paths.slice(from, from + 1_000).map((path) => ({ path }));
    for (const job of await jm.schedule.many(checksum, payloads)) ids.push(job.id);
  }
  await showProgress(jm, ids.length);
  await printReport(jm, ids);
}
await Deno.remove(database, { recursive: true });

async function listFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    const path = `${root}/${entry.name}`;
    if (entry.isDirectory) found.push(...await listFiles(path));
    else if (entry.isFile) found.push(path);
  }
  return found.sort();
}

async function showProgress(jm: JobMaster, total: number): Promise<void> {
  const bar = new TextEncoder();
  for (let done = -1; done < total;) {
    done = await jm.jobs.count({ statuses: ["Succeeded", "Failed", "Cancelled"] });
    if (Deno.stderr.isTerminal()) {
      const filled = total === 0 ? 30 : Math.round((done / total) * 30);
      const text = `\r[${"#".repeat(filled).padEnd(30, ".")}] ${done}/${total} files`;
      await Deno.stderr.write(bar.encode(text));
    }
    if (done < total) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (Deno.stderr.isTerminal()) console.error();
}

async function printReport(jm: JobMaster, ids: readonly string[]): Promise<void> {
  let bytes = 0;
  let failed = 0;
  for (const id of ids) {
    const job = await jm.jobs.get(id);
    const { path } = job.data as { path: string };
    if (job.status !== "Succeeded") {
      failed++;
      console.error(`cannot read ${relative(folder, path)}: ${job.error?.message}`);
      continue;
    }
    const result = job.result as { sha256: string; bytes: number };
    bytes += result.bytes;
    console.log(`${result.sha256}  ${path}`);
  }
  console.error(`${ids.length - failed} files, ${bytes} bytes, ${failed} failed`);
}

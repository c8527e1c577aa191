/** Database servers that die under a node and come back: every job runs, once, and the node says so in one line. */

import { deepStrictEqual as equal, match } from "node:assert/strict";
import { defineJob, JobMaster, type Logger } from "../../mod.ts";
import { eventually } from "../support/eventually.ts";
import {
  ownServer,
  sharedServer,
  skipWithout,
  willOwnServers,
} from "../support/servers/test_servers.ts";

await willOwnServers();

const JOBS = 300;

for (const kind of ["postgres", "mysql"] as const) {
  const shared = await sharedServer(kind);
  const name =
    `${kind}: a server that is killed twice under load loses no job, and each outage is told in one line`;
  if (shared.missing !== undefined) {
    skipWithout(name, shared);
    continue;
  }
  Deno.test(name, async () => {
    await using server = await ownServer(kind, { durable: true });
    const runs = new Map<string, number>();
    const work = defineJob({ id: "work" }, async ({ id }) => {
      runs.set(id, (runs.get(id) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    const warnings: string[] = [];
    const say = (message: string) => void warnings.push(message);
    const logger: Logger = { debug() {}, info() {}, warn: say, error: say };
    await using jm = await JobMaster.start({
      master: server.url,
      jobs: [work],
      workers: [{}],
      logger,
    });

    const ids: string[] = [];
    for (let outage = 1; outage <= 2; outage++) {
      const data = Array.from({ length: JOBS }, () => null);
      ids.push(...(await jm.schedule.many(work, data)).map(({ id }) => id));
      await eventually("some jobs to run", () => runs.size >= ids.length - JOBS + 20);
      await server.signal("SIGKILL");
      await server.start();
      await eventually("the outage to be told", () => warnings.length >= outage);
    }
    const isDone = async () => await jm.jobs.count({ statuses: ["Succeeded"] }) === ids.length;
    await eventually("all jobs to succeed", isDone, { timeoutMs: 60_000, everyMs: 100 });

    equal([...runs.keys()].sort(), ids.toSorted());
    equal(new Set(runs.values()), new Set([1]));
    equal(warnings.length, 2);
    for (const line of warnings) match(line, /^The master (could not|cannot) be reached/);
  });
}

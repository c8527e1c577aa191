/** A server that answers and lets nobody write, as a standby does after a failover: nothing is accepted, nothing is lost. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { type DatabaseKind, makeDatabase } from "../support/servers/databases.ts";
import { eventually } from "../support/eventually.ts";
import { ownServer, willOwnServers } from "../support/servers/test_servers.ts";
import type { OwnServer } from "../support/servers/server_kind.ts";
import { masterTest, PATIENTLY } from "./support/broken_way.ts";

await willOwnServers();

/** How a server stops to take writes, and how it takes them again. */
interface Switch {
  /** Who may write while others may not. */
  readonly admin: (text: string) => Promise<unknown>;
  readonly server: OwnServer;
}

const READ_ONLY: Readonly<Record<DatabaseKind, (by: Switch) => Promise<void>>> = {
  /** It becomes a standby, in its data folder. */
  async postgres({ admin, server }) {
    await admin("COPY (SELECT 1) TO PROGRAM 'touch standby.signal'");
    await server.signal("SIGTERM");
    await server.start();
  },
  async mysql({ admin }) {
    await admin("SET GLOBAL read_only = 1");
  },
};

const WRITABLE: Readonly<Record<DatabaseKind, string>> = {
  postgres: "SELECT pg_promote()",
  mysql: "SET GLOBAL read_only = 0",
};

masterTest(
  "F30: a master that is read-only accepts nothing, says why, and goes on when it may write",
  async (kind) => {
    await using server = await ownServer(kind, { durable: true });
    await using database = await makeDatabase(kind, server.url);
    const url = new URL(database.url);
    if (kind === "mysql") {
      await database.sql("CREATE USER app@'%'");
      await database.sql(`GRANT ALL ON \`${url.pathname.slice(1)}\`.* TO app@'%'`);
      url.username = "app";
    }
    const gate = Promise.withResolvers<string>();
    const work = defineJob<boolean>({ id: "work" }, ({ data }) => data ? gate.promise : "quick");
    await using cluster = await openTestCluster({
      on: {
        kind,
        url: url.href,
        sql: (text, ...values) => database.sql(text, ...values),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      jobs: [work],
      lease: { leaseMs: 120_000, renewMs: 2_000 },
    });
    const { jobs, schedule } = cluster.jm;
    const running = await schedule.now(work, true);
    await cluster.untilJob(running.id, "Processing");

    const admin = (text: string) => database.sql(text);
    await READ_ONLY[kind]({ admin, server });
    gate.resolve("slow");
    const refused = await eventually("a refusal that says why", async () => {
      const error = await schedule.now(work, false).then(() => null, (thrown) => thrown);
      return /read-only|cannot write/.test(error?.message) && error;
    }, PATIENTLY);
    const rows = () => database.sql("SELECT COUNT(*) AS count FROM jm_jobs");
    const meanwhile = await eventually("a read", rows, PATIENTLY);
    await eventually("it to be writable", () => admin(WRITABLE[kind]), PATIENTLY);

    equal([refused.code, refused.retryable], ["master_unavailable", true]);
    equal(meanwhile, [{ count: 1 }]);
    const ended = await jobs.wait(running.id, { timeout: "60s" });
    equal([ended.result, ended.attempts], ["slow", 1]);
    const next = await eventually("a call", () => schedule.now(work, false), PATIENTLY);
    equal((await jobs.wait(next.id, { timeout: "60s" })).result, "quick");
    equal(await rows(), [{ count: 2 }]);
  },
);

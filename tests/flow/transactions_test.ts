/** Jobs scheduled in the application's own transactions, with every kind of client on every kind of database. */

import { deepStrictEqual as equal, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, JobMaster, type JobMasterError } from "@jobmaster/jobmaster";
import { openPlace } from "../storage/server_place.ts";
import { eventually } from "../support/eventually.ts";
import { type Caller, CALLER_KINDS, type CallerKind, type CallersTx } from "../support/callers.ts";

const double = defineJob<number>({ id: "double" }, (job) => job.data * 2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A master, a node that runs jobs, and an application's connections. */
interface Scene {
  readonly kind: CallerKind;
  readonly url: string;
  readonly jm: JobMaster;
  readonly app: Caller;
  readonly other: Caller;
  /** Runs SQL outside of everybody's transactions. */
  admin(sql: string): Promise<string>;
}

async function withScene(kind: CallerKind, work: (scene: Scene) => Promise<void>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  let url: string;
  if (kind.server === "sqlite") {
    const folder = await Deno.makeTempDir({ prefix: "tx_" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    url = `sqlite:${folder}/jobs.db`;
  } else {
    url = stack.use(await openPlace(kind.server)).url;
  }
  const node = { master: url, jobs: [double], logger: silent };
  stack.use(await JobMaster.start({ ...node, workers: [{}] }));
  const jm = stack.use(await JobMaster.start(node)); // a producer
  const admin = stack.use(await kind.connect(url));
  await run(admin, ({ ask }) => ask("CREATE TABLE rows_of_app (n INT PRIMARY KEY)"));
  const app = stack.use(await kind.connect(url));
  const other = stack.use(await kind.connect(url));
  await work({ kind, url, jm, app, other, admin: (sql) => run(admin, ({ ask }) => ask(sql)) });
}

function run<T>(caller: Caller, work: (open: CallersTx) => Promise<T>): Promise<T> {
  return caller.transaction(work);
}

const CASES: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async "commits with it, and runs"({ jm, app }) {
    const job = await app.transaction(async ({ tx, ask }) => {
      await ask("INSERT INTO rows_of_app VALUES (1)");
      const made = await jm.schedule.now(double, 21, { tx, metadata: { "größe": "😀 'x' \\" } });
      await rejects(jm.jobs.get(made.id), { code: "job_not_found" });
      return made;
    });

    strictEqual(job.created, true);
    strictEqual(job.status, "HeldOnMaster");
    const ended = await jm.jobs.wait(job.id, { timeout: "60s" });
    strictEqual(ended.result, 42);
    equal(ended.metadata, { "größe": "😀 'x' \\" });
  },

  async "vanishes with it"({ jm, app, admin }) {
    let id = "";
    const failed = app.transaction(async ({ tx, ask }) => {
      await ask("INSERT INTO rows_of_app VALUES (2)");
      ({ id } = await jm.schedule.after(double, 1, "1h", { tx }));
      throw new Error("changed my mind");
    });

    await rejects(failed, /changed my mind/);
    await rejects(jm.jobs.get(id), { code: "job_not_found" });
    strictEqual(await admin("SELECT COUNT(*) FROM rows_of_app WHERE n = 2"), "0");
  },

  async "answers the job of the same unique key and id"({ jm, app }) {
    const id = crypto.randomUUID();
    await app.transaction(async ({ tx }) => {
      const first = await jm.schedule.at(double, 1, "2100-01-01T00:00:00Z", { tx, id });
      const again = await jm.schedule.at(double, 1, "2100-01-01T00:00:00Z", { tx, id });
      const [a, b] = await Promise.all([
        jm.schedule.after(double, 1, "1h", { tx, uniqueKey: "twice" }),
        jm.schedule.after(double, 2, "1h", { tx, uniqueKey: "twice" }),
      ]);
      equal([first.created, again.created, again.id], [true, false, id]);
      equal([a.created, b.created, b.id], [true, false, a.id]);
    });
    const later = await app.transaction(({ tx }) =>
      jm.schedule.now(double, 3, { tx, uniqueKey: "twice" })
    );
    equal([later.created, later.data], [false, 1]);
    const plain = await jm.schedule.now(double, 3, { uniqueKey: "twice" });
    equal([plain.created, plain.id], [false, later.id]);
  },

  async "waits for a concurrent one with the same unique key"({ kind, jm, app, other, admin }) {
    if (kind.server === "sqlite") return; // its transactions come one after the other
    const inserted = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const first = app.transaction(async ({ tx }) => {
      const job = await jm.schedule.after(double, 1, "1h", { tx, uniqueKey: "raced" });
      inserted.resolve();
      await commit.promise;
      return job;
    }, "READ COMMITTED");
    await inserted.promise;
    const second = other.transaction(
      ({ tx }) => jm.schedule.after(double, 2, "1h", { tx, uniqueKey: "raced" }),
      "READ COMMITTED",
    );
    await eventually("the second to wait", async () => {
      const waiting = await admin(
        kind.server === "mysql"
          ? "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%jm_jobs%'"
          : "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return Number(waiting) > 0;
    }, { everyMs: 250 }); // MySQL shows what it knew at the last look while looks come faster
    commit.resolve();

    const [a, b] = await Promise.all([first, second]);
    equal([a.created, b.created, b.id], [true, false, a.id]);
  },

  async "keeps the promise of one job per unique key in every isolation"({ kind, jm, app }) {
    if (kind.server === "sqlite") return;
    for (const isolation of ["REPEATABLE READ", "SERIALIZABLE"]) {
      const uniqueKey = isolation;
      const outcome = app.transaction(async ({ tx, ask }) => {
        await ask("SELECT COUNT(*) FROM rows_of_app"); // takes the snapshot
        await jm.schedule.after(double, 0, "1h", { uniqueKey }); // by itself, unseen in here
        return await jm.schedule.after(double, 1, "1h", { tx, uniqueKey });
      }, isolation);
      if (kind.server === "mysql") {
        const job = await outcome;
        equal([job.created, job.data], [false, 0]);
      } else {
        await rejects(outcome, (error: JobMasterError) => {
          equal([error.code, error.retryable], ["master_busy", true]);
          strictEqual((error.cause as { code: string }).code, "40001");
          return true;
        });
      }
      const again = await app.transaction(
        ({ tx }) => jm.schedule.after(double, 1, "1h", { tx, uniqueKey }),
        isolation,
      );
      equal([again.created, again.data], [false, 0]);
    }
  },

  async "takes many, all or none"({ jm, app }) {
    const payloads = Array.from({ length: 1_000 }, (_, n) => n);
    const before = await jm.jobs.count();
    const jobs = await app.transaction(({ tx }) =>
      jm.schedule.many(double, payloads, { tx, after: "1h" })
    );
    equal(jobs.map(({ data }) => data), payloads);
    ok(jobs.every(({ created }) => created));
    strictEqual(await jm.jobs.count(), before + 1_000);

    await app.transaction(async ({ tx }) => {
      const refused = jm.schedule.many(
        double,
        ["no number" as unknown as number, () => {}] as never,
        { tx },
      );
      await rejects(refused, { code: "invalid_payload" });
    });
    strictEqual(await jm.jobs.count(), before + 1_000);
  },

  async "leaves nothing behind but the job"({ kind, jm, app }) {
    await app.transaction(async ({ tx, ask }) => {
      await ask("SAVEPOINT jobs");
      await jm.schedule.after(double, 1, "1h", { tx, uniqueKey: "left" });
      await jm.schedule.after(double, 1, "1h", { tx, uniqueKey: "left" });
      if (kind.name !== "postgres") { // a statement that fails ends its transactions
        await rejects(
          ask("RELEASE SAVEPOINT jobmaster_enlist"),
          /savepoint.*not exist|no such savepoint/i,
        );
        if (kind.server === "postgres") await ask("ROLLBACK TO SAVEPOINT jobs");
      }
      await ask("RELEASE SAVEPOINT jobs"); // still there
    });
    if (kind.server === "postgres") {
      const names = await run(
        app,
        ({ ask }) =>
          ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%jm_%'"),
      );
      strictEqual(names, "0");
    }
  },

  async "goes on after a call that failed"({ kind, jm, app, admin }) {
    await admin("ALTER TABLE jm_jobs RENAME TO jm_hidden");
    try {
      await app.transaction(async ({ tx, ask }) => {
        await ask("INSERT INTO rows_of_app VALUES (10)");
        await rejects(jm.schedule.now(double, 1, { tx }), (error: JobMasterError) => {
          if (kind.server !== "sqlite") strictEqual(error.code, "invalid_request");
          ok(error.cause instanceof Error);
          return true;
        });
        await ask("INSERT INTO rows_of_app VALUES (11)");
      });
    } finally {
      await admin("ALTER TABLE jm_hidden RENAME TO jm_jobs");
    }
    strictEqual(await admin("SELECT COUNT(*) FROM rows_of_app WHERE n IN (10, 11)"), "2");
  },

  async "refuses what is no open transaction"({ jm, app }) {
    const before = await jm.jobs.count();
    for (const tx of [app.idle, {}, () => {}, [], null as unknown as object, 7 as never]) {
      await rejects(jm.schedule.now(double, 1, { tx }), {
        code: "invalid_request",
        message: /^Cannot schedule in transaction tx: /,
      });
    }
    let ended: object = {};
    await app.transaction(({ tx }) => Promise.resolve(void (ended = tx)));
    await rejects(jm.schedule.now(double, 1, { tx: ended }), { code: "invalid_request" });
    await app.transaction(async ({ tx }) => {
      const recurring = jm.schedule.recurring(double, "every day", { tx } as object);
      await rejects(recurring, { code: "invalid_request", message: /recurring.*now, at, after/ });
    });
    strictEqual(await jm.jobs.count(), before);
  },

  async "refuses the transaction of another database"({ kind, jm, url }) {
    await withOther(kind, url, async (caller) => {
      await caller.transaction(async ({ tx }) => {
        await rejects(jm.schedule.now(double, 1, { tx }), {
          code: "invalid_request",
          message: /lacks tables with prefix|not the one of|it is one of/,
        });
      });
    });
  },

  async "refuses the jobs of an archived cluster"({ jm, app }) {
    await jm.changeSettings({ mode: "Archived" });
    try {
      await app.transaction(async ({ tx, ask }) => {
        await rejects(jm.schedule.now(double, 1, { tx }), { code: "cluster_archived" });
        await ask("INSERT INTO rows_of_app VALUES (20)");
      });
    } finally {
      await jm.changeSettings({ mode: "Active" });
    }
  },

  async "vanishes with its connection"({ kind, jm, url, admin }) {
    if (kind.server === "sqlite") return; // nobody else can cut it
    const caller = await kind.connect(url);
    let id = "";
    const cut = caller.transaction(async ({ tx, ask }) => {
      ({ id } = await jm.schedule.now(double, 1, { tx }));
      const self = await ask(
        kind.server === "mysql" ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()",
      );
      await admin(
        kind.server === "mysql" ? `KILL ${self}` : `SELECT pg_terminate_backend(${self})`,
      );
      if (!kind.name.startsWith("postgres")) { // this package does not answer any more
        await rejects(jm.schedule.now(double, 1, { tx }), (error: JobMasterError) => {
          equal([error.code, error.retryable], ["master_unavailable", true]);
          return true;
        });
      }
      throw new Error("was cut");
    });
    await rejects(cut, /was cut|terminating connection|ECONNRESET|CONNECTION_/);
    await caller[Symbol.asyncDispose]();
    await rejects(jm.jobs.get(id), { code: "job_not_found" });
  },
};

/** A database of the same kind with a master of its own and a cluster of the same name. */
async function withOther(
  kind: CallerKind,
  url: string,
  work: (caller: Caller) => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const address = kind.server === "sqlite"
    ? `${url}.other`
    : stack.use(await openPlace(kind.server)).url;
  for (const withTables of [false, true]) {
    if (withTables) await (await JobMaster.start({ master: address, logger: silent })).stop();
    const caller = await kind.connect(address);
    await work(caller);
    await caller[Symbol.asyncDispose]();
  }
}

Deno.test("a job scheduled in a transaction of node:sqlite vanishes with its process", async () => {
  await withScene(CALLER_KINDS[0]!, async ({ jm, url }) => {
    const script = new URL("fixtures/enqueue_and_hang.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, url],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const id = (await reader.read()).value!.trim();
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();

    await rejects(jm.jobs.get(id), { code: "job_not_found" });
    strictEqual((await jm.schedule.now(double, 1)).created, true); // the lock is free
  });
});

/** The names of the kinds that the snippets of the page are written for, in its order, and who signs up in them. */
const SNIPPETS = {
  "postgres": "Ada",
  "pg": "Grace",
  "mysql2 promises": "Mary",
  "node:sqlite": "Joan",
};

Deno.test("the snippets of docs/transactions.md do what the page says", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/transactions.md", import.meta.url));
  const snippets = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
  strictEqual(snippets.length, Object.keys(SNIPPETS).length);
  for (const [index, [name, user]] of Object.entries(SNIPPETS).entries()) {
    const code = `data:application/typescript,${encodeURIComponent(snippets[index]!)}`;
    const { signUp } = await import(code) as { signUp(...args: unknown[]): Promise<void> };
    await withScene(
      CALLER_KINDS.find((kind) => kind.name === name)!,
      async ({ jm, app, admin }) => {
        await admin("CREATE TABLE users (name VARCHAR(50) PRIMARY KEY)");
        await signUp(jm, double, app.idle);
        await rejects(signUp(jm, double, app.idle), /unique|duplicate/i);
        strictEqual(await admin(`SELECT COUNT(*) FROM users WHERE name = '${user}'`), "1");
        equal((await jm.jobs.list()).items.map(({ data }) => data), [{ user }]);
      },
    );
  }
});

for (const kind of CALLER_KINDS) {
  Deno.test(`a job scheduled in a transaction of ${kind.name}`, async (test) => {
    await withScene(kind, async (scene) => {
      for (const [name, check] of Object.entries(CASES)) {
        await test.step(name, () => check(scene));
      }
    });
  });
}

Deno.test("a transaction of another kind of database is refused by name", async () => {
  const [sqlite, postgres, mysql] = (["sqlite", "postgres", "mysql"] as const)
    .map((server) => CALLER_KINDS.find((kind) => kind.server === server)!);
  await withScene(sqlite!, (a) =>
    withScene(postgres!, (b) =>
      withScene(mysql!, async (c) => {
        for (const { jm, kind } of [a, b, c]) {
          for (const { app } of [a, b, c].filter((scene) => scene.kind !== kind)) {
            await app.transaction(async ({ tx }) => {
              await rejects(jm.schedule.now(double, 1, { tx }), {
                code: "invalid_request",
                message: /the (SQLite|Postgres|MySQL) master takes/,
              });
            });
          }
        }
      })));
});

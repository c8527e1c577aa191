/** Postgres behind a PgBouncer that gives each transaction to another session. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { composed } from "../../../storage/sql/session.ts";
import {
  ownServer,
  sharedServer,
  skipWithout,
  willOwnServers,
} from "../../support/servers/test_servers.ts";
import { ADD, AMOUNT, commitOf, LOCK, RAISE } from "./place.ts";
import { add, amountOf, openScene, type Scene, slowly } from "./scene.ts";

await willOwnServers();
const pooler = await sharedServer("pgbouncer");

function poolerTest(name: string, run: (open: typeof openPooled) => Promise<void>): void {
  if (pooler.url === undefined) skipWithout(name, pooler);
  else Deno.test(`behind PgBouncer: ${name}`, () => run(openPooled));
}

function openPooled(
  options: Readonly<Record<string, unknown>> = {},
  surroundings: { readonly patienceMs?: number } = {},
): Promise<Scene> {
  return openScene("postgres", { options, surroundings }, { front: pooler.url });
}

poolerTest("it is noticed: nobody is told of changes", async (open) => {
  await using scene = await open();

  equal(scene.server.wakeups, "poll");
});

poolerTest("statements and transactions work on whichever session", async (open) => {
  await using scene = await open();
  await add(scene.server, "counter");
  const raise = () =>
    scene.server.write(async (transaction) => {
      await Promise.all([transaction.rows(LOCK, ["counter"]), transaction.rows(AMOUNT, ["b"])]);
      transaction.last(RAISE, ["counter"]);
    });

  await Promise.all(Array.from({ length: 40 }, async () => {
    await raise();
    const rows = await scene.server.read((session) =>
      Promise.all([session.rows(AMOUNT, ["counter"]), session.rows(AMOUNT, ["nothing"])])
    );
    equal(rows[1], []);
  }));

  equal(await scene.server.read((session) => amountOf(session, "counter")), 40);
});

poolerTest("settings go with each transaction and stay nowhere", async (open) => {
  await using scene = await open({ statementTimeoutMs: 1_500 });
  const setting = composed(
    "SELECT current_setting('statement_timeout'), current_setting('enable_seqscan')",
  );

  const read = await scene.server.read((session) => session.rows(setting));
  const written = await scene.server.write((transaction) => transaction.rows(setting));

  equal(read, [["1500ms", "off"]]);
  equal(written, [["1500ms", "off"]]);
  await using plain = await openScene("postgres", { options: { statementTimeoutMs: 1_500 } });
  equal(await plain.server.read((session) => session.rows(setting)), read);
});

poolerTest("a statement that takes too long is ended", async (open) => {
  await using scene = await open({ statementTimeoutMs: 1_000 });

  await rejects(scene.server.read((session) => session.rows(slowly("postgres", 20))), {
    code: "master_unavailable",
    message: /statement timeout/,
  });
});

poolerTest("a read writes nothing", async (open) => {
  await using scene = await open({}, { patienceMs: 50 });
  const insert = composed("INSERT INTO things (id, amount) VALUES ('a', 1) RETURNING amount");
  const inserted = scene.server.read((session) => session.rows(insert));

  await rejects(inserted, { message: /read-only/ });

  equal(await scene.stored(), []);
});

poolerTest("lost commits are found out about", async (open) => {
  await using scene = await open({ statementTimeoutMs: 1_000 });
  await add(scene.server, "counter");

  for (const fault of ["lost", "delivered", "late", "stalled"] as const) {
    for (let round = 0; round < 3; round++) {
      scene.proxy.cuts.push({ direction: "up", needle: commitOf("postgres"), fault });
      await scene.server.write(async (transaction) => {
        await transaction.rows(LOCK, ["counter"]);
        transaction.last(RAISE, ["counter"]);
      });
    }
  }

  equal(scene.proxy.cutCount, 12);
  equal(await scene.server.read((session) => amountOf(session, "counter")), 12);
});

poolerTest("its end and its return are survived", async () => {
  const upstream = (await sharedServer("postgres")).url!;
  await using own = await ownServer("pgbouncer", { upstream });
  await using scene = await openScene("postgres", {}, { front: own.url });
  await add(scene.server, "a", 1);

  await own.signal("SIGTERM");
  const call = scene.server.write((transaction) => transaction.run(ADD, ["b", 2]));
  await own.start();
  await call;

  equal(await scene.stored(), ["a", "b"]);
});

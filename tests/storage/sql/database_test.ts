/** Reads and transactions on real servers. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { jsonBatch } from "../../../storage/sql/dialect.ts";
import { composed, fixed } from "../../../storage/sql/session.ts";
import { eventually } from "../../support/eventually.ts";
import { ADD, AMOUNT, LOCK, RAISE } from "./place.ts";
import { add, amountOf, openScene, run, serverTest, slowly } from "./scene.ts";

serverTest("values come back as they were bound, prepared and composed", async (kind) => {
  await using scene = await openScene(kind);
  const text = kind === "postgres"
    ? "SELECT ?::bigint, ?::text, ?::double precision, ?::text, ?::bigint = 3, sum(?::bigint)"
    : "SELECT CAST(? AS SIGNED), ?, CAST(? AS DOUBLE), ?, ? = 3, SUM(?)";
  const awkward = `quote ' back \\ double " new\nline %s $1 ☃ \u{1F600}`;
  const values = [Number.MAX_SAFE_INTEGER, awkward, 0.25, null, 3, -7];

  for (const statement of [fixed(text), fixed(text), composed(text)]) {
    const [row] = await scene.server.read((session) => session.rows(statement, values));
    equal(row, [Number.MAX_SAFE_INTEGER, awkward, 0.25, null, 1, -7]);
  }
});

serverTest("LIMIT takes a whole number", async (kind) => {
  await using scene = await openScene(kind);
  for (const id of ["a", "b", "c"]) await add(scene.server, id);
  const text = "SELECT id FROM things ORDER BY id LIMIT ?";

  for (const statement of [fixed(text), composed(text)]) {
    const rows = await scene.server.read((session) => session.rows(statement, [2]));
    equal(rows, [["a"], ["b"]]);
  }
});

serverTest("run() answers how many rows it changed", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "a", 1);
  const same = fixed("UPDATE things SET amount = 1 WHERE id = ? AND amount <> 1");

  const counts = await scene.server.write(async (transaction) => [
    await transaction.run(same, ["a"]),
    await transaction.run(RAISE, ["a"]),
    await transaction.run(RAISE, ["b"]),
  ]);

  equal(counts, [0, 1, 0]);
});

serverTest("write() takes nothing back from a batch of ten megabytes", async (kind) => {
  await using scene = await openScene(kind);
  const filler = "x".repeat(1_000);
  const batch = jsonBatch(Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, filler })));
  const table = scene.server.dialect.jsonTable("?", "given", { id: "text", filler: "text" });

  const changed = await scene.server.write((transaction) =>
    transaction.run(
      composed(
        `INSERT INTO things (id, amount) SELECT given.id, length(given.filler) FROM ${table}`,
      ),
      [batch],
    )
  );

  equal(changed, 10_000);
});

serverTest("what work throws rolls everything back and is thrown on", async (kind) => {
  await using scene = await openScene(kind);
  const reason = new Error("no");

  await rejects(
    scene.server.write(async (transaction) => {
      await transaction.run(ADD, ["a", 1]);
      transaction.last(ADD, ["b", 1]);
      throw reason;
    }),
    (error) => error === reason,
  );

  equal(await scene.stored(), []);
});

serverTest("a failing last() rolls back what came before it", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "there");

  await rejects(
    scene.server.write(async (transaction) => {
      await transaction.run(ADD, ["a", 1]);
      transaction.last(ADD, ["b", 1]);
      transaction.last(ADD, ["there", 1]);
      transaction.last(ADD, ["c", 1]);
    }),
    { code: "master_unavailable", retryable: false, message: /there|duplicate/i },
  );

  equal(await scene.stored(), ["there"]);
});

serverTest("a failure that work ignores rolls back all the same", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "there");

  await rejects(
    scene.server.write(async (transaction) => {
      await transaction.run(ADD, ["a", 1]);
      await transaction.run(ADD, ["there", 1]).catch(() => {
        // Ignored on purpose.
      });
      transaction.last(ADD, ["b", 1]);
    }),
    { code: "master_unavailable", message: /there|duplicate/i },
  );

  equal(await scene.stored(), ["there"]);
});

serverTest(
  "the failure of a statement nobody waited for is noticed by the commit",
  async (kind) => {
    await using scene = await openScene(kind);
    await add(scene.server, "there");

    await rejects(
      scene.server.write((transaction) => {
        transaction.run(ADD, ["there", 1]).catch(() => {
          // Nobody waits for it.
        });
        transaction.last(ADD, ["a", 1]);
        return Promise.resolve();
      }),
      { code: "master_unavailable", message: /there|duplicate/i },
    );

    equal(await scene.stored(), ["there"]);
  },
);

serverTest(
  "the first failure of statements issued together is told, nothing after it is done",
  async (kind) => {
    await using scene = await openScene(kind);

    await rejects(
      scene.server.write(async (transaction) => {
        await Promise.all([
          transaction.run(ADD, ["a", 1]),
          transaction.rows(composed("SELECT * FROM no_such_table")),
          transaction.run(ADD, ["b", 1]),
          transaction.rows(composed("SELECT * FROM other_table")),
        ]);
      }),
      { message: /no_such_table/ },
    );

    equal(await scene.stored(), []);
  },
);

serverTest("a branch that goes on after its transaction failed changes nothing", async (kind) => {
  await using scene = await openScene(kind);
  const late = Promise.withResolvers<unknown>();

  await rejects(scene.server.write(async (transaction) => {
    const slow = async () => {
      await transaction.rows(slowly(kind, 0.05)).catch(() => {
        // The other branch ended the transaction.
      });
      await eventually("the other branch to end the transaction", async () => {
        const thrown = await transaction.run(ADD, ["late", 1]).then(() => null, (error) => error);
        return thrown?.code === "invariant_violated";
      });
      late.resolve(null);
    };
    void slow();
    await transaction.rows(composed("SELECT * FROM no_such_table"));
  }));
  await late.promise;

  equal(await scene.stored(), []);
});

serverTest("transactions see what others commit meanwhile", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "a", 1);

  const seen = await scene.server.write(async (transaction) => {
    const before = await amountOf(transaction, "a");
    await scene.server.write((other) => other.run(RAISE, ["a"]));
    return [before, await amountOf(transaction, "a")];
  });

  equal(seen, [1, 2]);
});

serverTest("a read writes nothing", async (kind) => {
  await using scene = await openScene(kind, { surroundings: { patienceMs: 50 } });
  const insert = composed("INSERT INTO things (id, amount) VALUES ('a', 1)");

  await rejects(scene.server.read((session) => session.rows(insert)), { message: /read-only/ });

  equal(await scene.stored(), []);
}, ["postgres"]); // on MySQL reads are no transactions

serverTest("deadlocks are tried again until both are through", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "a");
  await add(scene.server, "b");
  let attempts = 0;
  const meeting = Promise.withResolvers<void>();
  const raise = (first: string, second: string) =>
    scene.server.write(async (transaction) => {
      attempts++;
      await transaction.rows(LOCK, [first]);
      if (attempts === 2) meeting.resolve();
      if (attempts <= 2) await meeting.promise;
      await transaction.rows(LOCK, [second]);
      await transaction.run(RAISE, [first]);
      transaction.last(RAISE, [second]);
    });

  await Promise.all([raise("a", "b"), raise("b", "a")]);

  ok(attempts > 2);
  const rows = await scene.server.read((session) =>
    Promise.all([session.rows(AMOUNT, ["a"]), session.rows(AMOUNT, ["b"])])
  );
  equal(rows, [[[2]], [[2]]]);
});

serverTest("statements that were queued behind a deadlock do nothing", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "a");
  await add(scene.server, "b");
  let attempts = 0;
  const meeting = Promise.withResolvers<void>();
  const raise = (first: string, second: string) =>
    scene.server.write(async (transaction) => {
      const attempt = ++attempts;
      await transaction.rows(LOCK, [first]);
      if (attempts === 2) meeting.resolve();
      if (attempts <= 2) await meeting.promise;
      await Promise.all([
        transaction.rows(LOCK, [second]),
        transaction.run(ADD, [`${first}-${attempt}`, 1]),
      ]);
    });

  await Promise.all([raise("a", "b"), raise("b", "a")]);

  equal((await scene.stored()).filter((id) => id.includes("-")).length, 2);
});

serverTest("reads and writes travel in few round trips", async (kind) => {
  await using scene = await openScene(kind, { options: { connections: 1 } });
  const work = () =>
    scene.server.write(async (transaction) => {
      await Promise.all([
        transaction.rows(LOCK, ["a"]),
        transaction.rows(AMOUNT, ["b"]),
        transaction.rows(AMOUNT, ["c"]),
      ]);
      transaction.last(RAISE, ["a"]);
      transaction.last(RAISE, ["b"]);
    });
  await work(); // statements are prepared

  const before = scene.proxy.turns;
  await work();
  await scene.server.read((session) =>
    Promise.all([session.rows(AMOUNT, ["a"]), session.rows(AMOUNT, ["b"])])
  );

  // the first turn of a write, its last, and one for the read; MySQL takes one statement a turn
  equal(scene.proxy.turns - before, kind === "postgres" ? 3 : 9);
});

serverTest("the slot of a connection stays", async (kind) => {
  await using scene = await openScene(kind, { options: { connections: 1 } });
  const slotOf = () => scene.server.write((transaction) => Promise.resolve(transaction.slot));

  const [first, second] = [await slotOf(), await slotOf()];

  equal(first, second);
  ok(first >= 0 && first < 64);
});

serverTest("DDL can be run in a transaction", async (kind) => {
  await using scene = await openScene(kind);

  await scene.server.write(async (transaction) => {
    await run(transaction, "CREATE TABLE made (id int)");
    await run(transaction, "INSERT INTO made VALUES (1)");
  });

  equal(await scene.server.read((session) => session.rows(composed("SELECT id FROM made"))), [[1]]);
});

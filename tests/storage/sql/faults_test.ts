/** What becomes of calls when the way to the server breaks. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import type { ServerKind } from "../../../storage/sql/options.ts";
import type { MasterReach } from "../../../storage/port.ts";
import { composed, fixed, type SqlServer } from "../../../storage/sql/session.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { eventually, pause } from "../../support/eventually.ts";
import type { Fault } from "../../support/tcp_proxy.ts";
import { ADD, commitOf, LOCK, RAISE } from "./place.ts";
import { add, amountOf, openScene, type Scene, serverTest, slowly } from "./scene.ts";

/** Adds one to the only row, as most calls do: looks first, writes with the commit. */
function raise(server: SqlServer): Promise<number> {
  return server.write(async (transaction) => {
    const [row] = await transaction.rows(LOCK, ["counter"]);
    transaction.last(RAISE, ["counter"]);
    return Number(row![0]);
  });
}

async function counterOf({ database }: Scene): Promise<number> {
  const rows = await database.sql("SELECT amount FROM things WHERE id = 'counter'");
  return Number((rows as { amount: number }[])[0]!.amount);
}

/** What versions are made of, and what those of old ones are. */
const TOO_OLD = [["1500", "1200"], ["10.11.", "10.05."], ["8.0.", "5.7."], [
  "8.4.",
  "5.7.",
]] as const;

const FAULTS: readonly Fault[] = ["lost", "delivered", "late", "stalled"];

for (const fault of FAULTS) {
  serverTest(`a commit that is ${fault} takes effect exactly once`, async (kind) => {
    await using scene = await openScene(kind, { options: { statementTimeoutMs: 1_000 } });
    await add(scene.server, "counter");
    const rounds = fault === "stalled" ? 2 : 8;

    for (let round = 0; round < rounds; round++) {
      scene.proxy.cuts.push({ direction: "up", needle: commitOf(kind), fault });
      equal(await raise(scene.server), round);
      equal(await counterOf(scene), round + 1);
    }

    equal(scene.proxy.cutCount, rounds);
    await pause(400); // what is late arrives
    equal(await counterOf(scene), rounds);
  });
}

serverTest("a commit whose answer is lost took place once", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "counter");

  for (let round = 0; round < 10; round++) {
    await scene.server.write(async (transaction) => {
      await transaction.run(RAISE, ["counter"]);
      scene.proxy.cuts.push({
        direction: "down",
        needle: kind === "postgres" ? "COMMIT" : "",
        fault: "lost",
      });
    });
  }

  equal(scene.proxy.cutCount, 10);
  equal(await counterOf(scene), 10);
});

serverTest("a lost commit that wrote by run() alone is found out about too", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "counter");

  for (const fault of ["lost", "delivered", "late"] as const) {
    scene.proxy.cuts.push({ direction: "up", needle: commitOf(kind), fault });
    await scene.server.write((transaction) => transaction.run(RAISE, ["counter"]));
  }

  equal(await counterOf(scene), 3);
});

serverTest("a lost commit on the reserved connection is found out about", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "counter");

  for (const fault of ["lost", "delivered"] as const) {
    scene.proxy.cuts.push({ direction: "up", needle: commitOf(kind), fault });
    await scene.server.reserved.write((transaction) => transaction.run(RAISE, ["counter"]));
  }

  equal(await counterOf(scene), 2);
});

serverTest("what was cut before its commit is done again from the start", async (kind) => {
  await using scene = await openScene(kind);
  let attempts = 0;

  await scene.server.write(async (transaction) => {
    attempts++;
    await transaction.run(ADD, ["a", 1]);
    if (attempts === 1) scene.proxy.cutAll();
    await transaction.run(ADD, ["b", 1]);
  });

  equal(attempts, 2);
  equal(await scene.stored(), ["a", "b"]);
});

serverTest("cuts at any moment under load lose nothing and do nothing twice", async (kind) => {
  await using scene = await openScene(kind, { surroundings: { patienceMs: 60_000 } });
  await add(scene.server, "counter");
  const random = seededRandom(41);
  let done = 0;
  let isOver = false;
  const calling = Promise.all(Array.from({ length: 6 }, async () => {
    using _end = { [Symbol.dispose]: () => isOver = true }; // also when a call fails
    for (; !isOver; done++) await raise(scene.server);
  }));
  const cutting = async () => {
    for (let round = 0; round < 25 && !isOver; round++) {
      const before = done;
      await eventually("calls to come through", () => isOver || done > before, {
        timeoutMs: 50_000,
      });
      await pause(random.next() * 20);
      scene.proxy.cutAll();
    }
    isOver = true;
  };

  await Promise.all([calling, cutting()]);

  equal(await counterOf(scene), done);
});

serverTest(
  "a connection that hangs is given up after the deadline, the call is done on another",
  async (kind) => {
    await using scene = await openScene(kind, { options: { statementTimeoutMs: 1_000 } });
    await add(scene.server, "a", 7);
    scene.proxy.cuts.push({ direction: "up", needle: "amount", fault: "stalled" });
    const read = composed("SELECT amount FROM things WHERE id = 'a'");

    equal(await scene.server.read((session) => session.rows(read)), [[7]]);

    equal(scene.proxy.cutCount, 1);
  },
);

serverTest(
  "a statement that takes too long is ended by the server, not tried again",
  async (kind) => {
    await using scene = await openScene(kind, { options: { statementTimeoutMs: 1_000 } });
    let attempts = 0;

    await rejects(
      scene.server.read((session) => {
        attempts++;
        return session.rows(slowly(kind, 20));
      }),
      { code: "master_unavailable", retryable: true },
    );

    equal(attempts, 1);
    equal(scene.proxy.size, 1); // the connection is as good as before
  },
);

serverTest("a lock that is not let go ends with master_busy", async (kind) => {
  await using scene = await openScene(kind, { surroundings: { patienceMs: 100 } });
  await add(scene.server, "a");
  const holding = Promise.withResolvers<void>();
  const tried = Promise.withResolvers<void>();
  const holder = scene.server.write(async (transaction) => {
    await transaction.rows(LOCK, ["a"]);
    holding.resolve();
    await tried.promise;
  });
  await holding.promise;

  await rejects(scene.server.write((transaction) => transaction.rows(LOCK, ["a"])), {
    code: "master_busy",
    retryable: true,
  });

  tried.resolve();
  await holder;
});

serverTest("an outage is told once, and its end once; calls say what is wrong", async (kind) => {
  const options = kind === "postgres" ? { password: "very-secret" } : {};
  await using scene = await openScene(kind, { options, surroundings: { patienceMs: 300 } });
  const told: MasterReach[] = [];
  using _watch = scene.server.watchReach((reach) => void told.push(reach));
  scene.proxy.isClosed = true;
  scene.proxy.cutAll();

  const failures = await Promise.all(
    Array.from({ length: 20 }, () => raise(scene.server).then(() => null, (error) => error)),
  );

  for (const failure of failures) {
    equal([failure.code, failure.retryable], ["master_unavailable", true]);
    ok(!Deno.inspect(failure, { depth: 10 }).includes("very-secret"));
  }
  equal(told.map(({ available }) => available), [false]);
  ok(told[0]!.reason !== "");
  scene.proxy.isClosed = false;
  await add(scene.server, "counter");
  await raise(scene.server);
  equal(told.slice(1), [{ available: true, reason: "" }]);
});

serverTest("a single cut is no outage", async (kind) => {
  await using scene = await openScene(kind);
  const told: MasterReach[] = [];
  using _watch = scene.server.watchReach((reach) => void told.push(reach));

  for (let round = 0; round < 5; round++) {
    await add(scene.server, `${round}`);
    scene.proxy.cutAll();
  }

  equal(told, []);
});

serverTest("opening waits for a server that is about to come", async (kind) => {
  await using scene = await openScene(kind);
  scene.proxy.isClosed = true;
  const opening = scene.open();
  await pause(100);

  scene.proxy.isClosed = false;

  await using server = await opening;
  await add(server, "a");
});

serverTest("opening gives up when there is no server", async (kind) => {
  await using scene = await openScene(kind);
  scene.proxy.isClosed = true;

  await rejects(scene.open({ surroundings: { patienceMs: 100 } }), {
    code: "master_unavailable",
    retryable: true,
  });
});

serverTest("a database that is not there is said at once, without the password", async (kind) => {
  await using scene = await openScene(kind);

  const failure = await scene.open({
    options: { database: "no_such_database", password: "very-secret" },
  }).then(() => null, (error) => error);

  equal([failure.code, failure.retryable], ["master_unavailable", false]);
  ok(/no_such_database/.test(failure.message));
  ok(!Deno.inspect(failure, { depth: 10 }).includes("very-secret"));
});

serverTest("a server that is too old is refused", async (kind) => {
  await using scene = await openScene(kind);
  for (const [now, then] of TOO_OLD) scene.proxy.lies.set(now, then);

  await rejects(scene.open(), { code: "unsupported", message: /or newer is needed/ });
});

serverTest(
  "a busy pool ends with master_busy; the reserved connection is not concerned",
  async (kind) => {
    await using scene = await openScene(kind, {
      options: { connections: 2 },
      surroundings: { patienceMs: 200 },
    });
    await add(scene.server, "a", 5);
    const over = Promise.withResolvers<void>();
    const holders = [1, 2].map(() => scene.server.read(() => over.promise));

    const waiting = rejects(scene.server.read(() => Promise.resolve()), {
      code: "master_busy",
      retryable: true,
    });
    equal(await scene.server.reserved.read((session) => amountOf(session, "a")), 5);
    await waiting;

    over.resolve();
    await Promise.all(holders);
    equal(await scene.server.read((session) => amountOf(session, "a")), 5);
  },
);

serverTest(
  "a call that waits for a connection opens one when another call could not",
  async (kind) => {
    await using scene = await openScene(kind, { options: { connections: 1 } });
    for (const [now, then] of TOO_OLD) scene.proxy.lies.set(now, then);
    scene.proxy.cutAll();
    await eventually("the cut to be noticed", () => scene.proxy.size === 0);

    const calls = [1, 2, 3].map(() => add(scene.server, "a").then(() => null, ({ code }) => code));

    equal(await Promise.all(calls), ["unsupported", "unsupported", "unsupported"]);
  },
);

serverTest("one connection that hangs makes all idle ones suspect", async (kind) => {
  await using scene = await openScene(kind, {
    options: { connections: 4, statementTimeoutMs: 1_000 },
  });
  const reads = Array.from(
    { length: 4 },
    () => scene.server.read((session) => session.rows(slowly(kind, 0.1))),
  );
  await Promise.all(reads);
  await add(scene.server, "a", 3);
  let attempts = 0;

  scene.proxy.stallAll();

  const amount = await scene.server.read((session) => {
    attempts++;
    return amountOf(session, "a");
  });
  equal([amount, attempts], [3, 2]);
});

serverTest("calls that cannot even wait for a connection are refused at once", async (kind) => {
  await using scene = await openScene(kind, { options: { connections: 1 } });
  const over = Promise.withResolvers<void>();
  const calls = Array.from(
    { length: 1_050 },
    () => scene.server.read(() => over.promise).then(() => "done", (error) => error.code),
  );

  const refused = await Promise.all(calls.slice(-20));
  over.resolve();
  const outcomes = await Promise.all(calls);

  equal(new Set(refused), new Set(["master_busy"]));
  equal(outcomes.filter((outcome) => outcome === "done").length, 1_001);
});

serverTest("many calls share few connections", async (kind) => {
  await using scene = await openScene(kind, { options: { connections: 3 } });
  await add(scene.server, "counter");

  await Promise.all(Array.from({ length: 60 }, () => raise(scene.server)));

  equal(scene.proxy.size, 3);
  equal(await counterOf(scene), 60);
});

serverTest("closing lets running calls finish and refuses later ones", async (kind) => {
  await using scene = await openScene(kind);
  const begun = Promise.withResolvers<void>();
  const call = scene.server.write(async (transaction) => {
    begun.resolve();
    await transaction.rows(slowly(kind, 0.2));
    transaction.last(ADD, ["a", 1]);
  });
  await begun.promise;

  await scene.server[Symbol.asyncDispose]();

  await call;
  equal(await scene.stored(), ["a"]);
  await rejects(scene.server.read(() => Promise.resolve()), {
    code: "master_unavailable",
    message: /closed/,
  });
  await eventually("the connections to be closed", () => scene.proxy.size === 0);
});

serverTest("closing ends calls that do not come to an end", async (kind) => {
  await using scene = await openScene(kind);
  const begun = Promise.withResolvers<void>();
  const call = rejects(
    scene.server.read((session) => {
      begun.resolve();
      return session.rows(slowly(kind, 20));
    }),
    { code: "master_unavailable" },
  );
  await begun.promise;

  await scene.server[Symbol.asyncDispose]();

  await call;
});

serverTest("prepared statements survive that their table changes", async (kind) => {
  await using scene = await openScene(kind);
  await add(scene.server, "a", 3);
  const all = fixed("SELECT * FROM things");
  const read = () => scene.server.read((session) => session.rows(all));
  equal(await read(), [["a", 3]]);

  await scene.database.sql("ALTER TABLE things ADD COLUMN more bigint DEFAULT 4");

  equal(await read(), [["a", 3, 4]]);
});

serverTest("a server that takes no more connections is busy, not unreachable", async (kind) => {
  await using scene = await openScene(kind);
  await using few = await limitedUser(kind, scene);
  await using server = await scene.open({
    options: { user: few.name, connections: 4 },
    surroundings: { patienceMs: 2_000 },
  });
  const told: MasterReach[] = [];
  using _watch = server.watchReach((reach) => void told.push(reach));
  const over = Promise.withResolvers<void>();
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holders = begun.map(({ resolve }) =>
    server.read(() => {
      resolve();
      return over.promise;
    })
  );
  await Promise.all(begun.map(({ promise }) => promise));

  await rejects(server.read(() => Promise.resolve()), { code: "master_busy", retryable: true });

  over.resolve();
  await Promise.all(holders);
  await server.read(() => Promise.resolve());
  equal(told, []);
});

/** A user who may have two connections. */
async function limitedUser(kind: ServerKind, { database }: Scene) {
  const name = `few_${crypto.randomUUID().slice(0, 8)}`;
  if (kind === "postgres") await database.sql(`CREATE ROLE ${name} LOGIN CONNECTION LIMIT 2`);
  else {
    await database.sql(`CREATE USER ${name}@'%' WITH MAX_USER_CONNECTIONS 2`);
    await database.sql(`GRANT ALL ON *.* TO ${name}@'%'`);
  }
  const drop = kind === "postgres" ? `DROP ROLE ${name}` : `DROP USER ${name}@'%'`;
  return { name, [Symbol.asyncDispose]: async () => void await database.sql(drop) };
}

serverTest("connections nobody uses are closed after a minute", async (kind) => {
  const clock = new FakeClock();
  await using scene = await openScene(kind, { surroundings: { clock } });
  const hold = () => {
    const over = Promise.withResolvers<void>();
    return { over, call: scene.server.read(() => over.promise) };
  };
  const [first, second, third] = [hold(), hold(), hold()];
  await eventually("three connections", () => scene.proxy.size === 3);
  first.over.resolve();
  second.over.resolve();
  await Promise.all([first.call, second.call]);

  await clock.advance(61_000);

  await eventually("the idle ones to be closed", () => scene.proxy.size === 1);
  third.over.resolve();
  await third.call;
});

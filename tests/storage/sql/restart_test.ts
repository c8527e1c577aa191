/** Servers that die and come back. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import type { MasterReach } from "../../../storage/port.ts";
import { eventually } from "../../support/eventually.ts";
import { ownServer, willOwnServers } from "../../support/servers/test_servers.ts";
import { ADD, LOCK, openAt, RAISE } from "./place.ts";
import { add, amountOf, openScene, serverTest } from "./scene.ts";

await willOwnServers();

serverTest(
  "a server that dies and comes back loses nothing and does nothing twice",
  async (kind) => {
    await using own = await ownServer(kind, { durable: true });
    await using scene = await openScene(kind, { surroundings: { patienceMs: 60_000 } }, {
      back: own.url,
    });
    await add(scene.server, "counter");
    const told: MasterReach[] = [];
    using _watch = scene.server.watchReach((reach) => void told.push(reach));
    let done = 0;
    let isOver = false;
    const calling = Promise.all(Array.from({ length: 4 }, async () => {
      for (; !isOver; done++) {
        await scene.server.write(async (transaction) => {
          await transaction.rows(LOCK, ["counter"]);
          transaction.last(RAISE, ["counter"]);
        });
      }
    }));

    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const before = done;
      await eventually("calls to be done", () => done >= before + 20);
      await own.signal(signal);
      await eventually("the outage to be told", () => told.at(-1)?.available === false);
      await own.start();
      await eventually("the end of the outage to be told", () => told.at(-1)?.available === true);
    }
    isOver = true;
    await calling;

    equal(await scene.server.read((session) => amountOf(session, "counter")), done);
    equal(told.map(({ available }) => available), [false, true, false, true]);
    ok(told.every(({ available, reason }) => available === (reason === "")));
  },
);

serverTest(
  "a commit that a crash swallowed is not mistaken for one that came after it",
  async (kind) => {
    await using own = await ownServer(kind, { durable: true });
    await using scene = await openScene(kind, { options: { statementTimeoutMs: 1_000 } }, {
      back: own.url,
    });
    await using others = await openAt(kind, scene.database.url);
    let attempts = 0;

    await scene.server.write(async (transaction) => {
      attempts++;
      await transaction.run(ADD, ["a", 1]);
      if (attempts > 1) return;
      scene.proxy.stallAll();
      await own.signal("SIGKILL");
      await own.start();
      for (let i = 0; i < 20; i++) await add(others, `b-${i}`); // numbers of transactions are given anew
    });

    equal(attempts, 2);
    equal(await others.read((session) => amountOf(session, "a")), 1);
  },
);

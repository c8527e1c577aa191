/** Servers that die and come back. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import type { MasterReach } from "../../../storage/port.ts";
import { eventually } from "../../support/eventually.ts";
import { ownServer, willOwnServers } from "../../support/servers/test_servers.ts";
import { LOCK, RAISE } from "./place.ts";
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

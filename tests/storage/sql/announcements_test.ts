/** Telling other processes of changes, on Postgres. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { eventually, pause } from "../../support/eventually.ts";
import { openAt } from "./place.ts";
import { openScene, serverTest } from "./scene.ts";

function postgresTest(name: string, run: () => Promise<void>): void {
  serverTest(name, run, ["postgres"]);
}

/** Counts wake-ups. */
function counter() {
  const seen = { count: 0, wake: () => void seen.count++ };
  return seen;
}

postgresTest("announce() wakes the others, not oneself", async () => {
  await using scene = await openScene("postgres");
  await using other = await scene.open();
  const [mine, others] = [counter(), counter()];
  using _mine = scene.server.watch(mine.wake);
  using _others = other.watch(others.wake);
  equal([scene.server.wakeups, other.wakeups], ["push", "push"]);

  await eventually("a wake-up", () => {
    scene.server.announce(); // until the other one listens
    return others.count > 0;
  });

  await eventually("the own connection to hear another", () => {
    other.announce();
    return mine.count > 0;
  });
  const before = mine.count;
  await pause(50); // whatever else comes was sent before
  const late = mine.count;
  for (let round = 0; round < 5; round++) {
    scene.server.announce();
    await pause(30);
  }
  ok(before > 0);
  equal(mine.count, late);
});

postgresTest("many announcements become few, and the last one is told", async () => {
  await using scene = await openScene("postgres");
  await using other = await scene.open();
  const others = counter();
  using _others = other.watch(others.wake);
  await eventually("a wake-up", () => {
    scene.server.announce();
    return others.count > 0;
  });
  await pause(100);
  others.count = 0;

  const startedMs = performance.now();
  for (let i = 0; i < 1_000; i++) {
    scene.server.announce();
    if (i % 100 === 0) await pause(1);
  }
  const tookMs = performance.now() - startedMs;
  const before = others.count;
  scene.server.announce();

  await eventually("the last one", () => others.count > before);
  await pause(100);
  ok(others.count >= 2 && others.count <= 2 + (tookMs + 100) / 20, `${others.count} wake-ups`);
});

postgresTest("watchers are woken when they may have missed something", async () => {
  await using scene = await openScene("postgres");
  const mine = counter();
  using _mine = scene.server.watch(mine.wake);
  await using direct = await openAt("postgres", scene.database.url);
  await eventually("a wake-up", () => {
    direct.announce();
    return mine.count > 0;
  });
  await pause(100);
  mine.count = 0;

  scene.proxy.isClosed = true;
  scene.proxy.cutAll();
  await pause(100);
  equal(mine.count, 0);
  scene.proxy.isClosed = false;

  await eventually("a wake-up after the gap", () => mine.count > 0);
  await pause(100);
  equal(mine.count, 1);
  await eventually("wake-ups as before", () => {
    direct.announce();
    return mine.count > 1;
  });
});

postgresTest("what is announced during an outage is told after it", async () => {
  await using scene = await openScene("postgres");
  await using direct = await openAt("postgres", scene.database.url);
  const others = counter();
  using _others = direct.watch(others.wake);
  await eventually("a wake-up", () => {
    scene.server.announce();
    return others.count > 0;
  });
  await pause(100);
  others.count = 0;

  scene.proxy.isClosed = true;
  scene.proxy.cutAll();
  await eventually("the cut to be noticed", () => scene.proxy.size === 0);
  scene.server.announce();
  await pause(50);
  equal(others.count, 0);
  scene.proxy.isClosed = false;

  await eventually("a wake-up after the outage", () => others.count > 0);
});

postgresTest("nobody is told when it is switched off", async () => {
  await using scene = await openScene("postgres", { options: { notify: false } });

  const size = scene.proxy.size;
  scene.server.announce();
  using _watch = scene.server.watch(() => {});
  await pause(50);

  equal(scene.server.wakeups, "poll");
  equal(scene.proxy.size, size);
});

postgresTest("masters with other prefixes are not woken", async () => {
  await using scene = await openScene("postgres");
  await using same = await scene.open();
  await using stranger = await scene.open({ options: { prefix: "other_" } });
  const [known, strange] = [counter(), counter()];
  using _known = same.watch(known.wake);
  using _strange = stranger.watch(strange.wake);
  const warm = counter();
  await using neighbour = await scene.open({ options: { prefix: "other_" } });
  using _warm = neighbour.watch(warm.wake);
  await eventually("the stranger to listen", () => {
    neighbour.announce();
    return strange.count > 0;
  });
  await pause(100);
  strange.count = 0;

  await eventually("a wake-up", () => {
    scene.server.announce();
    return known.count > 0;
  });

  equal(strange.count, 0);
});

serverTest("announcing tells nobody and does not fail", async (kind) => {
  await using scene = await openScene(kind);
  const seen = counter();
  await using other = await scene.open();
  using _watch = other.watch(seen.wake);

  scene.server.announce();
  await pause(50);

  equal([scene.server.wakeups, seen.count], ["poll", 0]);
}, ["mysql"]);

/**
 * Does what was planned, and writes down what is done and when it is over.
 *
 * @module
 */

import { pause } from "../../support/eventually.ts";
import type { TcpProxy } from "../../support/tcp_proxy.ts";
import type { Fault } from "./fault_plan.ts";
import type { Recorder } from "./record.ts";
import type { World } from "./world.ts";

/** Breaks things in a world at their times; resolves when all of it has been healed. */
export async function strikeAll(
  world: World,
  faults: readonly Fault[],
  recorder: Recorder,
): Promise<void> {
  const last = new Map<string, Promise<void>>();
  await Promise.all(faults.map((fault) => {
    const before = last.get(fault.target); // on a busy machine it may take longer than planned
    const struck = Promise.all([pause(fault.atMs), before]).then(() =>
      strike(world, fault, recorder)
    );
    last.set(fault.target, struck);
    return struck;
  }));
}

async function strike(world: World, fault: Fault, recorder: Recorder): Promise<void> {
  const { kind, target } = fault;
  if (kind === "kill") return await kill(world, fault);
  recorder.write({ act: "trouble", kind, target });
  if (kind === "pause") await freeze(world, fault);
  else if (kind === "restart") await restart(world, fault);
  else await breakWay(world.ways.get(target)!, fault);
  recorder.write({ act: "healed", kind, target });
}

async function kill(world: World, { target, lastsMs }: Fault): Promise<void> {
  const place = world.places.get(target)!;
  await place.kill();
  await pause(lastsMs);
  await place.start();
}

async function freeze(world: World, { target, lastsMs }: Fault): Promise<void> {
  const place = world.places.get(target)!;
  await place.started();
  place.signal("SIGSTOP");
  await pause(lastsMs);
  place.signal("SIGCONT");
}

async function restart(world: World, { target, lastsMs }: Fault): Promise<void> {
  const server = world.servers.get(target)!;
  await server.signal("SIGKILL");
  await pause(lastsMs);
  await server.start();
}

async function breakWay(way: TcpProxy, fault: Fault): Promise<void> {
  const { kind, lastsMs, byMs, leavesDead } = fault;
  switch (kind) {
    case "cut":
      return way.cutAll();
    case "partition":
      way.isClosed = true;
      way.cutAll();
      await pause(lastsMs);
      way.isClosed = false;
      return;
    case "black hole":
      way.isBlackHole = true;
      await pause(lastsMs);
      if (leavesDead) way.stallAll();
      else way.cutAll();
      way.isBlackHole = false;
      return;
    case "delay":
      way.delayMs = byMs;
      await pause(lastsMs);
      way.delayMs = 0;
  }
}

/**
 * What goes wrong, and when: drawn from chance, one fault after the other and several at once.
 *
 * @module
 */

import { pick, type Random } from "../../core/random.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import { FAIR, type Server, type Weather, type WireState } from "./wire.ts";
import type { World } from "./world.ts";

/** Bad days of the network. */
const STORM: Weather = { delayMs: [1, 60], lost: 0.02, unheard: 0.02, late: 0.02, broken: 0.002 };
const HURRICANE: Weather = { delayMs: [1, 900], lost: 0.1, unheard: 0.1, late: 0.05, broken: 0.01 };
/** Clients break, and what they sent arrives when others have gone on. */
const FOG: Weather = { delayMs: [1, 400], lost: 0, unheard: 0.02, late: 0.25, broken: 0.05 };

/** What faults act on. */
export interface FaultScene {
  /** The world. */
  readonly world: World;
  /** The processes that are there. */
  readonly nodes: () => readonly SimulatedNode[];
}

type Fault = (scene: FaultScene, random: Random) => string | null;

/** A moment to a few leases, in milliseconds. */
function while_(random: Random, mostMs = 15_000): number {
  return 50 + random.next() ** 2 * mostMs;
}

function aNode({ nodes }: FaultScene, random: Random): SimulatedNode | undefined {
  return pick(nodes().filter(({ machine }) => machine.isRunning), random);
}

const kill: Fault = (scene, random) => {
  const node = aNode(scene, random);
  node?.kill("killed");
  return null;
};

const pause: Fault = (scene, random) => {
  const node = aNode(scene, random);
  if (node === undefined) return null;
  const ms = while_(random, 20_000);
  node.machine.pauseProcess();
  scene.world.timeline.after(ms, () => {
    node.machine.resumeProcess();
    if (!node.machine.isDead) scene.world.history.note(`${node.name} goes on`);
  });
  return `${node.name} is paused for ${ms.toFixed(0)} ms`;
};

const stop: Fault = (scene, random) => {
  const node = aNode(scene, random);
  if (node === undefined || node.isStopping) return null;
  node.stop(random.next() < 0.7);
  return null;
};

const turnClock: Fault = (scene, random) => {
  const node = aNode(scene, random);
  if (node === undefined) return null;
  const ms = Math.round((random.next() - 0.5) * 7_200_000);
  node.machine.turnClock(ms);
  scene.world.timeline.after(while_(random), () => node.machine.turnClock(-ms));
  return `${node.name} turns its clock by ${ms} ms`;
};

/** Cuts one connection of a node, or all of them. */
const cut: Fault = (scene, random) => {
  const node = aNode(scene, random);
  if (node === undefined) return null;
  const wires = random.next() < 0.5
    ? node.wires
    : [pick(node.wires, random)].filter((wire) => wire !== undefined);
  const state = pick<WireState>(["refusing", "swallowing", "deaf"], random)!;
  const ms = while_(random);
  for (const wire of wires) wire.state = state;
  scene.world.timeline.after(ms, () => {
    for (const wire of wires) wire.state = "open";
  });
  return `${wires.length} connection(s) of ${node.name} are ${state} for ${ms.toFixed(0)} ms`;
};

const outage: Fault = (scene, random) => {
  const { world } = scene;
  const server: Server = world.agent !== null && random.next() < 0.5 ? world.agent : world.master;
  const ms = while_(random, 10_000);
  server.isUp = false;
  world.timeline.after(ms, () => void (server.isUp = true));
  return `the ${server === world.master ? "master" : "agent connection"} is down for ${
    ms.toFixed(0)
  } ms`;
};

const weather: Fault = (scene, random) => {
  const { world } = scene;
  const server: Server = world.agent !== null && random.next() < 0.4 ? world.agent : world.master;
  const [name, bad] = pick(
    [["storm", STORM], ["storm", STORM], ["hurricane", HURRICANE], ["fog", FOG]] as const,
    random,
  )!;
  const ms = while_(random);
  server.weather = bad;
  world.timeline.after(ms, () => void (server.weather = FAIR));
  return `a ${name} for ${ms.toFixed(0)} ms`;
};

const FAULTS: readonly Fault[] = [
  kill,
  kill,
  pause,
  pause,
  stop,
  turnClock,
  cut,
  cut,
  cut,
  outage,
  weather,
  weather,
];

/** Lets things go wrong until `untilMs`; a quarter of the time nothing new does. */
export function breakThings(scene: FaultScene, random: Random, untilMs: number): void {
  const { timeline, history } = scene.world;
  const next = () => {
    timeline.after(200 + random.next() * 6_000, () => {
      if (timeline.nowMs >= untilMs) return;
      if (random.next() >= 0.25) {
        const said = pick(FAULTS, random)!(scene, random);
        if (said !== null) history.note(said);
      }
      next();
    });
  };
  next();
}

/** Mends everything that is still broken. */
export function heal({ world, nodes }: FaultScene): void {
  world.history.note("all faults are over");
  world.master.isUp = true;
  world.master.weather = FAIR;
  if (world.agent !== null) {
    world.agent.isUp = true;
    world.agent.weather = FAIR;
  }
  for (const { machine, wires } of nodes()) {
    machine.resumeProcess();
    for (const wire of wires) wire.state = "open";
  }
}

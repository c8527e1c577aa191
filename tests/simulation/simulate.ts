/**
 * A whole cluster from one number: its nodes, its callers and its faults. The same number gives the same run.
 *
 * First things go wrong (safety: no promise may ever be broken), then everything is mended (liveness: all there is to do
 * must be done).
 *
 * @module
 */

import { pick, type Random, seededRandom } from "../../core/random.ts";
import type { WorkerMode } from "../../core/worker.ts";
import { Callers } from "./callers.ts";
import { checkOccurrences } from "./checkers/occurrences.ts";
import { checkOutcome, unfinished } from "./checkers/outcome.ts";
import { isTrusted } from "./checkers/starts.ts";
import { StepChecker } from "./checkers/steps.ts";
import { breakThings, heal } from "./faults.ts";
import { History } from "./history.ts";
import { Machine } from "./machine.ts";
import { AgentServer, MasterServer } from "./shared_stores.ts";
import { SimulatedNode } from "./simulated_node.ts";
import { Timeline } from "./timeline.ts";
import type { NodePlan, World } from "./world.ts";

/** How long things go wrong, in milliseconds of virtual time. */
const SAFETY_MS = 40_000;

/** How long all that is to be done may take afterwards, in milliseconds of virtual time. */
const LIVENESS_MS = 240_000;

/** How long nodes may feel the last faults, in milliseconds: until late answers came and leases ended. */
const CALM_AFTER_MS = 20_000;

/** What came of a run. */
export interface SimulationReport {
  /** Where it came from. */
  readonly seed: number;
  /** Promises that were seen broken; empty is good. */
  readonly violations: readonly string[];
  /** A fingerprint of all that happened. */
  readonly trace: string;
  /** What happened, for people. */
  readonly lines: readonly string[];
  /** Virtual time, in milliseconds. */
  readonly virtualMs: number;
  /** Things that happened. */
  readonly steps: number;
  /** Jobs asked for. */
  readonly jobs: number;
  /** Handlers called. */
  readonly runs: number;
}

/** Runs the cluster of a seed. */
export async function simulate(seed: number): Promise<SimulationReport> {
  const random = seededRandom(seed);
  const simulation = new Simulation(random);
  await simulation.run();
  const { world: { history, timeline } } = simulation;
  return {
    seed,
    violations: history.violations,
    trace: timeline.digest.value,
    lines: history.lines,
    virtualMs: timeline.nowMs,
    steps: timeline.steps,
    jobs: history.jobs.size,
    runs: history.runs.length,
  };
}

class Simulation {
  readonly world: World;
  readonly #random: Random;
  readonly #plans: readonly NodePlan[];
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #callers: Callers;
  #life = 0;

  constructor(random: Random) {
    this.#random = random;
    const timeline = new Timeline();
    const history = new History(timeline);
    const clock = new Machine(timeline);
    const master = new MasterServer(clock);
    master.wakes = random.next() < 0.5 ? 0.8 : 0;
    const fences = random.next() < 0.5;
    const agent = random.next() < 0.5 ? null : new AgentServer(clock, {
      fences,
      acceptance: fences ? "durable" : "acknowledged",
    });
    this.world = { timeline, history, random, master, agent };
    this.#plans = planNodes(random);
    this.#callers = new Callers(this.world, this.#fork(), () => this.#present);
    new StepChecker(this.world);
    history.note(
      `nodes: ${this.#plans.map(({ name, mode }) => `${name} ${mode}`).join(", ")}; agent: ${
        agent === null ? "none" : fences ? "fenced" : "unfenced"
      }; wakes ${master.wakes}`,
    );
  }

  async run(): Promise<void> {
    const { timeline, history } = this.world;
    for (const plan of this.#plans) this.#keepUp(plan);
    this.#callers.begin(SAFETY_MS);
    const scene = { world: this.world, nodes: () => this.#present };
    breakThings(scene, this.#fork(), SAFETY_MS);
    await timeline.run(SAFETY_MS);
    this.#callers.end();
    heal(scene);
    const healed = timeline.nowMs;
    timeline.after(CALM_AFTER_MS, () => history.becameCalm());
    // What was on its way and late may still arrive, so nothing is over before that.
    const isOver = () =>
      timeline.nowMs > healed + CALM_AFTER_MS + 10_000 && unfinished(this.world).length === 0;
    if (!(await timeline.run(SAFETY_MS + LIVENESS_MS, throttled(isOver)))) {
      for (const what of unfinished(this.world)) {
        history.violated(`${LIVENESS_MS} ms after the last fault ${what}`);
      }
    }
    for (const node of this.#present) checkServes(this.world, node);
    checkOutcome(this.world);
    checkOccurrences(this.world, this.#callers.schedules);
    for (const node of this.#nodes.values()) node.kill("the simulation is over");
  }

  get #present(): readonly SimulatedNode[] {
    return [...this.#nodes.values()].filter(({ machine }) => !machine.isDead);
  }

  /** Starts a process of a node, and another one whenever it is gone, as whoever runs it would. */
  #keepUp(plan: NodePlan): void {
    const { timeline } = this.world;
    this.#nodes.set(plan.name, SimulatedNode.start(this.world, plan, ++this.#life));
    const look = () => {
      if (!this.#nodes.get(plan.name)!.machine.isDead) return void timeline.after(500, look);
      timeline.after(this.#random.next() ** 2 * 10_000, () => this.#keepUp(plan));
    };
    look();
  }

  #fork(): Random {
    return seededRandom(Math.floor(this.#random.next() * 2 ** 32));
  }
}

/** A node that has started and was not stopped is of use: nothing that happened on the way has ended it for good. */
function checkServes(world: World, node: SimulatedNode): void {
  if (node.client === null || isTrusted(world, node)) return;
  world.history.violated(`${node.name} runs and its worker has no lease`);
}

/** Asks one time in a hundred. */
function throttled(isOver: () => boolean): () => boolean {
  let count = 0;
  return () => ++count % 100 === 0 && isOver();
}

/** Two or three nodes, at least one of which does everything. */
function planNodes(random: Random): readonly NodePlan[] {
  const modes: WorkerMode[] = ["Full", pick(["Full", "Full", "Execution"] as const, random)!];
  if (random.next() < 0.5) {
    modes.push(pick(["Full", "Execution", "Coordinator", "Drain"] as const, random)!);
  }
  return modes.map((mode, index) => ({
    name: `node-${index + 1}`,
    mode,
    rate: 1 + (random.next() - 0.5) * 0.02,
    offsetMs: Math.round((random.next() - 0.5) * (random.next() < 0.2 ? 7_200_000 : 2_000)),
  }));
}

/**
 * A node of the real engine in a simulated process: it can be started, stopped, paused, cut off and killed.
 *
 * @module
 */

import { registerHandlers } from "../../actors/handlers.ts";
import { type Node, startNode } from "../../actors/node.ts";
import type { NodeOptions } from "../../actors/node_options.ts";
import { registerRecurrences } from "../../actors/recurrences.ts";
import type { KernelEvent } from "../../actors/runtime/metrics.ts";
import type { ClusterClient } from "../../actors/client.ts";
import { changeSettings, DEFAULT_CLUSTER_SETTINGS } from "../../core/cluster.ts";
import { defineJob } from "../../core/definition.ts";
import { PRIORITIES, type Priority } from "../../core/job.ts";
import { STANDALONE_AGENT } from "../../core/names.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import { openDoors, specThrough } from "./connections.ts";
import { handlerIn } from "./handler.ts";
import { Machine } from "./machine.ts";
import { CLUSTER_ID, type MasterServer, wakingAfter } from "./shared_stores.ts";
import { type Server, Wire } from "./wire.ts";
import { AGENT, LEASE, type NodePlan, type NodeProcess, SERVED, type World } from "./world.ts";

/** One process of a node. */
export class SimulatedNode implements NodeProcess {
  readonly plan: NodePlan;
  readonly name: string;
  readonly machine: Machine;
  readonly wires: Wire[] = [];
  /** Whether it was asked to stop. */
  isStopping = false;
  #node: Node | null = null;
  readonly #world: World;
  readonly #registrations = new DisposableStack();
  readonly #random: Random;

  private constructor(world: World, plan: NodePlan, life: number) {
    this.#world = world;
    this.plan = plan;
    this.name = `${plan.name}#${life}`;
    this.machine = new Machine(world.timeline, plan);
    this.#random = seededRandom(Math.floor(world.random.next() * 2 ** 32));
  }

  /** Starts a process; what becomes of it is seen from outside. */
  static start(world: World, plan: NodePlan, life: number): SimulatedNode {
    const node = new SimulatedNode(world, plan, life);
    void node.#start(life);
    return node;
  }

  /** What callers use; `null` while the node starts, and when it is gone. */
  get client(): ClusterClient | null {
    return this.machine.isRunning && !this.isStopping ? this.#node?.client ?? null : null;
  }

  /** Kills the process without a word. */
  kill(why: string): void {
    if (this.machine.isDead) return;
    this.#world.history.note(`${this.name} is gone: ${why}`);
    this.machine.kill();
    this.#registrations.dispose();
  }

  /** Asks it to stop, as a first signal does. */
  stop(graceful: boolean): void {
    if (this.#node === null) return this.kill("stopped while it started");
    this.isStopping = true;
    this.#world.history.note(`${this.name} is asked to stop${graceful ? "" : " at once"}`);
    this.#node.stop({ graceful, timeoutMs: 20_000 }).then(
      () => this.kill("it has stopped"),
      (error) => this.#world.history.violated(`${this.name} could not stop: ${error}`),
    );
  }

  async #start(life: number): Promise<void> {
    const { history } = this.#world;
    try {
      const node = await startNode(this.#options(life));
      this.#node = node;
      history.note(`${this.name} has started`);
    } catch (error) {
      history.note(`${this.name} could not start: ${error}`);
      this.kill("it could not start");
    }
  }

  #options(life: number): NodeOptions {
    const { plan: { name, mode }, name: key } = this;
    const handler = handlerIn(this.#world, this);
    const definition = defineJob({ id: "work" }, handler);
    this.#registrations.use(registerHandlers(key, [definition]));
    this.#registrations.use(registerRecurrences(key, []));
    this.#registrations.use(openDoors(key, {
      master: () => Promise.resolve(this.#toMaster()),
      transport: () => Promise.resolve(this.#world.agent!.connect(this.#wire(this.#world.agent!))),
    }));
    const agents = this.#world.agent === null ? {} : { [AGENT]: specThrough(key, "transport") };
    return {
      clusterId: CLUSTER_ID,
      spec: specThrough(key, "master"),
      agents,
      protectAgents: true,
      settings: changeSettings(DEFAULT_CLUSTER_SETTINGS, {
        retry: { base: "500ms", factor: 2, max: "4s" },
        transientThreshold: "10s",
      }),
      changeSettings: null,
      definitions: [definition.defaults],
      handlers: { kind: "registered", key },
      schemas: { kind: "registered", key },
      recurrences: key,
      schedules: [],
      workers: [{
        name,
        workerId: `${name}.${life}`,
        mode,
        lane: "",
        agentConnectionId: this.#world.agent === null ? STANDALONE_AGENT : AGENT,
        parallelism: 1,
        buckets: bucketsOf(SERVED),
        bufferSize: 20,
      }],
      isolation: "inline",
      lease: LEASE,
      graceMs: 1_000,
      host: name,
      processId: life,
      onEvent: (event) => this.#seen(event),
      threads: false,
      clock: this.machine,
      random: this.#random,
    };
  }

  #toMaster(): ReturnType<MasterServer["connect"]> {
    const { master, timeline } = this.#world;
    const waking = wakingAfter(timeline, {
      machine: this.machine,
      delayMs: () => 1 + this.#random.next() * 50,
      isHeard: () => this.#random.next() < master.wakes,
    });
    return master.connect(this.#wire(master), waking);
  }

  #wire(server: Server): Wire {
    const random = seededRandom(Math.floor(this.#random.next() * 2 ** 32));
    const wire = new Wire(this.#world.timeline, { machine: this.machine, random, server });
    this.wires.push(wire);
    return wire;
  }

  #seen(event: KernelEvent): void {
    const { history } = this.#world;
    if (event.type === "dead_letter") return;
    const what = event.type === "log" ? `${event.level}: ${event.message}` : describe(event);
    history.note(`${this.name} ${event.address} ${what}`);
    if (isTrouble(event)) history.troubled(`${this.name} ${event.address} ${what}`);
  }
}

function isTrouble(event: KernelEvent): boolean {
  return event.type === "crashed" || (event.type === "log" && event.level === "error");
}

function describe(event: Exclude<KernelEvent, { readonly type: "log" | "dead_letter" }>): string {
  return event.type === "crashed"
    ? `crashed: ${event.error}`
    : `was started again (${event.restarts})`;
}

function bucketsOf(served: readonly Priority[]): Record<Priority, number> {
  const counts = PRIORITIES.map((priority) => [priority, served.includes(priority) ? 1 : 0]);
  return Object.fromEntries(counts);
}

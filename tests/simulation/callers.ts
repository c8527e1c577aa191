/**
 * What applications ask of a simulated cluster: jobs of all kinds, commands about them, schedules.
 *
 * @module
 */

import type { JobCommand } from "../../actors/client.ts";
import { codeOf } from "../../core/errors.ts";
import { pick, type Random } from "../../core/random.ts";
import { uuidGenerator } from "../../core/ids.ts";
import type { JobRequest } from "../../core/request.ts";
import type { AskedSchedule } from "./checkers/occurrences.ts";
import type { AskedJob, Deed } from "./history.ts";
import { START_MS } from "./machine.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import { SERVED, type World } from "./world.ts";

/** Asks for work until it is told to stop. */
export class Callers {
  readonly schedules: AskedSchedule[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #nodes: () => readonly SimulatedNode[];
  readonly #newId: () => string;
  #count = 0;
  #isOver = false;

  /** Callers that use `nodes`. */
  constructor(world: World, random: Random, nodes: () => readonly SimulatedNode[]) {
    this.#world = world;
    this.#random = random;
    this.#nodes = nodes;
    this.#newId = uuidGenerator({ now: () => START_MS + world.timeline.nowMs }, random);
  }

  /** Begins. Schedules end at `untilMs`, on the timeline. */
  begin(untilMs: number): void {
    this.#askSoon();
    const count = Math.floor(this.#random.next() * 3);
    for (let index = 0; index < count; index++) {
      this.#world.timeline.after(
        1_000 + this.#random.next() * 5_000,
        () => this.#makeSchedule(untilMs),
      );
    }
  }

  /** Ends. */
  end(): void {
    this.#isOver = true;
  }

  #askSoon(): void {
    this.#world.timeline.after(20 + this.#random.next() * 1_200, () => {
      if (this.#isOver) return;
      this.#askSoon();
      const client = pick(this.#nodes().filter((node) => node.client !== null), this.#random)
        ?.client;
      if (client === undefined || client === null) return;
      if (this.#random.next() < 0.15) return void this.#command(client);
      void this.#submit(client);
    });
  }

  async #submit(client: NonNullable<SimulatedNode["client"]>): Promise<void> {
    const count = 1 + Math.floor(this.#random.next() * 3);
    const asked = Array.from({ length: count }, () => this.#newJob());
    const { history } = this.#world;
    for (const each of asked) history.jobs.set(each.key, each);
    history.note(
      `asked for ${asked.map(({ key, request }) => `${key} ${request.acceptance}`).join(", ")}`,
    );
    try {
      const made = await client.submit(asked.map(({ request }) => request));
      for (const [index, { job, acceptance }] of made.entries()) {
        asked[index]!.id = job.id;
        asked[index]!.answer = acceptance;
        history.note(`accepted ${asked[index]!.key} as ${job.id} (${acceptance}, ${job.status})`);
      }
    } catch (error) {
      for (const each of asked) each.answer = "refused";
      history.note(`refused ${asked.map(({ key }) => key).join(", ")}: ${codeOf(error)}`);
    }
  }

  #newJob(): AskedJob {
    const random = this.#random;
    const key = `j${++this.#count}`;
    const deed = this.#newDeed();
    const id = random.next() < 0.3 ? this.#newId() : null;
    const isShared = random.next() < 0.05;
    const request: JobRequest = {
      definitionId: "work",
      data: { key, ...deed },
      priority: pick(SERVED, random)!,
      maxRetries: Math.floor(random.next() * 4),
      timeout: random.next() < 0.1 ? 1_500 : 30_000,
      acceptance: this.#world.agent !== null && random.next() < 0.5 ? "agent" : "durable",
      ...(id === null ? {} : { id }),
      ...(isShared ? { uniqueKey: `u${Math.floor(random.next() * 3)}` } : {}),
      ...(random.next() < 0.3 ? { after: Math.floor(random.next() * 15_000) } : {}),
    };
    return { key, id, request, deed, isShared, answer: "none", commands: [] };
  }

  #newDeed(): Deed {
    const random = this.#random;
    const chance = random.next();
    if (chance < 0.5) return { kind: "work", ms: 0 };
    if (chance < 0.75) return { kind: "work", ms: Math.floor(random.next() * 4_000) };
    if (chance < 0.82) return { kind: "stubborn", ms: Math.floor(random.next() * 6_000) };
    if (chance < 0.97) return { kind: "flaky", failures: 1 + Math.floor(random.next() * 4) };
    return { kind: "poison", kills: 1 + Math.floor(random.next() * 3) };
  }

  async #command(client: NonNullable<SimulatedNode["client"]>): Promise<void> {
    const known = [...this.#world.history.jobs.values()].filter(({ id }) => id !== null);
    const asked = pick(known, this.#random);
    if (asked === undefined) return;
    const scheduledAtMs = Math.floor(
      START_MS + this.#world.timeline.nowMs + this.#random.next() * 5_000,
    );
    const command = pick<JobCommand>([
      { type: "cancel" },
      { type: "cancel" },
      { type: "retry" },
      { type: "run_now" },
      { type: "reschedule", scheduledAtMs },
    ], this.#random)!;
    const sent = { type: command.type, outcome: "unknown" };
    for (const each of this.#world.history.askedAs(asked.id!)) each.commands.push(sent);
    try {
      sent.outcome = (await client.changeJob(asked.id!, command)).outcome;
    } catch (error) {
      sent.outcome = codeOf(error);
    }
    this.#world.history.note(`${command.type} of ${asked.key}: ${sent.outcome}`);
  }

  #makeSchedule(untilMs: number): void {
    const client = pick(this.#nodes().filter((node) => node.client !== null), this.#random)?.client;
    if (client === undefined || client === null) return;
    const seconds = 1 + Math.floor(this.#random.next() * 4);
    const id = this.#newId();
    const endMs = Math.floor(START_MS + untilMs);
    client.createSchedule({
      id,
      definitionId: "work",
      expression: `${seconds}s`,
      data: { key: `schedule ${id}`, kind: "work", ms: Math.floor(this.#random.next() * 1_500) },
      endBefore: new Date(endMs),
      priority: "Medium",
      overlap: "allow",
    }).then(
      () => this.schedules.push({ id, everyMs: seconds * 1_000, endMs }),
      (error) => this.#world.history.note(`no schedule: ${codeOf(error)}`),
    );
  }
}

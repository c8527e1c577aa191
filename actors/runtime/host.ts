/**
 * Runs one actor, and what it spawns, in a thread or process of its own: the hosted end of the wire.
 *
 * @module
 */

import { systemClock } from "../../core/clock.ts";
import { encodeError, JobMasterError } from "../../core/errors.ts";
import { systemRandom } from "../../core/random.ts";
import { Cell } from "./cell.ts";
import type { Actor } from "./definition.ts";
import type { Envelope, GiveUpOptions } from "./envelope.ts";
import type { LooseSpec } from "./life.ts";
import { Link, type LinkOwner } from "./link.ts";
import { lifeFactory } from "./placement.ts";
import type { Frame, HostCommand, HostReport, HostStart } from "./port.ts";
import type { Message } from "./protocol.ts";
import { Realm } from "./realm.ts";

/** Hosts one actor. */
export class Host implements LinkOwner {
  /** Sends frames to the spawner; throws when one is not structured-cloneable. */
  readonly post: (frames: readonly Frame[]) => void;
  /** The hosted actor; empty until the first frame says who that is. */
  address = "";
  readonly #link = new Link(this);
  #realm: Realm | undefined;
  #cell: Cell | undefined;

  /** A host that waits for its first frame. */
  constructor(post: (frames: readonly Frame[]) => void) {
    this.post = post;
  }

  /** Takes in frames from the spawner. */
  take(frames: readonly Frame[]): void {
    this.#link.receive(frames);
  }

  /** Reports an error nobody caught as a crash of the hosted actor, at once; the spawner then ends this host. */
  crash(error: unknown): void {
    this.#link.post({ t: "crashed", error: encodeError(error) });
    this.#link.flush();
  }

  /** A message arrived; called by the link. */
  deliver(to: string, envelope: Envelope): void {
    if (to === this.address) this.#cell?.offer(envelope, true);
    else this.#realm?.send(to, envelope);
  }

  /** A message of the hosted actor found no taker; called by the link. */
  giveUp(to: string, envelope: Envelope, options: GiveUpOptions): void {
    this.#realm?.giveUp(to, envelope, options);
  }

  /** A command arrived; called by the link. */
  receive(frame: HostCommand | HostReport): void {
    switch (frame.t) {
      case "start":
        return void this.#start(frame);
      case "stop":
        return void this.#cell?.stop(frame.mode).then(() => this.#link.post({ t: "stopped" }));
      case "measure":
        return void this.#measure(frame.id);
    }
  }

  async #start(frame: HostStart): Promise<void> {
    const { address, args } = frame;
    this.address = address;
    const realm = this.#realm = new Realm({
      scope: address,
      program: frame.program,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => this.#link.report(event),
      uplink: (to, envelope) => this.#link.forward(to, envelope),
    });
    try {
      const actor = await loadActor(frame);
      const key = address.slice(address.lastIndexOf("/") + 1);
      this.#cell = this.#createCell(realm, address, { key, actor, args });
      await this.#cell.start();
      this.#link.post({ t: "started" });
    } catch (error) {
      this.#link.post({ t: "start_failed", error: encodeError(error) });
    }
  }

  #createCell(realm: Realm, address: string, spec: LooseSpec): Cell {
    const createLife = lifeFactory(realm);
    return new Cell(realm, {
      address,
      name: spec.actor.name,
      mailbox: spec.actor.mailbox,
      shutdownMs: Infinity, // the spawner keeps that watch
      createLife: (events) => createLife({ address, spec, events }),
      onCrash: (error) => this.#link.post({ t: "crashed", error: encodeError(error) }),
    });
  }

  async #measure(id: number): Promise<void> {
    const actors = await this.#cell?.metrics() ?? [];
    this.#link.post({ t: "measured", id, actors });
  }
}

async function loadActor({ module, name }: HostStart): Promise<Actor<Message, unknown>> {
  const exports: Readonly<Record<string, unknown>> = await import(module);
  const actor = Object.values(exports).find((value) => isActor(value) && value.name === name);
  if (isActor(actor)) return actor;
  throw new JobMasterError(
    "invariant_violated",
    `Cannot host actor "${name}": "${module}" must export it`,
  );
}

function isActor(value: unknown): value is Actor<Message, unknown> {
  return typeof value === "object" && value !== null && "handlers" in value && "mailbox" in value;
}

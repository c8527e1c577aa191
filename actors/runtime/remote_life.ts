/**
 * A life in another thread or process: the spawner's end of the wire.
 *
 * @module
 */

import { decodeError, JobMasterError } from "../../core/errors.ts";
import type { MailboxOptions, StopMode } from "./definition.ts";
import { Envelope, type GiveUpOptions, type Letter, stoppedError } from "./envelope.ts";
import type { Life, LifeMetrics, LifeOptions } from "./life.ts";
import { Link, type LinkOwner } from "./link.ts";
import type { ActorMetrics } from "./metrics.ts";
import type { Frame, HostCommand, HostReport, OpenPort, Port } from "./port.ts";
import type { Realm } from "./realm.ts";
import type { Admission } from "./ref.ts";

/** How long a host may take to count its actors, in milliseconds. */
const METRICS_DEADLINE_MS = 1_000;

/** Options of {@linkcode RemoteLife}. */
export interface RemoteLifeOptions extends LifeOptions {
  /** The thread of the spawner. */
  readonly realm: Realm;
  /** Brings up a fresh host. */
  readonly open: OpenPort;
}

/** One life of an actor in a host of its own. */
export class RemoteLife implements Life, LinkOwner {
  readonly width: number;
  readonly address: string;
  readonly #options: RemoteLifeOptions;
  readonly #link = new Link(this);
  readonly #started = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #measuring = new Map<number, (actors?: readonly ActorMetrics[]) => void>();
  #opening: Promise<Port> | undefined;
  #port: Port | undefined;
  #running = false;
  #nextId = 0;

  /** A life that has not begun. */
  constructor(options: RemoteLifeOptions) {
    this.#options = options;
    this.address = options.address;
    this.width = windowOf(options.spec.actor.mailbox);
    this.#started.promise.catch(() => {
      // Whoever waits for the start hears of it; a kill may come before anybody does.
    });
  }

  async start(): Promise<void> {
    const { address } = this;
    const { spec: { actor, args }, open, realm: { program } } = this.#options;
    this.#opening = Promise.resolve(open({
      label: address,
      program,
      onFrames: (frames) => this.#link.receive(frames),
      onClose: (error) => this.#crash(error),
    }));
    const port = this.#port = await this.#opening;
    const { module, name } = actor;
    try {
      port.post([{ t: "start", address, program, module, name, args }]);
    } catch (cause) {
      const text = `Cannot spawn "${address}": its args are not structured-cloneable`;
      throw new JobMasterError("invariant_violated", text, { cause });
    }
    await this.#started.promise;
    this.#running = true;
  }

  handle(letter: Letter): void {
    if (!(letter instanceof Envelope)) return; // notices about children arise and stay in the host
    this.#link.send(this.address, letter, () => this.#options.events.finished(letter));
  }

  quiesce(mode: StopMode): void {
    // What was handed over in advance is the host's to refuse; a drain goes there once it is handled.
    if (mode === "stop") this.#link.post({ t: "stop", mode });
  }

  stop(mode: StopMode): Promise<void> {
    this.#link.post({ t: "stop", mode });
    return this.#stopped.promise;
  }

  async kill(): Promise<void> {
    this.#started.reject(stoppedError(this.address));
    this.#link.close("crashed");
    for (const measured of this.#measuring.values()) measured();
    const port = await this.#opening;
    await port?.close();
  }

  forward(to: string, envelope: Envelope): Admission {
    return this.#link.forward(to, envelope);
  }

  async metrics(): Promise<LifeMetrics | undefined> {
    const [own, ...below] = await this.#measure() ?? [];
    return own === undefined ? undefined : { own, below };
  }

  /** The wire of this life; called by its link. */
  post(frames: readonly Frame[]): void {
    this.#port?.post(frames);
  }

  /** A message from the hosted actor to somebody outside; called by the link. */
  deliver(to: string, envelope: Envelope): void {
    this.#options.realm.send(to, envelope);
  }

  /** A message that went down found no taker; called by the link. */
  giveUp(to: string, envelope: Envelope, options: GiveUpOptions): void {
    this.#options.realm.giveUp(to, envelope, options);
  }

  /** A report of the host; called by the link. */
  receive(frame: HostCommand | HostReport): void {
    switch (frame.t) {
      case "started":
        return this.#started.resolve();
      case "start_failed":
        return this.#started.reject(decodeError(frame.error));
      case "crashed":
        return this.#crash(decodeError(frame.error));
      case "stopped":
        return this.#stopped.resolve();
      case "event":
        return this.#options.realm.emit(frame.event);
      case "measured":
        return this.#measuring.get(frame.id)?.(frame.actors);
    }
  }

  #crash(error: unknown): void {
    if (this.#running) this.#options.events.crashed(error);
    else this.#started.reject(error);
  }

  #measure(): Promise<readonly ActorMetrics[] | undefined> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const measured = (actors?: readonly ActorMetrics[]) => {
        deadline[Symbol.dispose]();
        this.#measuring.delete(id);
        resolve(actors);
      };
      const deadline = this.#options.realm.clock.schedule(METRICS_DEADLINE_MS, () => measured());
      this.#measuring.set(id, measured);
      this.#link.post({ t: "measure", id });
    });
  }
}

/** How many messages are handed over in advance. What may still be dropped has to wait on this side. */
function windowOf({ capacity, overflow, concurrency = 1 }: MailboxOptions): number {
  return overflow === "drop_oldest" ? concurrency : Math.max(capacity, concurrency);
}

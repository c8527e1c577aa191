/**
 * One actor as its address sees it: brings its lives up, hands them letters, and ends them. It outlives restarts.
 *
 * Who decides about restarts is the owner (`children.ts`); what runs the handlers is the life (`inline_life.ts`,
 * `remote_life.ts`).
 *
 * @module
 */

import type { ChildExit, MailboxOptions, StopMode } from "./definition.ts";
import { type Envelope, Notice, stoppedError } from "./envelope.ts";
import { Ending } from "./ending.ts";
import { Inbox } from "./inbox.ts";
import type { Life, LifeEvents } from "./life.ts";
import type { ActorMetrics, ActorStatus } from "./metrics.ts";
import type { Realm, Recipient } from "./realm.ts";
import type { Admission } from "./ref.ts";

/** Options of {@linkcode Cell}. */
export interface CellOptions {
  /** Where it is found. */
  readonly address: string;
  /** Name of the component. */
  readonly name: string;
  /** How its mailbox bounds itself. */
  readonly mailbox: MailboxOptions;
  /** Milliseconds it may take to stop before it is killed; `Infinity` when someone else keeps that watch. */
  readonly shutdownMs: number;
  /** Begins a life. */
  readonly createLife: (events: LifeEvents) => Life;
  /** Called when a life crashed and nothing of it is left; `ending` when it was about to stop anyway. */
  readonly onCrash: (error: unknown, ending: boolean) => void;
}

/** One actor. */
export class Cell implements Recipient {
  /** Where it is found. */
  readonly address: string;
  /** Times it was restarted; counted by the owner. */
  restarts = 0;
  readonly #realm: Realm;
  readonly #options: CellOptions;
  readonly #inbox: Inbox;
  #status: ActorStatus = "starting";
  #exit: ChildExit["reason"] = "stopped";
  #life: Life | undefined;
  #ready = false;
  #pumping = false;
  #ending: Ending | undefined;
  #cleanup: Promise<void> = Promise.resolve();

  /** An actor without a life, entered into the address book; messages wait until {@linkcode start}. */
  constructor(realm: Realm, options: CellOptions) {
    this.#realm = realm;
    this.#options = options;
    this.address = options.address;
    this.#inbox = new Inbox(realm, { ...options, onWork: () => this.#schedulePump() });
    realm.enlist(this.address, this);
  }

  /** Where it is in its life. */
  get status(): ActorStatus {
    return this.#status;
  }

  /** How it ended; only meaningful once it has. */
  get exit(): ChildExit["reason"] {
    return this.#exit;
  }

  /** Takes a message in, or gives it up. A `reserved` one has its place already, by the credit it used. */
  offer(envelope: Envelope, reserved = false): Admission {
    return this.#inbox.offer(envelope, reserved);
  }

  /** Passes a message on to an actor below this one that lives in another thread. */
  forward(to: string, envelope: Envelope): Admission {
    if (this.#life !== undefined) return this.#life.forward(to, envelope);
    this.#realm.giveUp(to, envelope, { reason: "no_such_actor" });
    return "stopped";
  }

  /** Begins a life. Rejects with what the actor's `start` threw, or `actor_stopped` when it was ended meanwhile. */
  async start(): Promise<void> {
    const life: Life = this.#options.createLife(this.#eventsOf(() => life));
    this.#life = life;
    try {
      await life.start();
    } catch (error) {
      if (this.#life !== life) throw stoppedError(this.address);
      this.#endLife();
      await this.#cleanup;
      if (this.#ending !== undefined) void this.#finish(this.#ending, "crashed");
      throw error;
    }
    if (this.#life !== life) throw stoppedError(this.address);
    this.#ready = true;
    if (this.#ending === undefined) this.#status = "running";
    this.#schedulePump();
  }

  /** Ends it for good; resolves when it is gone. A later call can only make it harsher. */
  stop(mode: StopMode): Promise<void> {
    return this.#status === "stopped" ? Promise.resolve() : this.#end(mode, true);
  }

  /** Ends the present life so that another can begin; messages that arrive meanwhile wait for it. */
  halt(): Promise<void> {
    if (this.#life === undefined) return this.#cleanup;
    return this.#end(this.#ready ? "stop" : "kill", false);
  }

  /** Counts of this actor and of everything below it; empty when its thread does not answer. */
  async metrics(): Promise<readonly ActorMetrics[]> {
    const inside = this.#life === undefined ? { below: [] } : await this.#life.metrics();
    if (inside === undefined) return [];
    const { name } = this.#options;
    const facts = { name, status: this.#status, restarts: this.restarts };
    return [this.#inbox.measure(facts, inside.own), ...inside.below];
  }

  #eventsOf(life: () => Life): LifeEvents {
    const current = () => this.#life === life();
    return {
      finished: (letter) => current() && this.#inbox.finished(letter),
      crashed: (error) => current() && this.#crash(error),
      notify: (exit) => {
        if (current()) this.#inbox.notify(new Notice(exit));
      },
      toSelf: (envelope, retried) => {
        if (!current()) return "stopped";
        return retried ? this.#inbox.admit(envelope, false) : this.offer(envelope);
      },
    };
  }

  #schedulePump(): void {
    if (this.#pumping || !this.#ready) return;
    this.#pumping = true;
    queueMicrotask(this.#pump);
  }

  readonly #pump = (): void => {
    const life = this.#life;
    while (life !== undefined && this.#mayBegin(life)) {
      if (!this.#realm.takeTurn(this.#pump)) return;
      life.handle(this.#inbox.take()!);
    }
    this.#pumping = false;
    this.#stopIfIdle();
  };

  #mayBegin(life: Life): boolean {
    return this.#life === life && this.#ready && this.#inbox.inHand < life.width &&
      !this.#inbox.isEmpty && (this.#ending === undefined || this.#ending.mode === "drain");
  }

  #crash(error: unknown): void {
    this.#status = this.#ending === undefined ? "starting" : "stopping";
    this.#endLife();
    this.#inbox.abandon("crashed", error);
    void this.#cleanup.then(() => {
      const ending = this.#ending;
      this.#options.onCrash(error, ending !== undefined);
      if (ending !== undefined) void this.#finish(ending, "crashed");
    });
  }

  #end(mode: StopMode, forGood: boolean): Promise<void> {
    const before = this.#ending;
    const ending = before ?? new Ending(mode);
    this.#ending = ending;
    ending.forGood ||= forGood;
    if (ending.forGood) this.#inbox.close();
    if (before === undefined || before.isSofterThan(mode)) this.#apply(ending, mode);
    return ending.over.promise;
  }

  #apply(ending: Ending, mode: StopMode): void {
    ending.mode = mode;
    this.#status = mode === "drain" ? "draining" : "stopping";
    if (mode === "kill" || this.#life === undefined) {
      this.#endLife();
      this.#inbox.abandon(ending.forGood ? "stopped" : "crashed");
      return void this.#finish(ending, mode === "kill" ? "killed" : "stopped");
    }
    const { shutdownMs } = this.#options;
    if (ending.watch === undefined && shutdownMs < Infinity) {
      ending.watch = this.#realm.clock.schedule(shutdownMs, () => this.#apply(ending, "kill"));
    }
    if (mode === "stop") this.#inbox.purge(ending.forGood ? "stopped" : "crashed");
    this.#life.quiesce(mode);
    this.#schedulePump();
  }

  #stopIfIdle(): void {
    const [life, ending] = [this.#life, this.#ending];
    if (life === undefined || ending === undefined || !this.#ready) return;
    if (ending.step !== "finishing" || this.#inbox.inHand > 0) return;
    ending.step = "stopping";
    this.#status = "stopping";
    life.stop(ending.mode).then(
      () => {
        if (this.#life !== life) return;
        this.#endLife();
        void this.#finish(ending, "stopped");
      },
      (error) => this.#life === life && this.#crash(error),
    );
  }

  async #finish(ending: Ending, exit: ChildExit["reason"]): Promise<void> {
    if (ending.step === "cleaning") return;
    ending.step = "cleaning";
    ending.watch?.[Symbol.dispose]();
    await this.#cleanup;
    this.#exit = exit;
    if (ending.forGood) {
      this.#inbox.purge("stopped");
      this.#status = "stopped";
      this.#realm.strike(this.address, this);
    } else {
      this.#status = "starting";
      this.#ending = undefined;
    }
    ending.over.resolve();
  }

  #endLife(): void {
    const life = this.#life;
    this.#life = undefined;
    this.#ready = false;
    if (life !== undefined) this.#cleanup = life.kill();
  }
}

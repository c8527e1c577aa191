/**
 * What the actors of one thread share: time, chance, the address book, the way out, and the duty to let
 * the event loop breathe.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { JobMasterError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { Deadlines } from "./deadlines.ts";
import { Envelope, type GiveUpOptions, undeliverable } from "./envelope.ts";
import type { KernelEvent } from "./metrics.ts";
import { PendingAsk } from "./pending_ask.ts";
import type { Message } from "./protocol.ts";
import type { ActorRef, Admission, AskOptions } from "./ref.ts";

/** An actor that lives in this thread's address book. */
export interface Recipient {
  /** Takes a message in, or answers why not. */
  offer(envelope: Envelope): Admission;
  /** Passes a message on to an actor below this one, in another thread. */
  forward(to: string, envelope: Envelope): Admission;
}

/** Passes a message on to an actor this thread does not know. */
export type Uplink = (to: string, envelope: Envelope) => Admission;

/** Messages one thread handles before timers and I/O get their turn. */
const MESSAGES_PER_TURN = 256;

/** Options of {@linkcode Realm}. */
export interface RealmOptions {
  /** The address under which all of its actors live. */
  readonly scope: string;
  /** The module the program was started with, where the platform does not know. @default {Deno.mainModule} */
  readonly program?: string;
  /** The source of time. */
  readonly clock: Clock;
  /** The source of chance. */
  readonly random: Random;
  /** Whether actors may have threads of their own. @default {true} */
  readonly threads?: boolean;
  /** Receives what happens. */
  readonly onEvent: (event: KernelEvent) => void;
  /** The way to addresses outside of `scope`; absent when there is nothing outside. */
  readonly uplink?: Uplink;
}

/** The kernel's side of one thread. */
export class Realm implements Disposable {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether actors may have threads of their own. */
  readonly threads: boolean;
  readonly #options: RealmOptions;
  readonly #deadlines: Deadlines;
  readonly #book = new Map<string, Recipient>();
  #turnLeft = MESSAGES_PER_TURN;
  #resumed: (() => void)[] = [];

  /** An empty realm. */
  constructor(options: RealmOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.random = options.random;
    this.threads = options.threads ?? true;
    this.#deadlines = new Deadlines(options.clock);
  }

  /** The module the program was started with, as a URL; empty when nobody knows. */
  get program(): string {
    // Read late, because it may need a permission that only hosts need; a thread has none.
    return this.#options.program ?? (Deno.mainModule as string | undefined) ?? "";
  }

  /** Enters an actor into the address book. */
  enlist(address: string, recipient: Recipient): void {
    this.#book.set(address, recipient);
  }

  /** Strikes an actor from the address book, unless another one took its address over. */
  strike(address: string, recipient: Recipient): void {
    if (this.#book.get(address) === recipient) this.#book.delete(address);
  }

  /** Reports something that happened. A listener that throws is an uncaught error of its own, not of an actor. */
  emit(event: KernelEvent): void {
    try {
      this.#options.onEvent(event);
    } catch (error) {
      reportError(error);
    }
  }

  /** A handle to whoever lives at `address`, now or later. */
  ref<M extends Message>(address: string): ActorRef<M> {
    return new AddressRef(this, address) as unknown as ActorRef<M>;
  }

  /** Sends a message to the nearest mailbox on the way to `address`. */
  send(address: string, envelope: Envelope): Admission {
    const local = this.#book.get(address);
    if (local !== undefined) return local.offer(envelope);
    return this.#route(address, envelope);
  }

  /** Sends a question and resolves with its answer. */
  ask(address: string, message: Message, options: AskOptions): Promise<unknown> {
    const { timeoutMs, signal } = options;
    return new Promise((resolve, reject) => {
      if (!(timeoutMs >= 0 && timeoutMs < Infinity)) {
        return reject(badTimeout(address, message, timeoutMs));
      }
      if (signal?.aborted) return reject(signal.reason);
      const subject = { address, messageType: message.type };
      const ask = new PendingAsk(subject, options, { resolve, reject });
      this.send(address, new Envelope(message, ask));
      ask.wait(this.#deadlines);
    });
  }

  /** Gives up a message: its asker is told, a one-way message becomes a dead letter. */
  giveUp(address: string, envelope: Envelope, options: GiveUpOptions): void {
    const { message, reply, settled } = envelope;
    if (reply !== undefined) return reply.reject(undeliverable(address, message, options));
    const { reason } = options;
    this.emit({ type: "dead_letter", address, messageType: message.type, reason });
    settled?.();
  }

  /**
   * Whether one more message may be handled now. If not, `resume` is called once I/O had its turn; messages that
   * beget messages would else starve it for ever, since they run as microtasks.
   */
  takeTurn(resume: () => void): boolean {
    if (this.#turnLeft > 0) {
      this.#turnLeft--;
      return true;
    }
    if (this.#resumed.push(resume) === 1) this.clock.immediate(() => this.#nextTurn());
    return false;
  }

  /** Clears the timers. */
  [Symbol.dispose](): void {
    this.#deadlines[Symbol.dispose]();
  }

  #nextTurn(): void {
    this.#turnLeft = MESSAGES_PER_TURN;
    const resumed = this.#resumed;
    this.#resumed = [];
    for (const resume of resumed) resume();
  }

  #route(address: string, envelope: Envelope): Admission {
    const { scope, uplink } = this.#options;
    const inside = address === scope || address.startsWith(`${scope}/`);
    if (!inside && uplink !== undefined) return uplink(address, envelope);
    const above = inside ? this.#nearestAbove(address) : undefined;
    if (above !== undefined) return above.forward(address, envelope);
    this.giveUp(address, envelope, { reason: "no_such_actor" });
    return "stopped";
  }

  #nearestAbove(address: string): Recipient | undefined {
    for (let end = address.lastIndexOf("/"); end > 0; end = address.lastIndexOf("/", end - 1)) {
      const recipient = this.#book.get(address.slice(0, end));
      if (recipient !== undefined) return recipient;
    }
    return undefined;
  }
}

/** A handle that looks its actor up at every message, and so outlives restarts. */
class AddressRef {
  readonly address: string;
  readonly #realm: Realm;

  constructor(realm: Realm, address: string) {
    this.#realm = realm;
    this.address = address;
  }

  tell(message: Message): Admission {
    return this.#realm.send(this.address, new Envelope(message));
  }

  ask(message: Message, options: AskOptions): Promise<unknown> {
    return this.#realm.ask(this.address, message, options);
  }
}

function badTimeout(address: string, message: Message, timeoutMs: number): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot ask "${address}" for "${message.type}": timeoutMs must be a finite number of at least 0, not ${timeoutMs}`,
  );
}

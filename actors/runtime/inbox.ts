/**
 * The messages an actor holds, waiting or in hand: sees to it that each of them meets exactly one fate.
 *
 * @module
 */

import type { MailboxOptions } from "./definition.ts";
import { type DeadLetterReason, Envelope, type Letter, type Notice } from "./envelope.ts";
import { Mailbox } from "./mailbox.ts";
import { type CellFacts, CellMeter } from "./metering.ts";
import type { ActorMetrics } from "./metrics.ts";
import type { Realm } from "./realm.ts";
import type { Admission } from "./ref.ts";

/** Options of {@linkcode Inbox}. */
export interface InboxOptions {
  /** Whose messages these are. */
  readonly address: string;
  /** How the mailbox bounds itself. */
  readonly mailbox: MailboxOptions;
  /** Called when there is something to do. */
  readonly onWork: () => void;
}

/** The messages one actor holds. */
export class Inbox {
  readonly #realm: Realm;
  readonly #options: InboxOptions;
  readonly #mailbox: Mailbox;
  readonly #meter: CellMeter;
  readonly #inHand = new Set<Letter>();

  /** Holds nothing yet. */
  constructor(realm: Realm, options: InboxOptions) {
    this.#realm = realm;
    this.#options = options;
    this.#meter = new CellMeter(realm.clock);
    this.#mailbox = new Mailbox(options.mailbox, (envelope) => {
      this.#giveUp(envelope, "dropped_oldest");
    });
  }

  /** Letters handed out and not finished. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#mailbox.isEmpty;
  }

  /** Takes a message in, or gives it up. A `reserved` one has its place already. */
  offer(envelope: Envelope, reserved: boolean): Admission {
    const admission = this.admit(envelope, reserved);
    if (admission !== "accepted") this.#giveUp(envelope, admission);
    return admission;
  }

  /** Takes a message in, or answers why not and leaves it to the caller. */
  admit(envelope: Envelope, reserved: boolean): Admission {
    const admission = this.#mailbox.offer(envelope, reserved);
    if (admission !== "accepted") return admission;
    this.#meter.arrived(envelope);
    this.#options.onWork();
    return admission;
  }

  /** Takes a notice in. */
  notify(notice: Notice): void {
    this.#mailbox.notify(notice);
    this.#options.onWork();
  }

  /** Hands out the next letter. */
  take(): Letter | undefined {
    const letter = this.#mailbox.next();
    if (letter === undefined) return undefined;
    if (letter instanceof Envelope) this.#meter.begun(letter);
    this.#inHand.add(letter);
    return letter;
  }

  /** A letter that was handed out is done. */
  finished(letter: Letter): void {
    this.#inHand.delete(letter);
    if (letter instanceof Envelope) {
      this.#mailbox.release();
      this.#meter.finished();
    }
    this.#options.onWork();
  }

  /** Refuses every further user message. */
  close(): void {
    this.#mailbox.close();
  }

  /** Gives up what waits. */
  purge(reason: DeadLetterReason, cause?: unknown): void {
    for (const envelope of this.#mailbox.purge()) this.#giveUp(envelope, reason, cause);
  }

  /** Gives up everything, what is in hand included. */
  abandon(reason: DeadLetterReason, cause?: unknown): void {
    for (const letter of this.#inHand) {
      if (!(letter instanceof Envelope)) continue;
      this.#mailbox.release();
      this.#giveUp(letter, reason, cause);
    }
    this.#inHand.clear();
    this.purge(reason, cause);
  }

  /** The counts, joined with those of the thread that runs the actor, where there is one. */
  measure(
    facts: Omit<CellFacts, "address" | "depth" | "capacity">,
    hosted?: ActorMetrics,
  ): ActorMetrics {
    const { address, mailbox: { capacity } } = this.#options;
    return this.#meter.read({ ...facts, address, depth: this.#mailbox.held, capacity }, hosted);
  }

  #giveUp(envelope: Envelope, reason: DeadLetterReason, cause?: unknown): void {
    this.#realm.giveUp(this.#options.address, envelope, { reason, cause });
  }
}

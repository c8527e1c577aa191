/**
 * The bounded queue in front of an actor.
 *
 * Four lanes in strict priority. The first two, kill and stop or drain, act the moment they arrive and so never
 * wait in here; what waits are notices about children, then the messages of users. Only the last lane is bounded.
 *
 * @module
 */

import type { MailboxOptions } from "./definition.ts";
import { Envelope, type Letter, type Notice } from "./envelope.ts";
import { Fifo } from "./fifo.ts";
import type { Admission } from "./ref.ts";

/** What waits for one actor. */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #dropped: (envelope: Envelope) => void;
  readonly #notices = new Fifo<Notice>();
  readonly #users = new Fifo<Envelope>();
  #held = 0;
  #closed = false;

  /** An empty mailbox; `dropped` receives what `drop_oldest` throws out. */
  constructor(options: MailboxOptions, dropped: (envelope: Envelope) => void) {
    this.#options = options;
    this.#dropped = dropped;
  }

  /** User messages that wait or are being handled. */
  get held(): number {
    return this.#held;
  }

  /** Whether nothing waits in any lane. */
  get isEmpty(): boolean {
    return this.#users.size === 0 && this.#notices.size === 0;
  }

  /** Takes a user message in, unless the mailbox is full or closed. `reserved` ones have their place already. */
  offer(envelope: Envelope, reserved: boolean): Admission {
    if (this.#closed) return "stopped";
    if (this.#held >= this.#options.capacity && !reserved && !this.#makeRoom()) {
      return "mailbox_full";
    }
    this.#held++;
    this.#users.push(envelope);
    return "accepted";
  }

  /** Takes a notice in; never refused. */
  notify(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** The next letter by priority, oldest first. */
  next(): Letter | undefined {
    const letter = this.#notices.shift() ?? this.#users.shift();
    if (letter instanceof Envelope) letter.waiting = false;
    return letter;
  }

  /** Frees the place of a user message that {@linkcode next} handed out. */
  release(): void {
    this.#held--;
  }

  /** Takes out everything that waits: notices are forgotten, messages returned. */
  purge(): readonly Envelope[] {
    while (this.#notices.shift() !== undefined);
    const purged: Envelope[] = [];
    for (let each = this.#users.shift(); each !== undefined; each = this.#users.shift()) {
      each.waiting = false;
      purged.push(each);
    }
    this.#held -= purged.length;
    return purged;
  }

  /** Refuses every further user message. */
  close(): void {
    this.#closed = true;
  }

  #makeRoom(): boolean {
    if (this.#options.overflow !== "drop_oldest") return false;
    const oldest = this.#users.shift();
    if (oldest === undefined) return false;
    oldest.waiting = false;
    this.#held--;
    this.#dropped(oldest);
    return true;
  }
}

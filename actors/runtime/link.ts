/**
 * Carries messages over a port, the same way in both directions: batches what is posted in one turn, matches
 * answers with questions, and counts credits so that a wire holds a bounded number of messages.
 *
 * @module
 */

import { decodeError, type EncodedError, encodeError, JobMasterError } from "../../core/errors.ts";
import { type DeadLetterReason, Envelope, type GiveUpOptions } from "./envelope.ts";
import type { KernelEvent } from "./metrics.ts";
import type { Frame, HostCommand, HostReport, MessageFrame } from "./port.ts";
import type { Admission } from "./ref.ts";

/** Messages to actors other than the hosted one, and events, that may be on the way at once, per direction. */
export const FORWARD_WINDOW = 1_024;

/** Who a link works for. */
export interface LinkOwner {
  /** The hosted actor. */
  readonly address: string;
  /** Sends frames to the other side; throws when one is not structured-cloneable. */
  post(frames: readonly Frame[]): void;
  /** A message arrived for the actor at `to`. */
  deliver(to: string, envelope: Envelope): void;
  /** Something else arrived. */
  receive(frame: HostCommand | HostReport): void;
  /** A message this side sent found no taker. */
  giveUp(to: string, envelope: Envelope, options: GiveUpOptions): void;
}

interface Sent {
  readonly to: string;
  readonly envelope: Envelope;
  readonly finished: () => void;
  /** Whether nobody but this link remembers it. */
  readonly forwarded: boolean;
}

/** One end of the conversation between two threads. */
export class Link {
  readonly #owner: LinkOwner;
  readonly #sent = new Map<number, Sent>();
  #nextId = 0;
  #outbox: Frame[] = [];
  #forwarded = 0;
  #unheard = 0;
  #missed = 0;
  #closed = false;

  /** A link for `owner`, who feeds {@linkcode receive}. */
  constructor(owner: LinkOwner) {
    this.#owner = owner;
  }

  /** Sends a message whose place on the other side is certain; `finished` is called when it was handled. */
  send(to: string, envelope: Envelope, finished: () => void): void {
    this.#send({ to, envelope, finished, forwarded: false });
  }

  /** Sends a message to anyone on the other side, if the window has room. */
  forward(to: string, envelope: Envelope): Admission {
    const refusal = this.#closed
      ? "stopped"
      : this.#forwarded >= FORWARD_WINDOW
      ? "mailbox_full"
      : undefined;
    if (refusal !== undefined) {
      this.#owner.giveUp(to, envelope, { reason: refusal });
      return refusal;
    }
    this.#forwarded++;
    const finished = () => void this.#forwarded--;
    this.#send({ to, envelope, finished, forwarded: true });
    return "accepted";
  }

  /** Reports an event to the other side; what exceeds the window is only counted. */
  report(event: KernelEvent): void {
    if (this.#unheard >= FORWARD_WINDOW) {
      this.#missed++;
      return;
    }
    this.#unheard++;
    this.post({ t: "event", event });
  }

  /** Posts a frame together with everything else of this turn. */
  post(frame: Frame): void {
    if (this.#closed) return;
    if (this.#outbox.push(frame) === 1) queueMicrotask(() => this.flush());
  }

  /** Posts at once what waits for the end of the turn. */
  flush(): void {
    const frames = this.#outbox;
    if (this.#closed || frames.length === 0) return;
    this.#outbox = [];
    try {
      this.#owner.post(frames);
    } catch {
      for (const frame of frames) this.#postAlone(frame); // so that one bad frame does not take others with it
    }
  }

  /** Takes in what arrived. */
  receive(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (this.#closed) return;
      this.#take(frame);
    }
  }

  /** Ends the conversation; forwarded messages under way are given up. */
  close(reason: DeadLetterReason, cause?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    const sent = [...this.#sent.values()];
    this.#sent.clear();
    for (const { to, envelope, forwarded } of sent) {
      if (forwarded) this.#owner.giveUp(to, envelope, { reason, cause });
    }
  }

  #send(sent: Sent): void {
    const id = this.#nextId++;
    this.#sent.set(id, sent);
    const { to, envelope: { message, reply } } = sent;
    this.post({ t: reply === undefined ? "tell" : "ask", id, to, message });
  }

  #take(frame: Frame): void {
    switch (frame.t) {
      case "tell":
        return this.#owner.deliver(frame.to, this.#incomingTell(frame));
      case "ask":
        return this.#owner.deliver(frame.to, this.#incomingAsk(frame));
      case "done":
        for (const id of frame.ids) this.#settle(id)?.finished();
        return;
      case "reply": {
        const sent = this.#settle(frame.id);
        sent?.envelope.reply?.resolve(frame.value);
        return sent?.finished();
      }
      case "refusal": {
        const sent = this.#settle(frame.id);
        sent?.envelope.reply?.reject(decodeError(frame.error));
        return sent?.finished();
      }
      case "heard":
        return this.#heard(frame.count);
      case "event":
        this.#hear();
        return this.#owner.receive(frame);
      default:
        return this.#owner.receive(frame);
    }
  }

  #settle(id: number): Sent | undefined {
    const sent = this.#sent.get(id);
    this.#sent.delete(id);
    return sent;
  }

  #incomingTell({ id, message }: Extract<MessageFrame, { t: "tell" }>): Envelope {
    return new Envelope(message, undefined, () => this.#done(id));
  }

  #incomingAsk({ id, message }: Extract<MessageFrame, { t: "ask" }>): Envelope {
    return new Envelope(message, {
      resolve: (value) => this.post({ t: "reply", id, value }),
      reject: (error) => this.post({ t: "refusal", id, error: encodeError(error) }),
    });
  }

  #done(id: number): void {
    const last = this.#outbox.at(-1);
    if (last?.t === "done") last.ids.push(id);
    else this.post({ t: "done", ids: [id] });
  }

  #hear(): void {
    const last = this.#outbox.at(-1);
    if (last?.t === "heard") last.count++;
    else this.post({ t: "heard", count: 1 });
  }

  #heard(count: number): void {
    this.#unheard -= count;
    if (this.#missed === 0) return;
    const fields = { count: this.#missed };
    this.#missed = 0;
    const { address } = this.#owner;
    const message = "Events were left out: too many were under way";
    this.report({ type: "log", address, level: "warning", message, fields });
  }

  #postAlone(frame: Frame): void {
    try {
      this.#owner.post([frame]);
    } catch (cause) {
      this.#replaceUncloneable(frame, cause);
    }
  }

  #replaceUncloneable(frame: Frame, cause: unknown): void {
    if (frame.t === "tell" || frame.t === "ask") {
      const sent = this.#settle(frame.id);
      if (sent === undefined) return;
      this.#owner.giveUp(sent.to, sent.envelope, { reason: "not_cloneable", cause });
      sent.finished();
    } else if (frame.t === "reply") {
      this.#owner.post([{ t: "refusal", id: frame.id, error: notCloneable(cause) }]);
    } else if (frame.t === "event" && frame.event.type === "log") {
      const fields = { not_cloneable: Object.keys(frame.event.fields) };
      this.#owner.post([{ t: "event", event: { ...frame.event, fields } }]);
    }
  }
}

function notCloneable(cause: unknown): EncodedError {
  const text = "Cannot reply across threads: the reply is not structured-cloneable";
  return encodeError(new JobMasterError("invariant_violated", text, { cause }));
}

/**
 * A message on its way, and where its outcome goes.
 *
 * @module
 */

import type { ChildExit } from "./definition.ts";
import type { KernelEvent } from "./metrics.ts";
import type { Message } from "./protocol.ts";
import { JobMasterError } from "../../core/errors.ts";

/** Why a message was not handled. */
export type DeadLetterReason = Extract<KernelEvent, { readonly type: "dead_letter" }>["reason"];

/** Why a message is given up. */
export interface GiveUpOptions {
  /** In one word. */
  readonly reason: DeadLetterReason;
  /** What led to it. */
  readonly cause?: unknown;
}

/** Where the answer to an ask goes. The first call wins. */
export interface Reply {
  /** Hands over the answer. */
  resolve(value: unknown): void;
  /** Hands over why there is no answer. */
  reject(error: unknown): void;
}

/** One message on its way to one mailbox. */
export class Envelope {
  /** What is sent. */
  readonly message: Message;
  /** Where the answer goes; absent for a one-way message. */
  readonly reply: Reply | undefined;
  /** Called once when a one-way message was handled or given up; gives the sender its credit back. */
  readonly settled: (() => void) | undefined;
  /** Monotonic milliseconds at which it met the mailbox. */
  atMs = 0;
  /** Whether it has not been taken out of the mailbox yet. */
  waiting = true;

  /** Wraps a message; without `reply` it is one-way. */
  constructor(message: Message, reply?: Reply, settled?: () => void) {
    this.message = message;
    this.reply = reply;
    this.settled = settled;
  }
}

/** Tells an actor that one of its children ended. Overtakes every user message. */
export class Notice {
  /** What happened. */
  readonly exit: ChildExit;

  /** Wraps an exit. */
  constructor(exit: ChildExit) {
    this.exit = exit;
  }
}

/** Anything a mailbox hands out. */
export type Letter = Envelope | Notice;

const RULES: Readonly<Record<DeadLetterReason, string>> = {
  mailbox_full: "its mailbox is full",
  dropped_oldest: "its mailbox is full and a newer message took the place",
  stopped: "it has stopped",
  crashed: "it crashed",
  no_such_actor: "there is no such actor",
  not_cloneable: "the message is not structured-cloneable",
};

/** The error an asker gets for a message that was not handled. */
export function undeliverable(
  address: string,
  message: Message,
  options: GiveUpOptions,
): JobMasterError {
  const { reason, cause } = options;
  const text = `Cannot ask "${address}" for "${message.type}": ${RULES[reason]}`;
  return new JobMasterError(codeFor(reason), text, {
    retryable: reason !== "not_cloneable",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error of using an actor that has stopped. */
export function stoppedError(address: string): JobMasterError {
  const text = `Cannot use actor "${address}": it has stopped`;
  return new JobMasterError("actor_stopped", text, { retryable: true });
}

function codeFor(reason: DeadLetterReason): JobMasterError["code"] {
  switch (reason) {
    case "mailbox_full":
    case "dropped_oldest":
      return "mailbox_full";
    case "stopped":
    case "no_such_actor":
      return "actor_stopped";
    case "crashed":
      return "actor_crashed";
    case "not_cloneable":
      return "invariant_violated";
  }
}

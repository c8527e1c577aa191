/**
 * Handles to actors. A collaborator receives the narrowest right it needs.
 *
 * @module
 */

import type { AskType, Message, Of, ReplyOf, Sent, TellOf } from "./protocol.ts";

/** What became of a message at the first mailbox it met. */
export type Admission = "accepted" | "mailbox_full" | "stopped";

/** Options of {@linkcode ActorRef.ask}. */
export interface AskOptions {
  /** Milliseconds to wait for the reply before failing with `ask_timeout`. There is no unbounded wait. */
  readonly timeoutMs: number;
  /** Aborts the wait; the message may still be handled. */
  readonly signal?: AbortSignal;
}

/** The right to tell an actor `M`, and nothing else. */
export interface TellRef<in M extends Message> {
  /** Sends a one-way message. Never blocks, never throws. */
  tell(message: M): Admission;
}

/** The right to ask an actor the one question `M`. */
export interface AskRef<M extends Message> {
  /** Sends a message and resolves with its reply. */
  ask(message: Sent<M>, options: AskOptions): Promise<ReplyOf<M>>;
}

/** A handle to an actor, wherever it runs. It stays valid over the actor's restarts. */
export interface ActorRef<M extends Message> extends TellRef<TellOf<M>> {
  /** Path from the root, e.g. `"local/worker-1/bucket_agent-7"`. */
  readonly address: string;
  /**
   * Sends a message and resolves with its reply.
   *
   * @throws {JobMasterError} `mailbox_full`, `actor_stopped`, `actor_crashed`, `ask_timeout`, or whatever code
   * the handler threw.
   */
  ask<T extends AskType<M>>(
    message: { readonly type: T } & Sent<Of<M, T>>,
    options: AskOptions,
  ): Promise<ReplyOf<Of<M, T>>>;
}

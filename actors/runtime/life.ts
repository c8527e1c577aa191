/**
 * One life of an actor, from `start` to its end, wherever it runs. A restart begins another one.
 *
 * @module
 */

import type { Behavior, ChildExit, ChildSpec, StopMode } from "./definition.ts";
import type { Envelope, Letter } from "./envelope.ts";
import type { ActorMetrics } from "./metrics.ts";
import type { Message } from "./protocol.ts";
import type { Admission } from "./ref.ts";

/** A declared actor with its types set aside: what the kernel works with once `defineActor` has checked them. */
export type LooseBehavior = Behavior<Message, unknown, unknown>;

/** What to spawn, with its types set aside. */
export type LooseSpec = ChildSpec<Message, unknown>;

/** Begins lives, each where its spec places it. */
export type LifeFactory = (options: LifeOptions) => Life;

/** What every life needs. */
export interface LifeOptions {
  /** Where the actor is found. */
  readonly address: string;
  /** What to bring up. */
  readonly spec: LooseSpec;
  /** Receives its reports. */
  readonly events: LifeEvents;
}

/** What a life reports. Nothing is reported after its end. */
export interface LifeEvents {
  /** A letter handed over by `handle` is done. */
  finished(letter: Letter): void;
  /** The life is over because of `error`. */
  crashed(error: unknown): void;
  /** A child ended. */
  notify(exit: ChildExit): void;
  /** A message of the actor to itself; a `retried` one is the caller's when it is refused. */
  toSelf(envelope: Envelope, retried: boolean): Admission;
}

/** One life of an actor. */
export interface Life {
  /** Most letters it may be handed before the first is finished. */
  readonly width: number;
  /** Brings the actor up. Rejects with what its `start` threw. */
  start(): Promise<void>;
  /** Hands over a letter. Never throws. */
  handle(letter: Letter): void;
  /** Announces the end: nothing new is begun, what was handed over is finished. */
  quiesce(mode: StopMode): void;
  /** Ends the children, then the actor. Called once all letters are finished. */
  stop(mode: StopMode): Promise<void>;
  /** Ends everything at once; resolves when it is gone. */
  kill(): Promise<void>;
  /** Passes a message on to an actor below this one that lives in another thread. */
  forward(to: string, envelope: Envelope): Admission;
  /** The actors that live inside, itself excluded, and what only the life knows of itself; `undefined`: no answer. */
  metrics(): Promise<LifeMetrics | undefined>;
}

/** What a life knows of its actors. */
export interface LifeMetrics {
  /** The actor itself, where another thread counts for it. */
  readonly own?: ActorMetrics;
  /** The actors below it. */
  readonly below: readonly ActorMetrics[];
}

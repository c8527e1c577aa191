/**
 * What a handler sees of the world, as long as its life lasts.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Children } from "./children.ts";
import type { ActorContext, ChildSpec, LogLevel, StopMode } from "./definition.ts";
import type { Message } from "./protocol.ts";
import type { Realm } from "./realm.ts";
import type { ActorRef } from "./ref.ts";
import type { Timers } from "./timers.ts";

/** What a context is made of. */
export interface ContextParts {
  /** The thread it lives in. */
  readonly realm: Realm;
  /** The actor's own address. */
  readonly address: string;
  /** The actor's children. */
  readonly children: Children;
  /** The actor's timers. */
  readonly timers: Timers;
  /** Ends with the life. */
  readonly signal: AbortSignal;
}

/** The context of one life. */
export class LifeContext implements ActorContext<Message> {
  readonly self: ActorRef<Message>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly #parts: ContextParts;

  /** Speaks for the life made of `parts`. */
  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.self = parts.realm.ref(parts.address);
    this.clock = parts.realm.clock;
    this.random = parts.realm.random;
    this.signal = parts.signal;
  }

  async spawn<N extends Message, Args>(spec: ChildSpec<N, Args>): Promise<ActorRef<N>> {
    return this.ref(await this.#parts.children.spawn(spec));
  }

  stopChild(key: string, mode: StopMode = "drain"): Promise<void> {
    return this.#parts.children.stopChild(key, mode);
  }

  ref<N extends Message>(address: string): ActorRef<N> {
    return this.#parts.realm.ref(address);
  }

  sendAfter(delayMs: number, message: Message): Disposable {
    return this.#parts.timers.after(delayMs, message);
  }

  sendInterval(intervalMs: number, message: Message): Disposable {
    return this.#parts.timers.every(intervalMs, message);
  }

  pipeToSelf<T>(
    work: Promise<T>,
    toMessage: (settled: PromiseSettledResult<T>) => Message,
  ): void {
    this.#parts.timers.pipe(work, toMessage);
  }

  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { realm, address } = this.#parts;
    realm.emit({ type: "log", address, level, message, fields });
  }
}

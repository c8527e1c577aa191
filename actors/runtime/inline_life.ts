/**
 * A life in this thread: calls the handlers and tells answers from crashes.
 *
 * @module
 */

import { codeOf, JobMasterError } from "../../core/errors.ts";
import { Children } from "./children.ts";
import { LifeContext } from "./context.ts";
import type { StopMode } from "./definition.ts";
import { Envelope, type Letter, stoppedError } from "./envelope.ts";
import type { Life, LifeFactory, LifeMetrics, LifeOptions, LooseBehavior } from "./life.ts";
import type { Realm } from "./realm.ts";
import type { Admission } from "./ref.ts";
import { Timers } from "./timers.ts";

/** Options of {@linkcode InlineLife}. */
export interface InlineLifeOptions extends LifeOptions {
  /** The thread it lives in. */
  readonly realm: Realm;
  /** Begins the lives of its children. */
  readonly createLife: LifeFactory;
}

/** One life of an actor in this thread. */
export class InlineLife implements Life {
  readonly width: number;
  readonly #options: InlineLifeOptions;
  readonly #behavior: LooseBehavior;
  readonly #abort = new AbortController();
  readonly #children: Children;
  readonly #timers: Timers;
  readonly #context: LifeContext;
  readonly #endedEarly = Promise.withResolvers<never>();
  #state: unknown;
  #started = false;
  #over = false;

  /** A life that has not begun. */
  constructor(options: InlineLifeOptions) {
    const { realm, address, spec, events, createLife } = options;
    const behavior = spec.actor as LooseBehavior;
    this.#options = options;
    this.#behavior = behavior;
    this.width = behavior.mailbox.concurrency ?? 1;
    this.#timers = new Timers(realm.clock, events);
    this.#children = new Children(realm, {
      address,
      createLife,
      ...(behavior.supervision === undefined ? {} : { supervision: behavior.supervision }),
      onExit: (exit) => behavior.childExited === undefined ? undefined : events.notify(exit),
      onExhausted: (error) => this.#crash(error),
    });
    this.#context = new LifeContext({
      realm,
      address,
      children: this.#children,
      timers: this.#timers,
      signal: this.#abort.signal,
    });
    this.#endedEarly.promise.catch(() => {
      // Nobody waits for it once the start is over.
    });
  }

  async start(): Promise<void> {
    const { args } = this.#options.spec;
    const starting = (async () => await this.#behavior.start(this.#context, args))();
    this.#state = await Promise.race([starting, this.#endedEarly.promise]);
    this.#started = true;
  }

  handle(letter: Letter): void {
    const { handlers } = this.#behavior;
    if (letter instanceof Envelope && !Object.hasOwn(handlers, letter.message.type)) {
      return this.#unknown(letter);
    }
    let outcome: unknown;
    try {
      outcome = this.#invoke(letter);
    } catch (error) {
      return this.#failed(letter, error);
    }
    if (isThenable(outcome)) {
      outcome.then((value) => this.#done(letter, value), (error) => this.#failed(letter, error));
    } else {
      this.#done(letter, outcome);
    }
  }

  quiesce(): void {
    this.#timers.cancel();
  }

  async stop(mode: StopMode): Promise<void> {
    this.#timers.cancel();
    await this.#children.stopAll(mode);
    if (!this.#over) await this.#behavior.stop?.(this.#context, this.#state);
  }

  async kill(): Promise<void> {
    this.#over = true;
    this.#timers.cancel();
    const stopped = stoppedError(this.#options.address);
    this.#endedEarly.reject(stopped);
    this.#abort.abort(stopped);
    await this.#children.stopAll("kill");
  }

  forward(to: string, envelope: Envelope): Admission {
    this.#options.realm.giveUp(to, envelope, { reason: "no_such_actor" });
    return "stopped";
  }

  async metrics(): Promise<LifeMetrics> {
    return { below: await this.#children.metrics() };
  }

  #invoke(letter: Letter): unknown {
    const { handlers, childExited } = this.#behavior;
    if (!(letter instanceof Envelope)) {
      return childExited?.call(this.#behavior, this.#context, letter.exit, this.#state);
    }
    const { message } = letter;
    return handlers[message.type]?.(this.#context, message, this.#state);
  }

  /** A message without a handler is the sender's mistake: the actor lives on. */
  #unknown(letter: Envelope): void {
    const { address } = this.#options;
    const text = `Cannot handle "${letter.message.type}" in "${address}": it has no such handler`;
    if (letter.reply !== undefined) {
      letter.reply.reject(new JobMasterError("invariant_violated", text));
    } else {
      this.#context.log("error", text);
      letter.settled?.();
    }
    this.#options.events.finished(letter);
  }

  #done(letter: Letter, value: unknown): void {
    if (this.#over) return;
    if (letter instanceof Envelope) {
      letter.reply?.resolve(value);
      letter.settled?.();
    }
    this.#options.events.finished(letter);
  }

  #failed(letter: Letter, error: unknown): void {
    if (this.#over) return;
    if (letter instanceof Envelope && letter.reply !== undefined && isAnswer(error)) {
      letter.reply.reject(error);
      this.#options.events.finished(letter);
    } else {
      this.#crash(error);
    }
  }

  #crash(error: unknown): void {
    if (this.#started) this.#options.events.crashed(error);
    else this.#endedEarly.reject(error);
  }
}

function isAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return code !== "internal" && code !== "invariant_violated";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

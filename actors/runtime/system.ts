/**
 * The root of all actors of a program: spawns them, finds them, and ends them in order.
 *
 * @module
 */

import { type Clock, systemClock } from "../../core/clock.ts";
import { encodeError } from "../../core/errors.ts";
import { type Random, systemRandom } from "../../core/random.ts";
import { Children } from "./children.ts";
import type { ChildSpec, StopMode, Supervision } from "./definition.ts";
import type { ActorMetrics, KernelEvent } from "./metrics.ts";
import { lifeFactory } from "./placement.ts";
import type { Message } from "./protocol.ts";
import { Realm } from "./realm.ts";
import type { ActorRef } from "./ref.ts";

/** Options of {@linkcode createSystem}. */
export interface SystemOptions {
  /** First segment of every address. */
  readonly name: string;
  /** The source of time. Threads and processes use their own. @default {systemClock} */
  readonly clock?: Clock;
  /** The source of chance. Threads and processes use their own. @default {systemRandom} */
  readonly random?: Random;
  /**
   * Whether actors may have threads of their own. Without, those that ask for one live in this thread, on this clock: for
   * platforms that have none, and for tests on virtual time. @default {true}
   */
  readonly threads?: boolean;
  /** How the children of the root are kept alive. */
  readonly supervision?: Supervision;
  /** Receives what happens, from every thread and process. @default {ignored} */
  readonly onEvent?: (event: KernelEvent) => void;
}

/** The root of all actors of a program. */
export interface ActorSystem extends AsyncDisposable {
  /** First segment of every address. */
  readonly name: string;
  /** The source of time. */
  readonly clock: Clock;
  /** The source of chance. */
  readonly random: Random;
  /** Resolves with the error once children crashed more often than the root allows; everything is stopped then. */
  readonly failed: Promise<unknown>;
  /** Starts a child of the root. Rejects with what the child's `start` threw. */
  spawn<M extends Message, Args>(spec: ChildSpec<M, Args>): Promise<ActorRef<M>>;
  /** Ends a child of the root; resolves when it is gone. A child that is not there is no error. @default {"drain"} */
  stopChild(key: string, mode?: StopMode): Promise<void>;
  /** A handle to any actor by its address. Sending to nobody answers `"stopped"`. */
  ref<M extends Message>(address: string): ActorRef<M>;
  /** Counts of every actor in every thread and process; one that does not answer within a second is left out. */
  metrics(): Promise<readonly ActorMetrics[]>;
  /**
   * Ends the children, the youngest first, and kills what is left after `deadlineMs` (5,000 by default). Calling it
   * again is harmless, and kills when it says so.
   */
  stop(mode?: StopMode, deadlineMs?: number): Promise<void>;
}

/** Creates the root of all actors of a program. Nothing runs until the first child is spawned. */
export function createSystem(options: SystemOptions): ActorSystem {
  return new RootSystem(options);
}

const DEFAULT_DEADLINE_MS = 5_000;

class RootSystem implements ActorSystem {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly #realm: Realm;
  readonly #children: Children;
  readonly #failed = Promise.withResolvers<unknown>();
  #stopped: Promise<void> | undefined;

  constructor(options: SystemOptions) {
    const { name, clock = systemClock, random = systemRandom, onEvent = () => {} } = options;
    const { threads = true, supervision } = options;
    this.name = name;
    this.clock = clock;
    this.random = random;
    this.#realm = new Realm({ scope: name, clock, random, threads, onEvent });
    this.#children = new Children(this.#realm, {
      address: name,
      createLife: lifeFactory(this.#realm),
      ...(supervision === undefined ? {} : { supervision }),
      onExit: () => {},
      onExhausted: (error) => this.#fail(error),
    });
  }

  get failed(): Promise<unknown> {
    return this.#failed.promise;
  }

  async spawn<M extends Message, Args>(spec: ChildSpec<M, Args>): Promise<ActorRef<M>> {
    return this.ref(await this.#children.spawn(spec));
  }

  stopChild(key: string, mode: StopMode = "drain"): Promise<void> {
    return this.#children.stopChild(key, mode);
  }

  ref<M extends Message>(address: string): ActorRef<M> {
    return this.#realm.ref(address);
  }

  metrics(): Promise<readonly ActorMetrics[]> {
    return this.#children.metrics();
  }

  async stop(mode: StopMode = "drain", deadlineMs = DEFAULT_DEADLINE_MS): Promise<void> {
    if (this.#stopped !== undefined && mode === "kill") await this.#children.stopAll("kill");
    this.#stopped ??= this.#stop(mode, deadlineMs);
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(mode: StopMode, deadlineMs: number): Promise<void> {
    using _deadline = this.clock.schedule(
      deadlineMs,
      () => void this.#children.stopAll("kill"),
    );
    await this.#children.stopAll(mode);
    this.#realm[Symbol.dispose]();
  }

  #fail(error: unknown): void {
    const { code, message } = encodeError(error);
    this.#realm.emit({ type: "crashed", address: this.name, error: `${code}: ${message}` });
    void this.stop("stop").then(() => this.#failed.resolve(error));
  }
}

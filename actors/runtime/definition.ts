/**
 * How an actor is declared: a value with a state, one handler per message, and the rules of its children.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Message, Of, ReplyOf, TellOf } from "./protocol.ts";
import type { ActorRef } from "./ref.ts";

/** Where an actor runs: the spawner's thread, a Deno Worker, or a child Deno process. */
export type Placement = "inline" | "thread" | "process";

/** When a child that ended is started again: always, after a crash only, or never. */
export type Restart = "permanent" | "transient" | "temporary";

/** Which children are restarted with the one that crashed: itself, all, or itself and those spawned after it. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** Levels of what an actor reports. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** How the end of an actor is asked for: finish the mailbox, finish the current message, or abandon it. */
export type StopMode = "drain" | "stop" | "kill";

/** What to spawn, and how to keep it alive. */
export interface ChildSpec<M extends Message, Args> {
  /** Last segment of the child's address; unique among its siblings. */
  readonly key: string;
  /** The declared actor. */
  readonly actor: Actor<M, Args>;
  /** What it starts with. Structured-cloneable unless the placement is `inline`. */
  readonly args: Args;
  /** Where it runs. @default {"inline"} */
  readonly placement?: Placement;
  /** When it is started again. @default {"permanent"} */
  readonly restart?: Restart;
  /** Milliseconds it may take to stop before it is killed. @default {5_000} */
  readonly shutdownMs?: number;
}

/** What an actor sees of the world while it handles a message. */
export interface ActorContext<M extends Message> {
  /** This actor's own handle. */
  readonly self: ActorRef<M>;
  /** The only source of time an actor may read. */
  readonly clock: Clock;
  /** The only source of chance an actor may read. */
  readonly random: Random;
  /** Aborted when the actor is killed or has stopped. */
  readonly signal: AbortSignal;
  /** Starts a child; this actor becomes its supervisor. Rejects with what the child's `start` threw. */
  spawn<N extends Message, Args>(spec: ChildSpec<N, Args>): Promise<ActorRef<N>>;
  /** Ends a child and its children; resolves when it is gone. A child that is not there is no error. */
  stopChild(key: string, mode?: StopMode): Promise<void>;
  /** A handle to any actor by its address, across threads. Sending to nobody answers `"stopped"`. */
  ref<N extends Message>(address: string): ActorRef<N>;
  /** Sends `message` to this actor after `delayMs`; cancelled when disposed or when the actor stops. */
  sendAfter(delayMs: number, message: TellOf<M>): Disposable;
  /** Sends `message` to this actor every `intervalMs`, skipping a beat while one is still waiting. */
  sendInterval(intervalMs: number, message: TellOf<M>): Disposable;
  /** Sends the outcome of `work` to this actor instead of blocking its mailbox. */
  pipeToSelf<T>(
    work: Promise<T>,
    toMessage: (settled: PromiseSettledResult<T>) => TellOf<M>,
  ): void;
  /** Reports something worth reading; reaches the node's log from any thread. */
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** One handler per message type; a handler's return value is the reply. */
export type Handlers<M extends Message, State> = {
  readonly [T in M["type"]]: (
    context: ActorContext<M>,
    message: Of<M, T>,
    state: State,
  ) => ReplyOf<Of<M, T>> | Promise<ReplyOf<Of<M, T>>>;
};

/** How a mailbox bounds itself. */
export interface MailboxOptions {
  /** Most user messages held at once, those being handled included. At least 1. */
  readonly capacity: number;
  /** What happens to a message that does not fit. */
  readonly overflow: "reject" | "drop_oldest";
  /** Most messages handled at once. More than 1 only for actors that hold no state between awaits. @default {1} */
  readonly concurrency?: number;
}

/** How an actor keeps its children alive. */
export interface Supervision {
  /** Which children are restarted together. @default {"one_for_one"} */
  readonly strategy?: Strategy;
  /** Restarts allowed within `withinMs`; one more crashes this actor in turn. `Infinity` allows all. @default {3} */
  readonly maxRestarts?: number;
  /** The window of `maxRestarts`, in milliseconds. @default {5_000} */
  readonly withinMs?: number;
  /** Wait before a child's first restart, in milliseconds; doubles with each further one, with full jitter. @default {10} */
  readonly backoffMs?: number;
}

/** How an actor starts, answers and stops. `State` is private to it. */
export interface Behavior<M extends Message, State, Args> {
  /** Snake-case name of the component. */
  readonly name: string;
  /** `import.meta.url` of the declaring module, so that a thread or process can load it. */
  readonly module: string;
  /** How the mailbox bounds itself. */
  readonly mailbox: MailboxOptions;
  /** How its children are kept alive. */
  readonly supervision?: Supervision;
  /** Builds the state. A throw fails the spawn; the supervisor decides about restarts only after a first success. */
  start(context: ActorContext<M>, args: Args): State | Promise<State>;
  /** One handler per message type. A throw of a `JobMasterError` in an ask is an answer; any other throw is a crash. */
  readonly handlers: Handlers<M, State>;
  /** Called when a child has ended for good or is about to be restarted. */
  childExited?(context: ActorContext<M>, exit: ChildExit, state: State): void | Promise<void>;
  /** Releases what `start` acquired, after the children are gone. Not called after a kill. */
  stop?(context: ActorContext<M>, state: State): void | Promise<void>;
}

/** How a child ended. */
export interface ChildExit {
  /** The child's key. */
  readonly key: string;
  /** Whether it was asked to stop, or died. */
  readonly reason: "stopped" | "crashed" | "killed";
  /** What it died of. */
  readonly error?: unknown;
  /** Whether it is going to be started again. */
  readonly restarting: boolean;
}

/** A declared actor: what to spawn, with its state type sealed in. */
export interface Actor<M extends Message, Args> {
  /** See {@linkcode Behavior.name}. */
  readonly name: string;
  /** See {@linkcode Behavior.module}. */
  readonly module: string;
  /** See {@linkcode Behavior.mailbox}. */
  readonly mailbox: MailboxOptions;
  /** Carries the type parameters; never set. */
  readonly "~types"?: (message: M, args: Args) => void;
}

/** Declares an actor and seals its state type. */
export function defineActor<M extends Message, State, Args>(
  behavior: Behavior<M, State, Args>,
): Actor<M, Args> {
  return Object.freeze(behavior) as Actor<M, Args>;
}

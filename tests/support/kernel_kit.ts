/**
 * A system of actors to test in: it records what happens, so that a test waits for an event and never for a while.
 *
 * @module
 */

import {
  type Actor,
  type ActorRef,
  type ActorSystem,
  type Ask,
  createSystem,
  defineActor,
  type KernelEvent,
  type SystemOptions,
  type Tell,
} from "../../actors/runtime/mod.ts";
import { systemClock } from "../../core/clock.ts";

/** How long a test waits for what must happen, in milliseconds. */
export const PATIENCE_MS = 10_000;

/** Options of every ask in a test. */
export const PATIENTLY = { timeoutMs: PATIENCE_MS } as const;

/** Things that happened, in order. */
export class Recorder<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  /** Adds one. */
  record(thing: T): void {
    this.all.push(thing);
    for (const look of this.#waiting) look();
  }

  /** Resolves with what `find` makes of the records as soon as that is not `undefined`. */
  until<R>(find: (all: readonly T[]) => R | undefined, what = String(find)): Promise<R> {
    return new Promise((resolve, reject) => {
      const patience = systemClock.schedule(PATIENCE_MS, () => {
        this.#waiting.delete(look);
        const seen = JSON.stringify(this.all.slice(-20));
        reject(new Error(`Did not see ${what}; saw ${seen}`));
      });
      const look = () => {
        const found = find(this.all);
        if (found === undefined) return;
        patience[Symbol.dispose]();
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves with the first one that `matches`. */
  saw(matches: (thing: T) => boolean): Promise<T> {
    return this.until((all) => all.find(matches), String(matches));
  }

  /** Resolves once there are `count` that match. */
  count(count: number, matches: (thing: T) => boolean = () => true): Promise<readonly T[]> {
    return this.until(
      (all) => all.filter(matches).length >= count ? all.filter(matches) : undefined,
      `${count} of ${String(matches)}`,
    );
  }
}

/** What the witness can be told and asked. */
export type WitnessMessage =
  /** Something worth recording happened. */
  | Tell<"note", { readonly text: string }>
  /** Answers once the gate is open. */
  | Ask<"pass", { readonly name: string }, void>;

interface WitnessArgs {
  readonly note: (text: string) => void;
  readonly pass: (name: string) => Promise<void>;
}

/** Lives next to the test: actors anywhere tell it what they do, and wait at its gate. */
const witness: Actor<WitnessMessage, WitnessArgs> = defineActor<
  WitnessMessage,
  WitnessArgs,
  WitnessArgs
>({
  name: "witness",
  module: import.meta.url,
  mailbox: { capacity: 10_000, overflow: "reject", concurrency: 1_000 },
  start: (_context, args) => args,
  handlers: {
    note: (_context, { text }, state) => state.note(text),
    pass: (_context, { name }, state) => state.pass(name),
  },
});

/** The key of the witness in every kit. */
export const WITNESS = "witness";

/** A system under test and what was seen of it. */
export interface KernelKit extends AsyncDisposable {
  /** The system. */
  readonly system: ActorSystem;
  /** What the kernel reported. */
  readonly events: Recorder<KernelEvent>;
  /** What actors told the witness. */
  readonly notes: Recorder<string>;
  /** Who came to the gate. */
  readonly arrivals: Recorder<string>;
  /** The witness. */
  readonly witness: ActorRef<WitnessMessage>;
  /** Lets everybody pass, from now on. */
  open(): void;
  /** Lets one of those who wait pass. */
  openFor(name: string): void;
}

/** Builds a system with a witness in it. */
export async function kernelKit(options: Partial<SystemOptions> = {}): Promise<KernelKit> {
  const events = new Recorder<KernelEvent>();
  const notes = new Recorder<string>();
  const arrivals = new Recorder<string>();
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (name: string) => {
    const found = gates.get(name) ?? Promise.withResolvers<void>();
    gates.set(name, found);
    return found;
  };
  let isOpen = false;
  const system = createSystem({
    name: "test",
    ...options,
    onEvent: (event) => events.record(event),
  });
  const args: WitnessArgs = {
    note: (text) => notes.record(text),
    pass(name) {
      arrivals.record(name);
      return isOpen ? Promise.resolve() : gate(name).promise;
    },
  };
  const open = () => {
    isOpen = true;
    for (const { resolve } of gates.values()) resolve();
  };
  return {
    system,
    events,
    notes,
    arrivals,
    witness: await system.spawn({ key: WITNESS, actor: witness, args }),
    open,
    openFor: (name) => gate(name).resolve(),
    async [Symbol.asyncDispose]() {
      open();
      await system.stop("kill");
    },
  };
}

/**
 * The children of one actor: spawned in order, restarted by strategy, ended in reverse.
 *
 * @module
 */

import { encodeError, JobMasterError } from "../../core/errors.ts";
import { Cell } from "./cell.ts";
import type { ChildExit, ChildSpec, StopMode, Supervision } from "./definition.ts";
import { stoppedError } from "./envelope.ts";
import type { LifeFactory, LooseSpec } from "./life.ts";
import type { ActorMetrics } from "./metrics.ts";
import type { Message } from "./protocol.ts";
import type { Realm } from "./realm.ts";
import { RestartRound } from "./restart_round.ts";
import { Restarts } from "./restarts.ts";

/** Options of {@linkcode Children}. */
export interface ChildrenOptions {
  /** The address of the supervisor. */
  readonly address: string;
  /** Begins their lives. */
  readonly createLife: LifeFactory;
  /** How they are kept alive. */
  readonly supervision?: Supervision;
  /** Called when a child ended. */
  readonly onExit: (exit: ChildExit) => void;
  /** Called when a child crashed once too often. */
  readonly onExhausted: (error: unknown) => void;
}

interface Child {
  readonly spec: LooseSpec;
  readonly cell: Cell;
  /** The restart it waits for, if any. */
  round: RestartRound<Child> | undefined;
  error: unknown;
}

const DEFAULT_SHUTDOWN_MS = 5_000;

/** The children of one actor. */
export class Children {
  readonly #realm: Realm;
  readonly #options: ChildrenOptions;
  readonly #restarts: Restarts;
  readonly #children = new Map<string, Child>();
  #stopping = false;

  /** No children yet. */
  constructor(realm: Realm, options: ChildrenOptions) {
    this.#realm = realm;
    this.#options = options;
    this.#restarts = new Restarts(options.supervision, realm.random);
  }

  /** Brings a child up and returns its address. Rejects with what its `start` threw. */
  async spawn<M extends Message, Args>(spec: ChildSpec<M, Args>): Promise<string> {
    const { address } = this.#options;
    const { key } = spec;
    if (this.#stopping) throw stoppedError(address);
    if (key === "" || key.includes("/")) throw badKey(address, key, 'not empty and without "/"');
    if (this.#children.has(key)) throw badKey(address, key, "unique among its siblings");
    const child = this.#create(spec as unknown as LooseSpec);
    this.#children.set(key, child);
    try {
      await child.cell.start();
    } catch (error) {
      await child.cell.stop("kill");
      this.#forget(child);
      throw error;
    }
    return child.cell.address;
  }

  /** Ends a child for good. */
  async stopChild(key: string, mode: StopMode): Promise<void> {
    const child = this.#children.get(key);
    if (child === undefined) return;
    child.round?.leave(child);
    await child.cell.stop(mode);
    if (!this.#forget(child)) return; // somebody else asked too and was faster
    const reason = child.cell.exit;
    const error = reason === "crashed" ? { error: child.error } : {};
    this.#options.onExit({ key, reason, ...error, restarting: false });
  }

  /** Ends all of them for good: one after the other, the youngest first; all at once when killed. */
  async stopAll(mode: StopMode): Promise<void> {
    this.#stopping = true;
    const children = [...this.#children.values()].reverse();
    for (const child of children) child.round?.leave(child);
    if (mode === "kill") await Promise.all(children.map(({ cell }) => cell.stop("kill")));
    else for (const { cell } of children) await cell.stop(mode);
    this.#children.clear();
  }

  /** Counts of all of them and of everything below. */
  async metrics(): Promise<readonly ActorMetrics[]> {
    const cells = [...this.#children.values()].map(({ cell }) => cell.metrics());
    return (await Promise.all(cells)).flat();
  }

  #create(spec: LooseSpec): Child {
    const { createLife } = this.#options;
    const address = `${this.#options.address}/${spec.key}`;
    const cell = new Cell(this.#realm, {
      address,
      name: spec.actor.name,
      mailbox: spec.actor.mailbox,
      shutdownMs: spec.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
      createLife: (events) => createLife({ address, spec, events }),
      onCrash: (error, ending) => this.#crashed(child, error, ending),
    });
    const child: Child = { spec, cell, round: undefined, error: undefined };
    return child;
  }

  #forget(child: Child): boolean {
    const { key } = child.spec;
    return this.#children.get(key) === child && this.#children.delete(key);
  }

  #crashed(child: Child, error: unknown, ending: boolean): void {
    const { spec: { key }, cell } = child;
    child.error = error;
    this.#realm.emit({ type: "crashed", address: cell.address, error: describe(error) });
    if (ending || this.#stopping) return; // whoever ends it goes on
    if (child.spec.restart === "temporary") {
      this.#forget(child);
      void cell.stop("kill");
      this.#options.onExit({ key, reason: "crashed", error, restarting: false });
      return;
    }
    const delayMs = this.#restarts.next(key, this.#realm.clock.monotonic());
    if (delayMs === undefined) return this.#options.onExhausted(this.#exhausted(cell, error));
    this.#options.onExit({ key, reason: "crashed", error, restarting: true });
    void this.#restart(child, delayMs);
  }

  async #restart(crashed: Child, delayMs: number): Promise<void> {
    const group = this.#groupOf(crashed);
    const round = new RestartRound<Child>(group);
    for (const member of group) {
      member.round?.leave(member);
      member.round = round;
    }
    for (const member of group.toReversed()) {
      if (member !== crashed && round.has(member)) await this.#halt(member);
    }
    await round.wait(this.#realm.clock, delayMs);
    for (const member of group) {
      if (!round.has(member)) continue;
      if (!await this.#startAgain(member, round)) return;
    }
  }

  /** Ends a sibling of a crashed child, so that it can begin afresh with it. */
  async #halt(member: Child): Promise<void> {
    const { spec: { key, restart }, cell } = member;
    if (restart === "temporary") return await this.stopChild(key, "stop");
    const alive = cell.status === "running";
    await cell.halt();
    if (alive) this.#options.onExit({ key, reason: "stopped", restarting: true });
  }

  async #startAgain(member: Child, round: RestartRound<Child>): Promise<boolean> {
    const { cell } = member;
    try {
      await cell.start();
    } catch (error) {
      if (round.has(member)) this.#crashed(member, error, false);
      return false;
    }
    round.leave(member);
    member.round = undefined;
    cell.restarts++;
    this.#realm.emit({ type: "restarted", address: cell.address, restarts: cell.restarts });
    return true;
  }

  /** Who is restarted together with `crashed`, in the order of spawning; those that already wait stay in. */
  #groupOf(crashed: Child): readonly Child[] {
    const all = [...this.#children.values()];
    const { strategy } = this.#restarts;
    if (strategy === "one_for_one") return [crashed];
    if (strategy === "one_for_all") return all;
    const from = all.indexOf(crashed);
    return all.filter((child, index) => index >= from || child.round !== undefined);
  }

  #exhausted(cell: Cell, cause: unknown): JobMasterError {
    const text = `Cannot keep "${cell.address}" alive: ${this.#restarts.limit}`;
    return new JobMasterError("actor_crashed", text, { cause });
  }
}

function badKey(address: string, key: string, rule: string): JobMasterError {
  const text = `Cannot spawn "${key}" under "${address}": a key must be ${rule}`;
  return new JobMasterError("invariant_violated", text);
}

function describe(error: unknown): string {
  const { code, message } = encodeError(error);
  return code === "internal" ? message : `${code}: ${message}`;
}

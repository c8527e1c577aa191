/**
 * The threads or processes in which one executor's handlers run.
 *
 * Under process isolation each running attempt has a process to itself, so that killing it harms no other. Processes
 * are started when needed, used again, and let go when they have been idle.
 *
 * @module
 */

import { failure } from "../core/failure.ts";
import type { Ending } from "../core/settlement.ts";
import type { Attempt, RunHandle } from "./attempts.ts";
import type { ExecutorArgs, ExecutorContext } from "./executor_protocol.ts";
import { handlerHost, type HandlerHostMessage } from "./handler_host.ts";
import type { AbortCode, JobRun } from "./handler_run.ts";
import type { ActorRef } from "./runtime/ref.ts";

interface Host {
  readonly key: string;
  ref: ActorRef<HandlerHostMessage> | null;
  starting: Promise<ActorRef<HandlerHostMessage>> | null;
  /** The attempt of each job in it. */
  readonly jobs: Map<string, number>;
  idleTimer: Disposable | null;
  /** Takes no more jobs: one of its handlers ignored its abort. */
  retired: boolean;
}

/** Threads per executor under thread isolation; its run slots are shared out among them. */
const THREADS_PER_EXECUTOR = 2;

/** How long a process may be idle before it is let go, in milliseconds. */
const IDLE_MS = 30_000;

/** The hosts of one executor. */
export class HostPool {
  readonly #context: ExecutorContext;
  readonly #args: ExecutorArgs;
  readonly #jobsPerHost: number;
  readonly #hosts = new Map<string, Host>();
  #made = 0;

  /** Makes an empty pool. */
  constructor(context: ExecutorContext, args: ExecutorArgs) {
    this.#context = context;
    this.#args = args;
    this.#jobsPerHost = args.isolation === "process"
      ? 1
      : Math.ceil(args.runSlots / THREADS_PER_EXECUTOR);
  }

  /** Hands an attempt to a host. Calls `fail` when no host can be had; every other ending is reported by the host. */
  run(run: JobRun, fail: (ending: Ending) => void): RunHandle {
    const host = this.#free() ?? this.#make();
    host.jobs.set(run.job.id, run.attempt);
    host.idleTimer?.[Symbol.dispose]();
    host.idleTimer = null;
    const handle = new HostHandle(host, run.job.id);
    host.starting ??= this.#start(host);
    void host.starting.then((ref) => {
      if (ref.tell({ type: "run", run }) !== "accepted") fail(unavailable("it takes no messages"));
      handle.connect(ref);
    }).catch((error) => fail(unavailable((error as Error)?.message ?? String(error))));
    return handle;
  }

  /** An attempt ended in its host. */
  release(hostKey: string, jobId: string): void {
    const host = this.#hosts.get(hostKey);
    if (host === undefined) return;
    host.jobs.delete(jobId);
    if (host.jobs.size > 0) return;
    host.idleTimer?.[Symbol.dispose]();
    host.idleTimer = this.#context.clock.schedule(host.retired ? 0 : IDLE_MS, () => {
      this.#hosts.delete(hostKey);
      void this.#context.stopChild(hostKey, "stop");
    });
  }

  /** Kills the host of an attempt that ignored its abort; under thread isolation it is let go when it is empty. */
  async kill({ job, attempt }: JobRun): Promise<void> {
    const host = [...this.#hosts.values()].find(({ jobs }) => jobs.get(job.id) === attempt);
    if (host === undefined) return;
    host.retired = true;
    if (this.#args.isolation !== "process") return;
    this.#hosts.delete(host.key);
    await this.#context.stopChild(host.key, "kill");
  }

  /** A host ended. Answers the jobs that were in it, with their attempts. */
  hostExited(key: string): readonly (readonly [jobId: string, attempt: number])[] {
    const host = this.#hosts.get(key);
    this.#hosts.delete(key);
    host?.idleTimer?.[Symbol.dispose]();
    return host === undefined ? [] : [...host.jobs];
  }

  /** Cancels what the pool waits for; the hosts themselves end with the executor. */
  close(): void {
    for (const host of this.#hosts.values()) host.idleTimer?.[Symbol.dispose]();
    this.#hosts.clear();
  }

  #free(): Host | undefined {
    for (const host of this.#hosts.values()) {
      if (!host.retired && host.jobs.size < this.#jobsPerHost) return host;
    }
    return undefined;
  }

  #make(): Host {
    const key = `handler_host-${++this.#made}`;
    const host: Host = {
      key,
      ref: null,
      starting: null,
      jobs: new Map(),
      idleTimer: null,
      retired: false,
    };
    this.#hosts.set(key, host);
    return host;
  }

  async #start(host: Host): Promise<ActorRef<HandlerHostMessage>> {
    const { handlers, host: machine, isolation } = this.#args;
    const executor = this.#context.self.address;
    try {
      host.ref = await this.#context.spawn({
        key: host.key,
        actor: handlerHost,
        args: { hostKey: host.key, handlers, executor, host: machine },
        placement: isolation,
        restart: "temporary",
      });
    } catch (error) {
      this.#hosts.delete(host.key);
      throw error;
    }
    if (!this.#hosts.has(host.key)) void this.#context.stopChild(host.key, "kill"); // given up meanwhile
    return host.ref;
  }
}

/** A run in a host; what it says reaches the executor as messages. */
class HostHandle implements RunHandle {
  readonly #host: Host;
  readonly #jobId: string;
  #code: AbortCode | null = null;
  readonly progress: Attempt["progress"] = null;

  constructor(host: Host, jobId: string) {
    this.#host = host;
    this.#jobId = jobId;
  }

  abort(code: AbortCode): void {
    this.#code = code;
    this.#host.ref?.tell({ type: "abort", jobId: this.#jobId, code });
  }

  /** The run was handed over: an abort that came before follows it. */
  connect(ref: ActorRef<HandlerHostMessage>): void {
    if (this.#code !== null) ref.tell({ type: "abort", jobId: this.#jobId, code: this.#code });
  }

  takeLogs(): readonly never[] {
    return [];
  }
}

function unavailable(why: string): Ending {
  return {
    outcome: "crashed",
    result: null,
    error: failure("crashed", `No host could be started for the handler: ${why}`),
  };
}

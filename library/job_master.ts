/**
 * A node of a cluster, as an application holds it: starts it, schedules and watches jobs, stops it.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import { type HandlerSource, registerHandlers } from "../actors/handlers.ts";
import { type Node, startNode } from "../actors/node.ts";
import { registerRecurrences } from "../actors/recurrences.ts";
import { systemClock } from "../core/clock.ts";
import { uuidGenerator } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import type { ClusterSettingsInput } from "../core/cluster.ts";
import { type DurationInput, parseDuration } from "../core/time.ts";
import { Agents } from "./agents.ts";
import { containErrors } from "./containment.ts";
import { type Enlist, enlistingIn } from "./enlist.ts";
import { eventLogger } from "./event_logger.ts";
import { Jobs } from "./jobs.ts";
import type { JobMasterOptions } from "./options.ts";
import { readOptions } from "./read_options.ts";
import { Schedule } from "./schedule.ts";
import { Schedules } from "./schedules.ts";
import { type HttpServer, serve } from "./server.ts";

/** How a node is stopped. */
export interface StopOptions {
  /** Lets running jobs finish; otherwise they are aborted and run again elsewhere. @default {true} */
  readonly graceful?: boolean;
  /** How long a graceful stop may take before what still runs is aborted. @default {"15m"} */
  readonly timeout?: DurationInput;
}

/** What a node has besides its actors. */
interface Surroundings {
  readonly server: HttpServer | null;
  readonly registration: Disposable;
  readonly enlist: Enlist;
}

/**
 * A node of a cluster.
 *
 * @example
 * ```ts
 * import { defineJob, JobMaster } from "@jobmaster/jobmaster";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const greet = defineJob<{ name: string }>({ id: "greet" }, (job) => `hello ${job.data.name}`);
 * const folder = await Deno.makeTempDir();
 * await using jm = await JobMaster.start({
 *   master: `sqlite:${folder}/jobs.db`,
 *   jobs: [greet],
 *   workers: [{}],
 * });
 * const job = await jm.schedule.now(greet, { name: "Ada" });
 * deepStrictEqual((await jm.jobs.wait(job.id)).result, "hello Ada");
 * ```
 */
export class JobMaster implements AsyncDisposable {
  /** Schedules jobs. */
  readonly schedule: Schedule;
  /** Watches and changes jobs. */
  readonly jobs: Jobs;
  /** Watches and changes recurring schedules. */
  readonly schedules: Schedules;
  /** Looks at agent connections, drains and removes them. */
  readonly agents: Agents;
  /** Everything else the cluster answers, as plain records. */
  readonly client: ClusterClient;
  readonly #node: Node;
  readonly #server: HttpServer | null;
  readonly #registration: Disposable;
  #stopped: Promise<void> | null = null;

  private constructor(node: Node, { server, registration, enlist }: Surroundings) {
    this.#node = node;
    this.#server = server;
    this.#registration = registration;
    this.client = node.client;
    this.schedule = new Schedule(node.client, enlist);
    this.jobs = new Jobs(node.client);
    this.schedules = new Schedules(node.client);
    this.agents = new Agents(node.client);
  }

  /**
   * Starts a node: opens the master, joins the cluster, starts its workers and its server.
   *
   * @throws {JobMasterError} `configuration_invalid` with every problem found; `master_unavailable`;
   * `schema_outdated`; `cluster_not_active` for workers with buckets in a cluster that runs no jobs.
   */
  static async start(options: JobMasterOptions = {}): Promise<JobMaster> {
    const { jobs, modules, ...rest } = await readOptions(options);
    const key = uuidGenerator(systemClock, systemRandom)();
    const registration = new DisposableStack();
    registration.use(registerHandlers(key, jobs));
    registration.use(registerRecurrences(key, options.recurrences ?? []));
    if (rest.workers.length > 0) registration.use(containErrors(options.logger));
    const schemas: HandlerSource = { kind: "registered", key };
    try {
      const node = await startNode({
        ...rest,
        definitions: jobs.map(({ defaults }) => defaults),
        schemas,
        recurrences: key,
        handlers: rest.isolation === "inline" ? schemas : { kind: "modules", urls: modules },
        onEvent: eventLogger(options.logger),
      });
      try {
        const server = options.http === undefined ? null : serve(node.client, options.http);
        return new JobMaster(node, { server, registration, enlist: enlistingIn(rest.spec) });
      } catch (error) {
        await node.stop({ graceful: false, timeoutMs: 0 });
        throw error;
      }
    } catch (error) {
      registration.dispose();
      throw error;
    }
  }

  /** Base URL of the node's server, e.g. `"http://127.0.0.1:8080/"`; `null` without one. */
  get address(): string | null {
    return this.#server?.address ?? null;
  }

  /** Jobs this node has claimed and not yet settled. */
  async claimed(): Promise<number> {
    const conditions = await this.#node.conditions();
    return conditions.reduce((sum, { claimed }) => sum + claimed, 0);
  }

  /** Changes settings of the cluster; every node follows within seconds. @throws {JobMasterError} `invalid_request` */
  async changeSettings(change: ClusterSettingsInput): Promise<void> {
    await this.client.changeSettings({ ...change });
  }

  /**
   * Stops the node; ends as soon as nothing runs. Calling it again with `graceful: false` hurries a stop under way.
   */
  stop({ graceful = true, timeout = "15m" }: StopOptions = {}): Promise<void> {
    const timeoutMs = parseDuration(timeout, { what: "timeout" });
    const ended = this.#node.stop({ graceful, timeoutMs });
    this.#stopped ??= this.#stop(ended);
    return this.#stopped;
  }

  /** Stops gracefully. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(ended: Promise<void>): Promise<void> {
    try {
      await ended;
    } finally {
      await this.#server?.stop();
      this.#registration[Symbol.dispose]();
    }
  }
}

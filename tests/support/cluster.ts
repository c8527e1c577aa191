/**
 * A cluster on a master of its own, with real nodes in this process.
 *
 * It records what the nodes log. Disposing it stops every node, deletes the master, and fails when a node logged an
 * error that the test did not announce.
 *
 * @module
 */

import { strictEqual } from "node:assert/strict";
import {
  type Job,
  JobMaster,
  type JobMasterOptions,
  type JobStatus,
  type JobView,
  type Logger,
} from "../../mod.ts";
import { eventually, type EventuallyOptions } from "./eventually.ts";
import { makeMaster, type MasterKind, type TestMaster } from "./test_masters.ts";

/** What a node of a test is started with. Without `workers` it has one of each kind of bucket. */
export interface TestNodeOptions extends Omit<JobMasterOptions, "master" | "logger"> {
  /** Another address of the cluster's master. @default {its own} */
  readonly master?: string;
}

/** Options of {@linkcode openTestCluster}. */
export interface TestClusterOptions extends TestNodeOptions {
  /** Its master, deleted with it. @default {an empty one} */
  readonly on?: TestMaster;
  /** Errors that may be logged; any other fails the test. @default {none} */
  readonly expectedErrors?: RegExp;
}

/** One line of a node's log. */
export interface LogLine {
  /** How urgent it is. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** What happened. */
  readonly message: string;
  /** Details. */
  readonly details: readonly unknown[];
}

/** A cluster under test. */
export interface TestCluster extends AsyncDisposable {
  /** The node it was opened with. */
  readonly jm: JobMaster;
  /** The URL of its master. */
  readonly master: string;
  /** In which database the master is. */
  readonly kind: MasterKind;
  /** What its nodes have logged. */
  readonly lines: readonly LogLine[];
  /** Starts another node; it is stopped with the cluster. */
  join(options?: TestNodeOptions): Promise<JobMaster>;
  /** Runs a statement with `?` where values are bound, behind the back of the nodes; answers the rows as records. */
  sql: TestMaster["sql"];
  /** Waits until the job has one of `statuses`. */
  untilJob(jobId: string, ...statuses: readonly JobStatus[]): Promise<JobView>;
}

/** Opens a cluster with one node. */
export async function openTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { expectedErrors, on, ...nodeOptions } = options;
  const cluster = new NodesOnMaster(on ?? await makeMaster());
  cluster.expectedErrors = expectedErrors;
  try {
    cluster.jm = await cluster.join(nodeOptions);
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** How long a test waits for a job. */
const PATIENTLY: EventuallyOptions = { timeoutMs: 60_000 };

class NodesOnMaster implements TestCluster {
  readonly lines: LogLine[] = [];
  readonly master: string;
  readonly kind: MasterKind;
  readonly sql: TestMaster["sql"];
  jm!: JobMaster;
  expectedErrors: RegExp | undefined;
  readonly #master: TestMaster;
  readonly #nodes: JobMaster[] = [];

  constructor(master: TestMaster) {
    this.#master = master;
    this.master = master.url;
    this.kind = master.kind;
    this.sql = (text, ...values) => master.sql(text, ...values);
  }

  async join({ workers = [{}], ...options }: TestNodeOptions = {}): Promise<JobMaster> {
    const logger = this.#logger();
    const node = await JobMaster.start({ master: this.master, ...options, workers, logger });
    this.#nodes.push(node);
    return node;
  }

  untilJob(jobId: string, ...statuses: readonly JobStatus[]): Promise<JobView> {
    const look = async () => {
      const job = await this.jm.jobs.get(jobId);
      if (statuses.includes(job.status)) return job;
      throw new Error(`it is ${describe(job)}`);
    };
    return eventually(`job ${jobId} to be ${statuses.join(" or ")}`, look, PATIENTLY);
  }

  /** Stops the nodes and deletes the master. */
  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop({ graceful: false })));
    await this.#master[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    const errors = this.lines
      .filter(({ level, message }) => level === "error" && !this.expectedErrors?.test(message))
      .map(({ message }) => message);
    for (const message of errors) console.error(`logged: ${message}`); // shown when the test failed anyway
    strictEqual(errors.length, 0, `a node logged ${errors.length} error(s)`);
  }

  #logger(): Logger {
    const record = (level: LogLine["level"]) => (message: string, ...details: unknown[]) =>
      void this.lines.push({ level, message, details });
    return {
      debug: record("debug"),
      info: record("info"),
      warn: record("warn"),
      error: record("error"),
    };
  }
}

function describe({ status, attempts, error }: Pick<Job, "status" | "attempts" | "error">): string {
  const why = error === null ? "" : ` (${error.code}: ${error.message})`;
  return `${status} after ${attempts} attempt(s)${why}`;
}

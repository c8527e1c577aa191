/**
 * The master itself, for the commands that look beneath the cluster: its schema, its health, its clusters.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { loadAdapter, masterSpec } from "../storage/mod.ts";
import type { Advice, Master, MigrationReport } from "../storage/port.ts";

export type { Advice, MigrationReport, MigrationStep } from "../storage/port.ts";

/** A master that has not been opened. */
export class MasterAccess {
  readonly #spec: ReturnType<typeof masterSpec>;

  /**
   * Names a master; reaches for nothing.
   *
   * @throws {JobMasterError} `configuration_invalid` for an address of no known kind.
   */
  constructor(url: string) {
    this.#spec = masterSpec(url);
  }

  /** Its address without secrets. */
  get label(): string {
    return this.#spec.label;
  }

  /** Compares its schema with what this program needs; changes nothing, not even by making a file. */
  async inspect(): Promise<MigrationReport> {
    return await (await loadAdapter(this.#spec)).inspect(this.#spec.options);
  }

  /** Takes the missing steps of its schema; makes it when there is none. */
  async migrate(): Promise<MigrationReport> {
    return await (await loadAdapter(this.#spec)).migrate(this.#spec.options);
  }

  /** Looks at the database around its tables; changes nothing. */
  async advise(): Promise<readonly Advice[]> {
    const adapter = await loadAdapter(this.#spec);
    return await adapter.advise?.(this.#spec.options) ?? [];
  }

  /** Opens it as it is. */
  async open(): Promise<Master> {
    return await (await loadAdapter(this.#spec)).open({ ...this.#spec.options, migrate: false });
  }
}

/**
 * Checks that the cluster exists: starting a node would make it, and its master, and migrate the schema.
 *
 * @throws {JobMasterError} `cluster_not_found`, `schema_outdated`, `master_unavailable`.
 */
export async function requireCluster(access: MasterAccess, cluster: string): Promise<void> {
  const { current, latest } = await access.inspect();
  const label = shown(access.label);
  if (current === 0) {
    throw new JobMasterError(
      "cluster_not_found",
      `Cannot use master ${label}: nothing is there; start a node on it first, or say --master`,
    );
  }
  if (current !== latest) {
    throw new JobMasterError(
      "schema_outdated",
      `Cannot use master ${label}: its schema has version ${current} and this program needs ${latest}${
        current < latest ? "; run migrate up" : ""
      }`,
    );
  }
  await using master = await access.open();
  if (await master.clusters.find({ clusterId: cluster }) !== null) return;
  const clusters = await master.clusters.list({ limit: 20 });
  const names = clusters.map(({ id }) => shown(id)).join(", ") || "none";
  throw new JobMasterError(
    "cluster_not_found",
    `Cannot use cluster ${shown(cluster)}: the clusters of ${label} are ${names}`,
  );
}

/**
 * Checks that the cluster knows the agent connections: starting a node would make them known.
 *
 * @throws {JobMasterError} `agent_connection_not_found`
 */
export async function requireAgents(
  access: MasterAccess,
  cluster: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await using master = await access.open();
  const agents = await master.agents.list({ clusterId: cluster, limit: 1_000 });
  const unknown = names.find((name) => !agents.some((agent) => agent.name === name));
  if (unknown === undefined) return;
  const known = agents.map(({ name }) => shown(name)).join(", ") || "none";
  throw new JobMasterError(
    "agent_connection_not_found",
    `Cannot use agent connection ${shown(unknown)}: cluster ${shown(cluster)} knows ${known}`,
  );
}

/**
 * The job definitions of a cluster as nodes have stored them, read again when one is missing or a while has passed.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import type { MasterStores } from "./storage_actor.ts";

/** How long a reading holds, in milliseconds. */
const HOLDS_MS = 1_000;

/** The job definitions of a cluster. */
export class ScheduleDefinitions {
  readonly #store: MasterStores;
  readonly #clusterId: string;
  #byId: ReadonlyMap<string, DefinitionDefaults> = new Map();
  #readAtMono = -Infinity;

  /** Nothing is read yet. */
  constructor(store: MasterStores, clusterId: string) {
    this.#store = store;
    this.#clusterId = clusterId;
  }

  /** The definitions, at most a second old. */
  async read(
    clock: Pick<Clock, "monotonic">,
  ): Promise<ReadonlyMap<string, DefinitionDefaults>> {
    const nowMono = clock.monotonic();
    if (nowMono - this.#readAtMono < HOLDS_MS) return this.#byId;
    const clusterId = this.#clusterId;
    const definitions = await this.#store.clusters.listDefinitions({ clusterId, limit: 10_000 });
    this.#byId = new Map(definitions.map((each) => [each.id, each]));
    this.#readAtMono = nowMono;
    return this.#byId;
  }
}

/**
 * What every endpoint may use: the clusters, the bounds, the time.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import type { Clock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";

/** Where the API is and what it serves. */
export interface Site {
  /** The clusters, by name. */
  readonly clusters: ReadonlyMap<string, ClusterClient>;
  /** Path in front of the API, with a slash before and none after. */
  readonly basePath: string;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Most bytes of a body. */
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive, and again how long its answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The OpenAPI document, as JSON text. */
  readonly openApiText: () => string;
}

/**
 * The cluster of that name.
 *
 * @throws {JobMasterError} `cluster_not_found`
 */
export function clusterOf(site: Site, clusterId: string): ClusterClient {
  const cluster = site.clusters.get(clusterId);
  if (cluster !== undefined) return cluster;
  throw new JobMasterError(
    "cluster_not_found",
    `Cannot find cluster ${shown(clusterId)}: the clusters here are ${
      [...site.clusters.keys()].map(shown).join(", ") || "none"
    }`,
  );
}

/** The path of something in a cluster, every segment encoded. */
export function pathTo(site: Site, ...segments: readonly string[]): string {
  return [site.basePath, ...segments.map(encodeURIComponent)].join("/");
}

const SEGMENTS = /^[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*$/;
const DEFAULT_BASE_PATH = "/jm-api";

/**
 * Reads the path in front of the API: a slash before, none after; blank is `/jm-api`.
 *
 * @throws {JobMasterError} `configuration_invalid` for what cannot stand in a path.
 */
export function readMountPath(value = ""): string {
  const path = value.trim().replace(/^\/+|\/+$/g, "");
  if (path === "") return DEFAULT_BASE_PATH;
  if (SEGMENTS.test(path)) return `/${path}`;
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use basePath ${
      shown(value)
    }: it must be letters, digits, ".", "_", "~" and "-" between slashes`,
  );
}

/** Names that stand after `/clusters/` or in a cluster's place. */
const TAKEN_NAMES: readonly string[] = ["clusters", "count", "ids"];

/**
 * The clusters by name.
 *
 * @throws {JobMasterError} `configuration_invalid` for a name that is given twice or is part of the API.
 */
export function clustersByName(
  clusters: readonly ClusterClient[],
): ReadonlyMap<string, ClusterClient> {
  const byName = new Map<string, ClusterClient>();
  for (const cluster of clusters) {
    const { clusterId } = cluster;
    if (byName.has(clusterId) || TAKEN_NAMES.includes(clusterId)) {
      throw new JobMasterError(
        "configuration_invalid",
        `Cannot serve cluster ${shown(clusterId)}: ${
          byName.has(clusterId) ? "it is given twice" : "the name is part of the API's paths"
        }`,
      );
    }
    byName.set(clusterId, cluster);
  }
  return byName;
}

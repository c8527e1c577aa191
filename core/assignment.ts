/**
 * Which bucket a job goes to.
 *
 * @module
 */

import type { Bucket } from "./bucket.ts";
import type { Priority } from "./job.ts";
import { pick, type Random } from "./random.ts";

/** What is known of a bucket when a job is placed. */
export type BucketPlace = Pick<Bucket, "id" | "epoch" | "priority" | "lane">;

/** Buckets by the one lane and priority they serve. */
export class BucketIndex<B extends BucketPlace> {
  readonly #places = new Map<string, B[]>();

  /** Indexes `buckets`; only `Active` ones should be given. */
  constructor(buckets: Iterable<B>) {
    for (const bucket of buckets) {
      const key = routeKey(bucket.lane, bucket.priority);
      const place = this.#places.get(key);
      if (place === undefined) this.#places.set(key, [bucket]);
      else place.push(bucket);
    }
  }

  /** Every lane and priority that is served. */
  routes(): { readonly lane: string; readonly priority: Priority }[] {
    return [...this.#places.values()].map((place) => {
      const { lane, priority } = place[0]!;
      return { lane, priority };
    });
  }

  /** The buckets of a lane and priority. */
  matching(lane: string, priority: Priority): readonly B[] {
    return this.#places.get(routeKey(lane, priority)) ?? [];
  }

  /** One of them, each equally likely. */
  choose(lane: string, priority: Priority, random: Random): B | undefined {
    return pick(this.matching(lane, priority), random);
  }
}

function routeKey(lane: string, priority: Priority): string {
  return `${priority}/${lane}`;
}

/**
 * A job that has ended never changes again.
 *
 * @module
 */

import type { EndedJobs } from "../master_rows.ts";

/** Watches a master: it is shown the jobs that have ended again and again. */
export class FinalityWatch {
  readonly #seen = new Map<string, string>();
  readonly #violations = new Map<string, string>();
  /** How often it looked. */
  looks = 0;

  /** Looks at the jobs that have ended by now. */
  look(ended: EndedJobs): void {
    this.looks++;
    for (const [id, before] of this.#seen) {
      const now = ended.get(id);
      if (now === before) continue;
      const became = now === undefined ? "has not, or is gone" : `is ${now}`;
      this.#violations.set(id, `job ${id} had ended as ${before} and ${became}`);
    }
    for (const [id, how] of ended) if (!this.#seen.has(id)) this.#seen.set(id, how);
  }

  /** Every job that changed. */
  get violations(): readonly string[] {
    return [...this.#violations.values()];
  }
}

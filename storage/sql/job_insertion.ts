/**
 * Making rows of new jobs, whatever call brings them.
 *
 * @module
 */

import type { BucketId, JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { InsertedJob, NewJob } from "../port.ts";
import { batch, type Item, itemWith, slicesOf } from "./batches.ts";
import type { Dialect } from "./dialect.ts";
import { SqlFailure } from "./failures.ts";
import { type InsertStatements, newStatements, ranStatements } from "./job_insertion_statements.ts";
import type { BucketHolder } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import {
  errorTextOf,
  jobOf,
  jobValues,
  NEW_JOB_COLUMNS,
  RAN_JOB_COLUMNS,
  ranJobValues,
  tagsOf,
} from "./rows.ts";
import type { Statement, Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

/** The part of a transaction that stores jobs. */
export interface InsertingTransaction extends Pick<Transaction, "rows" | "run"> {
  /** Whether `run` counts rows that were there already, too. */
  readonly countsFound?: true;
}

/** Makes rows of new jobs. */
export class JobInsertion {
  readonly #proofs: Proofs;
  readonly #sql: ReturnType<typeof newStatements>;
  readonly #ran: InsertStatements;
  readonly #answersRows: boolean;

  /** Stores in `tables`. */
  constructor(dialect: Dialect, tables: Tables, proofs: Proofs) {
    this.#proofs = proofs;
    this.#sql = newStatements(dialect, tables);
    this.#ran = ranStatements(dialect, tables);
    this.#answersRows = dialect.name === "postgres";
  }

  /** A lookup of the buckets these jobs ask for; locks them until the commit. */
  async bucketsFor(
    tx: Transaction,
    clusterId: string,
    jobs: readonly NewJob[],
  ): Promise<(bucketId: BucketId) => BucketHolder | null> {
    const wanted = jobs.flatMap(({ placement }) => placement?.bucketId ?? []);
    const buckets = await this.#proofs.bucketsOf(tx, clusterId, wanted);
    return (bucketId) => buckets.get(bucketId) ?? null;
  }

  /** Stores the jobs, or answers those that have their ids, their unique keys or their occurrences. */
  async insert(
    tx: InsertingTransaction,
    clusterId: string,
    jobs: readonly Job[],
  ): Promise<readonly InsertedJob[]> {
    const entries = jobs.map((job) => ({ id: job.id, job, item: itemOf(clusterId, job) }));
    return await this.#insertAll(tx, clusterId, { entries, sql: this.#sql });
  }

  /** The same for jobs that ran already, with what came of it. */
  async insertRan(
    tx: InsertingTransaction,
    clusterId: string,
    jobs: readonly Job[],
  ): Promise<readonly InsertedJob[]> {
    const entries = jobs.map((job) => ({ id: job.id, job, item: ranItemOf(job) }));
    return await this.#insertAll(tx, clusterId, { entries, sql: this.#ran });
  }

  async #insertAll(
    tx: InsertingTransaction,
    clusterId: string,
    { entries, sql }: { readonly entries: readonly Entry[]; readonly sql: InsertStatements },
  ): Promise<readonly InsertedJob[]> {
    const inserted: InsertedJob[] = [];
    for (const part of partsOf(entries)) {
      const stored = await this.#store(tx, clusterId, { part, sql });
      const inTheWay = await this.#inTheWay(tx, clusterId, { part, stored });
      for (const { id, job } of part) {
        const other = inTheWay.get(id);
        inserted.push(
          other === undefined ? { id, created: true, job } : {
            id,
            created: false,
            job: other,
          },
        );
      }
    }
    return inserted;
  }

  /** Stores the jobs; says for each whether it was, which it is not when another one stands in its way. */
  async add(
    tx: InsertingTransaction,
    clusterId: string,
    jobs: readonly Job[],
  ): Promise<readonly boolean[]> {
    const created: boolean[] = [];
    const entries = jobs.map((job) => ({ id: job.id, job, item: itemOf(clusterId, job) }));
    for (const part of partsOf(entries)) {
      const stored = await this.#store(tx, clusterId, { part, sql: this.#sql });
      created.push(...part.map(({ id }) => stored.has(id)));
    }
    return created;
  }

  /** The ids of those that were stored. */
  async #store(
    tx: InsertingTransaction,
    clusterId: string,
    { part, sql }: { readonly part: readonly Entry[]; readonly sql: InsertStatements },
  ): Promise<ReadonlySet<JobId>> {
    const given = batch(inLockOrder(part).map(({ item }) => item));
    if (this.#answersRows) {
      const rows = await tx.rows(sql.insertAnswering, [given]);
      return new Set(rows.map((row) => row[0] as JobId));
    }
    if (!tx.countsFound) {
      await tx.run(this.#sql.save);
      if (await tx.run(sql.insert, [given]) === part.length) {
        return new Set(part.map(({ id }) => id));
      }
      await tx.run(this.#sql.undo);
    }
    const before = await this.#stored(tx, clusterId, given);
    const count = await tx.run(sql.insert, [given]);
    const after = await this.#stored(tx, clusterId, given);
    const made = [...after].filter((id) => !before.has(id));
    if (tx.countsFound || made.length === count) return new Set(made);
    throw interfered(); // another transaction stored one of these ids between the two looks
  }

  async #stored(
    tx: InsertingTransaction,
    clusterId: string,
    given: string,
  ): Promise<ReadonlySet<JobId>> {
    const rows = await tx.rows(this.#sql.stored, [given, clusterId]);
    return new Set(rows.map((row) => row[0] as JobId));
  }

  /** For each job that was not stored the one in whose place it was: by id, else by unique key, else by occurrence. */
  async #inTheWay(
    tx: InsertingTransaction,
    clusterId: string,
    { part, stored }: { readonly part: readonly Entry[]; readonly stored: ReadonlySet<JobId> },
  ): Promise<ReadonlyMap<JobId, Job>> {
    const refused = part.filter(({ id }) => !stored.has(id));
    if (refused.length === 0) return new Map();
    const places = new Map(part.map(({ id }, place) => [id, place]));
    const found = new Map<JobId, Job>();
    const look = async (statement: Statement, lookups: number) => {
      const missing = refused.filter(({ id }) => !found.has(id));
      if (missing.length === 0) return;
      const given = batch(missing.map(({ job }) => keysOf(job)));
      const values = Array.from({ length: lookups }, () => [given, clusterId]).flat();
      for (const [refusedId, ...row] of await tx.rows(statement, values)) {
        const id = refusedId as JobId;
        const job = jobOf(clusterId, row.slice(1));
        const cameLater = stored.has(job.id) && places.get(job.id)! > places.get(id)!;
        if (!found.has(id) && !cameLater) found.set(id, job);
      }
    };
    await look(this.#sql.inTheWay, 3);
    for (const statement of this.#sql.inTheWayNow) await look(statement, 1);
    if (found.size === refused.length) return found;
    throw interfered(); // another transaction removed one meanwhile
  }
}

/** A job to store. */
interface Entry {
  readonly id: JobId;
  readonly job: Job;
  readonly item: Item;
}

/**
 * In the order of what others may be storing too, so that two calls do not wait for each other. Jobs that stand in each
 * other's way keep their order, which decides which of them is stored.
 */
function inLockOrder(part: readonly Entry[]): readonly Entry[] {
  const keys = new Map(part.map(({ id, job }) => [id, lockKeyOf(job)]));
  if (part.some(({ job }) => job.uniqueKey !== null && job.occurrenceAtMs !== null)) return part;
  return part.toSorted((a, b) => compareText(keys.get(a.id)!, keys.get(b.id)!));
}

function lockKeyOf({ id, definitionId, uniqueKey, scheduleId, occurrenceAtMs }: Job): string {
  if (uniqueKey !== null) return `1 ${definitionId} ${uniqueKey}`;
  return occurrenceAtMs === null ? `3 ${id}` : `2 ${scheduleId} ${occurrenceAtMs}`;
}

/** The jobs as rows, in parts that each make one statement. */
function partsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return slicesOf(entries, ({ item }) => item).flatMap(withoutRepeats);
}

function keysOf({ id, definitionId, uniqueKey, scheduleId, occurrenceAtMs }: Job): Item {
  return {
    id,
    definition_id: definitionId,
    unique_key: uniqueKey,
    schedule_id: scheduleId,
    occurrence_at: occurrenceAtMs,
  };
}

/** The row of a job that has not been started, by its columns. */
function itemOf(clusterId: string, job: Job): Item {
  return {
    ...itemWith(NEW_JOB_COLUMNS, jobValues({ ...job, clusterId }, null)),
    ...textsOf(job),
    crashes: 0,
  };
}

/** The row of a job that ran already, by its columns. */
function ranItemOf(job: Job): Item {
  return { ...itemWith(RAN_JOB_COLUMNS, ranJobValues(job)), ...textsOf(job) };
}

/** What servers store in another form than the file. */
function textsOf({ metadata, error }: Job): Item {
  return { metadata: JSON.stringify(tagsOf(metadata)), error_text: errorTextOf(error) };
}

/** Cuts before an id that came already: which of both was stored could not be told. */
function withoutRepeats(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const parts: Entry[][] = [];
  const seen = new Set<JobId>();
  for (const entry of entries) {
    if (parts.length === 0 || seen.has(entry.id)) {
      parts.push([]);
      seen.clear();
    }
    seen.add(entry.id);
    parts.at(-1)!.push(entry);
  }
  return parts;
}

/** Another transaction came between two looks: the whole is to be done again. */
function interfered(): SqlFailure {
  return new SqlFailure("conflict", "another call stored or removed the same jobs meanwhile");
}

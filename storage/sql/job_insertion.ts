/**
 * Making rows of new jobs, whatever call brings them.
 *
 * @module
 */

import type { BucketId, JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { InsertedJob, NewJob } from "../port.ts";
import { batch, columnsOf, type Item, itemWith, slicesOf } from "./batches.ts";
import { JOBS } from "./columns.ts";
import { STATUS } from "./codes.ts";
import type { Dialect, ListedRows } from "./dialect.ts";
import { SqlFailure } from "./failures.ts";
import type { BucketHolder } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import { errorTextOf, JOB_COLUMNS, jobOf, jobValues, NEW_JOB_COLUMNS, tagsOf } from "./rows.ts";
import { composed, fixed, type Statement, type Transaction } from "./session.ts";
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
  readonly #sql: ReturnType<typeof statements>;
  readonly #answersRows: boolean;

  /** Stores in `tables`. */
  constructor(dialect: Dialect, tables: Tables, proofs: Proofs) {
    this.#proofs = proofs;
    this.#sql = statements(dialect, tables);
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
    const inserted: InsertedJob[] = [];
    for (const part of partsOf(clusterId, jobs)) {
      const stored = await this.#store(tx, clusterId, part);
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
    for (const part of partsOf(clusterId, jobs)) {
      const stored = await this.#store(tx, clusterId, part);
      created.push(...part.map(({ id }) => stored.has(id)));
    }
    return created;
  }

  /** The ids of those that were stored. */
  async #store(
    tx: InsertingTransaction,
    clusterId: string,
    part: readonly Entry[],
  ): Promise<ReadonlySet<JobId>> {
    const given = batch(inLockOrder(part).map(({ item }) => item));
    if (this.#answersRows) {
      const rows = await tx.rows(this.#sql.insertAnswering, [given]);
      return new Set(rows.map((row) => row[0] as JobId));
    }
    if (!tx.countsFound) {
      await tx.run(this.#sql.save);
      if (await tx.run(this.#sql.insert, [given]) === part.length) {
        return new Set(part.map(({ id }) => id));
      }
      await tx.run(this.#sql.undo);
    }
    const before = await this.#stored(tx, clusterId, given);
    const count = await tx.run(this.#sql.insert, [given]);
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
function partsOf(clusterId: string, jobs: readonly Job[]): readonly (readonly Entry[])[] {
  const entries = jobs.map((job) => ({ id: job.id, job, item: itemOf(clusterId, job) }));
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
    metadata: JSON.stringify(tagsOf(job.metadata)),
    error_text: errorTextOf(job.error),
  };
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

const COLUMNS: readonly string[] = [...NEW_JOB_COLUMNS, "error_text"];

function statements(dialect: Dialect, { jobs }: Tables) {
  const given = dialect.jsonTable("?", "g", columnsOf(JOBS, COLUMNS));
  const values = COLUMNS.map((column) =>
    column === "claimed_at"
      ? `CASE WHEN g.status = ${STATUS.Queued} THEN ${dialect.clockMs} END`
      : `g.${column}`
  );
  const insert = `INSERT INTO ${jobs} (${COLUMNS.join(", ")}, crashes)
SELECT ${values.join(", ")}, 0 FROM ${given} ${dialect.name === "mysql" ? "WHERE true" : ""}
${dialect.orIgnore(jobs)}`;
  const columns = JOB_COLUMNS.split(",").map((column) => `t.${column.trim()}`).join(", ");
  const inTheWay = (way: number, keys: readonly string[], lock: ListedRows["lock"] = "none") =>
    dialect.selectListed({
      table: jobs,
      batch: columnsOf(JOBS, ["id", ...keys]),
      ...(keys.length === 0
        ? {}
        : { by: Object.fromEntries(keys.map((key) => [key, `g.${key}`])) }),
      columns: `g.id AS refused, ${way} AS way, ${columns}`,
      lock,
    });
  const uniqueKey = ["definition_id", "unique_key"];
  const three = [
    inTheWay(1, []),
    inTheWay(2, uniqueKey),
    inTheWay(3, ["schedule_id", "occurrence_at"]),
  ];
  return {
    insertAnswering: fixed(`${insert} RETURNING id`),
    insert: fixed(insert),
    save: fixed("SAVEPOINT jobmaster_insert"),
    undo: fixed("ROLLBACK TO SAVEPOINT jobmaster_insert"),
    stored: fixed(dialect.selectListed({
      table: jobs,
      batch: columnsOf(JOBS, ["id"]),
      columns: "t.id",
      lock: "none",
    })),
    /** Rare, so it is planned each time: a plan kept since the table was empty might read all of it. */
    inTheWay: composed(`${three.map((sql) => `(${sql})`).join("\nUNION ALL\n")}\nORDER BY way`),
    /** For REPEATABLE READ on MySQL, which hides what stood in the way of the insertion. A missing id would lock a gap. */
    inTheWayNow: dialect.name === "mysql"
      ? [fixed(inTheWay(2, uniqueKey, "share")), fixed(inTheWay(1, [], "share"))]
      : [],
  };
}

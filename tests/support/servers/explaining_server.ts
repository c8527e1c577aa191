/**
 * A database server that asks how each statement is run before it runs it.
 *
 * @module
 */

import {
  composed,
  type Row,
  type Session,
  type SqlDatabase,
  type SqlServer,
  type SqlValue,
  type Statement,
  type Transaction,
} from "../../../storage/sql/session.ts";

/** How a statement is run. */
export interface Plan {
  /** The statement. */
  readonly text: string;
  /** Whether its plan is kept. */
  readonly prepared: boolean;
  /** What it bound. */
  readonly values: readonly SqlValue[];
  /**
   * What it reads, in order: `jm_jobs by jm_jobs_held (cluster_id, lane)` searches an index by these columns,
   * `jm_jobs by jm_jobs_held ()` reads all of it, `jm_jobs row by row` all of a table. `sort` sorts what was read
   * before, `hash` and `merge` join in a way that reads more than it needs.
   */
  readonly steps: readonly string[];
}

/** How `server` runs a statement: on MySQL with these values, on Postgres with any. */
export async function explain(
  server: SqlDatabase,
  text: string,
  values: readonly SqlValue[],
): Promise<readonly string[]> {
  const ask = server.dialect.name === "postgres" ? explainPostgres : explainMysql;
  return await server.read((session) => ask(session, text, values));
}

/** `server`, handing the plan of each statement to `tell`: as it is on that connection, in that transaction. */
export function explaining(server: SqlServer, tell: (plan: Plan) => void): SqlServer {
  const ask = server.dialect.name === "postgres" ? explainPostgres : explainMysql;
  return new Proxy(server, {
    get(target, name) {
      if (name === "reserved") return over(target.reserved, ask, tell);
      const value: unknown = Reflect.get(target, name, target);
      if (name === "read" || name === "write") return over(target, ask, tell)[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

type Ask = (session: Session, text: string, values: readonly SqlValue[]) => Promise<string[]>;

function over(database: SqlDatabase, ask: Ask, tell: (plan: Plan) => void): SqlDatabase {
  /** Runs `work` with what explains; resolves when all plans are there. */
  const explained = async <S extends Session, T>(
    session: S,
    work: (explain: (statement: Statement, values?: readonly SqlValue[]) => void) => Promise<T>,
  ): Promise<T> => {
    const plans: Promise<void>[] = [];
    const answer = await work(({ text, prepared }, values = []) => {
      if (!/^\(?(SELECT|INSERT|UPDATE|DELETE)/.test(text)) return;
      plans.push(
        ask(session, text, values).then((steps) => tell({ text, prepared, values, steps })),
      );
    });
    await Promise.all(plans);
    return answer;
  };
  return {
    dialect: database.dialect,
    read: (work) =>
      database.read((session) =>
        explained(session, (explain) =>
          work({
            rows: (statement, values) => {
              explain(statement, values);
              return session.rows(statement, values);
            },
          }))
      ),
    write: (work) =>
      database.write((transaction) =>
        explained(transaction, (explain) => {
          const told = <A>(act: (statement: Statement, values?: readonly SqlValue[]) => A) =>
          (
            statement: Statement,
            values?: readonly SqlValue[],
          ) => {
            explain(statement, values);
            return act(statement, values);
          };
          const wrapped: Transaction = {
            slot: transaction.slot,
            rows: told((statement, values) => transaction.rows(statement, values)),
            run: told((statement, values) => transaction.run(statement, values)),
            last: told((statement, values) => transaction.last(statement, values)),
          };
          return work(wrapped);
        })
      ),
  };
}

/** The plan that serves every call: made without looking at values, as the master's sessions want it. */
async function explainPostgres(
  session: Session,
  text: string,
  values: readonly SqlValue[],
): Promise<string[]> {
  const name = `explained_${crypto.randomUUID().replaceAll("-", "")}`;
  const given = values.length === 0 ? "" : `(${values.map(() => "NULL").join(", ")})`;
  const [, [[plan]]] = await Promise.all([
    session.rows(composed(`PREPARE ${name} AS ${text}`)),
    session.rows(composed(`EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE ${name}${given}`)),
    session.rows(composed(`DEALLOCATE ${name}`)),
  ]) as [unknown, readonly [Row], unknown];
  const [{ Plan }] = (typeof plan === "string" ? JSON.parse(plan) : plan) as readonly [
    { readonly Plan: PostgresNode },
  ];
  return postgresSteps(Plan);
}

interface PostgresNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PostgresNode[];
}

/** What a node does after its parts: sorts, joins. */
const POSTGRES_WORK: Readonly<Record<string, string>> = {
  "Sort": "sort",
  "Incremental Sort": "sort",
  "Hash Join": "hash",
  "Merge Join": "merge",
};

function postgresSteps(node: PostgresNode): string[] {
  const { "Node Type": type, "Relation Name": table, "Index Name": index } = node;
  const below = (node.Plans ?? []).flatMap(postgresSteps);
  const work = POSTGRES_WORK[type];
  if (work !== undefined) return [...below, work];
  if (type === "Index Scan" || type === "Index Only Scan") {
    const condition = node["Index Cond"] ?? "";
    const rows = [...condition.matchAll(/ROW\(([^)]*)\) [<>]/g)].flatMap(([, list]) =>
      list!.split(", ")
    );
    const ones = [...condition.matchAll(/(\w+) (?:=|<=?|>=?|IS NOT NULL)/g)].map(([, name]) =>
      name!
    );
    const columns = [...new Set([...ones, ...rows])];
    return [`${table} by ${index} (${columns.join(", ")})`, ...below];
  }
  if (type === "Seq Scan") return [`${table} row by row`, ...below];
  if (type.startsWith("Bitmap Heap")) return [`${table} by bitmap`, ...below];
  return below;
}

/** The plan for these values now. */
async function explainMysql(
  session: Session,
  text: string,
  values: readonly SqlValue[],
): Promise<string[]> {
  const [[plan]] = await session.rows(composed(`EXPLAIN FORMAT=JSON ${text}`), values) as [Row];
  const aliases = [...text.matchAll(/(\w+) AS (\w+)/g)].map(([, table, alias]) => [alias!, table!]);
  return mysqlSteps(JSON.parse(String(plan)), new Map(aliases as [string, string][]));
}

type Aliases = ReadonlyMap<string, string>;

function mysqlSteps(part: unknown, aliases: Aliases): string[] {
  if (Array.isArray(part)) return part.flatMap((each) => mysqlSteps(each, aliases));
  if (typeof part !== "object" || part === null) return [];
  const fields = part as Readonly<Record<string, unknown>>;
  const below = Object.values(fields).flatMap((each) => mysqlSteps(each, aliases));
  const sorts = "filesort" in fields || fields.using_filesort === true;
  return [...mysqlTable(fields, aliases), ...below, ...(sorts ? ["sort"] : [])];
}

function mysqlTable(fields: Readonly<Record<string, unknown>>, aliases: Aliases): string[] {
  const { table_name: name, access_type: access, key, used_key_parts: columns } = fields;
  if (name === undefined || fields.message !== undefined) return [];
  const table = aliases.get(String(name)) ?? name;
  if (String(table).startsWith("<")) return []; // what was found before
  if (key === undefined) {
    return fields.table_function === undefined && access === "ALL" ? [`${table} row by row`] : [];
  }
  const searched = access === "index" ? [] : columns as readonly string[];
  return [`${table} by ${key} (${searched.join(", ")})`];
}

/**
 * The steps with the same words for all servers: names without the prefix, `jobs by held` for an index of a table,
 * `key` for its primary key, and the columns that computed ones stand for.
 */
export function plainSteps(steps: readonly string[], prefix: string): readonly string[] {
  return steps.map((step) => {
    const [, table, index, columns] = /^(\w+) by (\w+) \((.*)\)$/.exec(step) ?? [];
    if (table === undefined) return step.replace(prefix, "");
    const plain = index === "PRIMARY" || index === `${table}_pkey`
      ? "key"
      : index!.replace(`${table}_`, "");
    const list = columns!.split(", ").map((column) => column.replace(STANDS_IN, ""));
    return `${table.replace(prefix, "")} by ${plain} (${list.join(", ")})`;
  });
}

/** What MySQL's computed columns have before the name of the one they stand for. */
const STANDS_IN = /^(?:held|unclaimed|claimed|unfinished|unsuccessful)_(?!at)/;

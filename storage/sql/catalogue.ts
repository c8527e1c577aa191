/**
 * What a server's catalogue says about the tables of a prefix, in the form they are compared in.
 *
 * @module
 */

import { columnTypes } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { composed, type Row, type Session } from "./session.ts";
import type { Column, Index, Table } from "./tables.ts";

/** A table, column, index or primary key: which one, of which table, and everything about it that counts. */
export interface SchemaObject {
  /** Which it is, for people. */
  readonly label: string;
  /** The table it is or belongs to. */
  readonly table: string;
  /** What counts about it, as text that is equal for equal objects. */
  readonly form: string;
}

/** The objects that `tables` describe. `collation` is the one of MySQL's tables. */
export function describedObjects(
  tables: readonly Table[],
  dialect: Dialect,
  collation: string,
): readonly SchemaObject[] {
  const postgres = dialect.name === "postgres";
  return tables.flatMap((table) => [
    tableObject(table.name, postgres ? "permanent" : `InnoDB ${collation}`),
    ...table.columns.map((column) =>
      columnObject(table.name, column.name, columnForm(column, dialect))
    ),
    keyObject(table.name, listForm(table.key)),
    ...table.indexes.map((index) => indexObject(table.name, index.name, indexForm(index))),
  ]);
}

/** The objects that the catalogue has under `prefix`, also those of other masters whose prefix begins with it. */
export async function storedObjects(
  session: Session,
  dialect: Dialect,
  prefix: string,
): Promise<readonly SchemaObject[]> {
  const { tables, columns, indexes } = dialect.name === "postgres" ? POSTGRES : MYSQL;
  const [tableRows, columnRows, indexRows] = await Promise.all(
    [tables, columns, indexes].map((sql) => session.rows(composed(sql), [prefix])),
  );
  return [
    ...tableRows!.map(([name, form]) => tableObject(`${name}`, `${form}`)),
    ...columnRows!.map((row) =>
      columnObject(
        `${row[0]}`,
        `${row[1]}`,
        dialect.name === "postgres" ? postgresColumn(row) : mysqlColumn(row),
      )
    ),
    ...indexRows!.map(([table, name, isKey, head, definition, note]) => {
      const form = `${head}${normal(`${definition}`)}${note}`;
      return isKey === 1 ? keyObject(`${table}`, form) : indexObject(`${table}`, `${name}`, form);
    }),
  ];
}

function tableObject(name: string, form: string): SchemaObject {
  return { label: `table "${name}"`, table: name, form };
}

function columnObject(table: string, name: string, form: string): SchemaObject {
  return { label: `column "${name}" of table "${table}"`, table, form };
}

function keyObject(table: string, form: string): SchemaObject {
  return { label: `primary key of table "${table}"`, table, form };
}

function indexObject(table: string, name: string, form: string): SchemaObject {
  return { label: `index "${name}" of table "${table}"`, table, form };
}

function columnForm({ type, nullable, computed }: Column, dialect: Dialect): string {
  const suffix = computed === null ? "" : ` as ${normal(computed)}`;
  return `${columnTypes(dialect)[type]}${nullable ? "" : " NOT NULL"}${suffix}`;
}

function indexForm({ unique, columns, where }: Index): string {
  const condition = where === null ? "" : ` where ${normal(where)}`;
  return `${unique ? "unique " : ""}${listForm(columns)}${condition}`;
}

function listForm(columns: readonly string[]): string {
  return `btree ${columns.join(", ")}`;
}

/**
 * SQL without what each server writes in its own way: case, quotes, parentheses, casts, `IN` as `ANY`. Expressions
 * that only parentheses tell apart become equal.
 */
function normal(sql: string): string {
  return sql.toLowerCase()
    .replace(/ = any \(array\[/g, " in ")
    .replace(/::[a-z ]+/g, "")
    .replace(/["`()[\]]/g, " ")
    .replace(/\s*,\s*/g, ", ")
    .replace(/\s+/g, " ")
    .trim();
}

function postgresColumn([, , type, collation, notNull, value]: Row): string {
  const collated = collation === null ? "" : ` COLLATE "${collation}"`;
  return `${type}${collated}${notNull === 1 ? " NOT NULL" : ""}${
    value === null ? "" : ` ${value}`
  }`;
}

/** MariaDB shows widths of whole numbers, which mean nothing, and NULL as the default of columns without one. */
function mysqlColumn([, , type, collation, nullable, value, extra, computed]: Row): string {
  const plain = `${type}`.replace(/^([a-z]*int)\(\d+\)/, "$1");
  const collated = collation === null ? "" : ` COLLATE ${collation}`;
  const suffix = computed === null || computed === ""
    ? `${value === null || value === "NULL" ? "" : ` DEFAULT ${value}`}${
      extra === "" ? "" : ` ${extra}`
    }`
    : ` as ${normal(`${computed}`)}${`${extra}`.startsWith("STORED") ? "" : ` ${extra}`}`;
  return `${plain}${collated}${nullable === "NO" ? " NOT NULL" : ""}${suffix}`;
}

/** Queries of tables, columns and indexes; each binds the prefix. */
interface CatalogueSql {
  readonly tables: string;
  readonly columns: string;
  readonly indexes: string;
}

const OURS =
  "c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND starts_with(c.relname::text, ?)";

const POSTGRES: CatalogueSql = {
  tables: `SELECT c.relname::text,
  CASE c.relpersistence WHEN 'p' THEN 'permanent' ELSE 'unlogged' END ||
  CASE c.relkind WHEN 'p' THEN ' partitioned' ELSE '' END
FROM pg_class c WHERE ${OURS} ORDER BY c.relname`,
  columns: `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
  l.collname::text, a.attnotnull::int,
  CASE WHEN a.attidentity <> '' THEN 'identity'
    WHEN d.adbin IS NULL THEN NULL
    WHEN a.attgenerated <> '' THEN 'as ' || pg_get_expr(d.adbin, d.adrelid)
    ELSE 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE ${OURS} ORDER BY c.relname, a.attnum`,
  indexes: `SELECT c.relname::text, i.relname::text, x.indisprimary::int,
  CASE WHEN x.indisunique AND NOT x.indisprimary THEN 'unique ' ELSE '' END,
  regexp_replace(pg_get_indexdef(i.oid), '^CREATE .* USING ', ''),
  CASE WHEN x.indisvalid AND x.indisready THEN '' ELSE ' invalid' END
FROM pg_class c
JOIN pg_index x ON x.indrelid = c.oid
JOIN pg_class i ON i.oid = x.indexrelid
WHERE ${OURS} ORDER BY c.relname, i.relname`,
};

const MYSQL: CatalogueSql = {
  tables: `SELECT table_name, CONCAT(engine, ' ', table_collation,
  IF(table_type = 'BASE TABLE', '', CONCAT(' ', table_type)))
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type <> 'VIEW' AND LOCATE(?, table_name) = 1
ORDER BY table_name`,
  columns: `SELECT c.table_name, c.column_name, c.column_type,
  IF(c.collation_name = t.table_collation, NULL, c.collation_name),
  c.is_nullable, c.column_default, c.extra, c.generation_expression
FROM information_schema.columns c
JOIN information_schema.tables t
  ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type <> 'VIEW'
WHERE c.table_schema = DATABASE() AND LOCATE(?, c.table_name) = 1
ORDER BY c.table_name, c.ordinal_position`,
  indexes: `SELECT table_name, index_name, index_name = 'PRIMARY',
  IF(MAX(non_unique) = 0 AND index_name <> 'PRIMARY', 'unique ', ''),
  CONCAT(MAX(index_type), ' ', GROUP_CONCAT(CONCAT(IFNULL(column_name, 'an expression'),
    IF(collation = 'D', ' desc', ''), IFNULL(CONCAT(' first ', sub_part), ''))
    ORDER BY seq_in_index SEPARATOR ', ')), ''
FROM information_schema.statistics
WHERE table_schema = DATABASE() AND LOCATE(?, table_name) = 1
GROUP BY table_name, index_name ORDER BY table_name, index_name`,
};

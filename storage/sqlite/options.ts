/**
 * What the SQLite master is opened with.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import { isPrefix, PREFIX_RULE } from "../sql/table_names.ts";

/** Options of the SQLite master, checked. */
export interface SqliteOptions {
  /** The file, relative to the working directory of the process. */
  readonly path: string;
  /** Start of every table's name: tables of several masters may share a file. @default {"jm_"} */
  readonly prefix: string;
  /** `full` syncs every commit; `normal` may lose the last ones when power fails. @default {"full"} */
  readonly synchronous: "full" | "normal";
  /** Whether opening takes the missing steps of the schema. @default {true} */
  readonly migrate: boolean;
}

/** No special name of SQLite such as `:memory:`, no directory, and no NUL, which would end the name early. */
const FILE = /^(?!:)[^\0]*[^\0/\\]$/;

/** How each option is read. What it throws says what would be right. */
const READERS: {
  readonly [Field in keyof SqliteOptions]: (value: unknown) => SqliteOptions[Field];
} = {
  path: (value) => {
    if (typeof value === "string" && FILE.test(value)) return value;
    refuse("path", value, "it must name a file, because several connections share it");
  },
  prefix: (value = "jm_") => {
    if (isPrefix(value)) return value;
    refuse("prefix", value, PREFIX_RULE);
  },
  synchronous: (value = "full") => {
    if (value === "full" || value === "normal") return value;
    refuse("synchronous", value, "it must be full or normal");
  },
  migrate: (value = true) => {
    if (typeof value === "boolean") return value;
    refuse("migrate", value, "it must be true or false");
  },
};

/**
 * Checks the options of the SQLite master.
 *
 * @throws {JobMasterError} `configuration_invalid` that names the option, the value and the rule.
 */
export function readOptions(options: Readonly<Record<string, unknown>>): SqliteOptions {
  for (const field of Object.keys(options)) {
    if (!Object.hasOwn(READERS, field)) {
      throw new JobMasterError(
        "configuration_invalid",
        `Cannot use SQLite option ${shown(field)}: the options are ${
          Object.keys(READERS).join(", ")
        }`,
      );
    }
  }
  return {
    path: READERS.path(options.path),
    prefix: READERS.prefix(options.prefix),
    synchronous: READERS.synchronous(options.synchronous),
    migrate: READERS.migrate(options.migrate),
  };
}

function refuse(field: string, value: unknown, rule: string): never {
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use SQLite ${field} ${shown(value)}: ${rule}`,
  );
}

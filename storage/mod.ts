/**
 * Which master a URL names, and loading its adapter.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type { MasterAdapter, MasterSpec } from "./port.ts";
import { SERVER_FORMS, serverAddress, serverKindOf } from "./sql/address.ts";
import { readServerOptions, type ServerKind, serverLabel } from "./sql/options.ts";
import { readOptions } from "./sqlite/options.ts";

export type * from "../core/mod.ts";
export type * from "./port.ts";

const SQLITE_FORMS =
  '"sqlite:./jobmaster.db", "sqlite:/path/jobmaster.db" or "sqlite:///path/jobmaster.db", with ?prefix=jm_, ?synchronous=full|normal or ?migrate=true|false';

const FORMS = `${SQLITE_FORMS}; ${SERVER_FORMS}`;

/**
 * Reads the URL of a master. `overrides` win over what the URL says.
 *
 * @throws {JobMasterError} `configuration_invalid` that says what is wrong and which forms are accepted; never
 * shows a password.
 *
 * @example
 * ```ts
 * import { masterSpec } from "@jobmaster/jobmaster/storage";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(masterSpec("sqlite:./jobs.db?prefix=mail_").label, "sqlite:./jobs.db");
 * ```
 */
export function masterSpec(
  url: string,
  overrides: Readonly<Record<string, unknown>> = {},
): MasterSpec {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const kind = serverKindOf(scheme ?? "");
  if (kind !== undefined) return serverSpec(kind, { ...serverAddress(kind, url), ...overrides });
  if (scheme !== "sqlite") {
    refuse(`${scheme ?? ""}:…`, "its scheme is none of sqlite, postgres, mysql", FORMS); // may hold secrets
  }
  const [address = "", query = ""] = splitOnce(url.slice("sqlite:".length), "?");
  const path = pathOf(address);
  const options = readOptions({ path, ...parameters(query), ...overrides });
  return {
    module: new URL("./sqlite.ts", import.meta.url).href,
    options: { ...options },
    label: `sqlite:${options.path}`,
  };
}

function serverSpec(kind: ServerKind, given: Readonly<Record<string, unknown>>): MasterSpec {
  const options = readServerOptions(kind, given);
  return {
    module: new URL(kind === "postgres" ? "./postgres.ts" : "./mysql.ts", import.meta.url).href,
    options: { ...options },
    label: serverLabel(kind, options),
  };
}

/**
 * Loads the adapter that a spec names.
 *
 * @throws {JobMasterError} `configuration_invalid` when its module exports none.
 */
export async function loadAdapter(spec: MasterSpec): Promise<MasterAdapter> {
  const { adapter } = await import(spec.module) as { readonly adapter?: MasterAdapter };
  if (adapter !== undefined) return adapter;
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use master ${shown(spec.label)}: module ${shown(spec.module)} must export "adapter"`,
  );
}

/** `./a.db` and `/a.db` stay, `///a.db` is `/a.db`, `///C:/a.db` is `C:/a.db`. */
function pathOf(address: string): string {
  if (address === "" || address.startsWith(":")) {
    refuse(`sqlite:${address}`, "a master needs a file, because several connections share it");
  }
  const absolute = address.startsWith("///") ? address.slice(2) : address;
  if (absolute.startsWith("//")) refuse(`sqlite:${address}`, "a file has no host");
  const path = decoded(absolute, address);
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

function decoded(path: string, address: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return refuse(`sqlite:${address}`, 'a "%" must be followed by two hexadecimal digits');
  }
}

const PARAMETERS: Readonly<Record<string, (value: string) => unknown>> = {
  prefix: (value) => value,
  synchronous: (value) => value,
  migrate: (value) => value === "true" ? true : value === "false" ? false : value,
};

function parameters(query: string): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const read = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (read === undefined) refuse(`?${name}`, "there is no such parameter");
    options[name] = read(value);
  }
  return options;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function refuse(value: string, rule: string, forms = SQLITE_FORMS): never {
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use master ${shown(value)}: ${rule}; use ${forms}`,
  );
}

/**
 * Which agent connection a URL names.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { masterSpec } from "../storage/mod.ts";
import { NATS_FORMS, natsAddress, natsLabel, readNatsOptions } from "./nats/options.ts";
import type { Transport, TransportAdapter, TransportSpec } from "./port.ts";

export type * from "./port.ts";

/** The modules of the schemes that are also those of masters. */
const MODULES: Readonly<Record<string, string>> = {
  sqlite: "./sqlite.ts",
  postgres: "./postgres.ts",
  postgresql: "./postgres.ts",
  mysql: "./mysql.ts",
  mariadb: "./mysql.ts",
};

/**
 * Reads the URL of an agent connection.
 *
 * @throws {JobMasterError} `configuration_invalid` that says what is wrong and which forms are accepted; never
 * shows a password.
 *
 * @example
 * ```ts ignore
 * strictEqual(transportSpec("nats://127.0.0.1?stream=mail").label, "nats://127.0.0.1:4222/mail");
 * ```
 */
export function transportSpec(url: string): TransportSpec {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (scheme === "nats" || scheme === "tls") {
    const options = readNatsOptions(natsAddress(url));
    return { module: moduleOf("./nats.ts"), options: { ...options }, label: natsLabel(options) };
  }
  const module = Object.hasOwn(MODULES, scheme) ? MODULES[scheme] : undefined;
  if (module === undefined) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot use agent connection "${scheme}:…": its scheme is none of sqlite, postgres, mysql, nats, tls; use the forms of masters or ${NATS_FORMS}`,
    );
  }
  const { options, label } = masterSpec(url);
  return { module: moduleOf(module), options, label };
}

/**
 * Opens the agent connection that a spec names, if its tables or streams are there: it makes none.
 *
 * @throws {JobMasterError} `transport_unavailable`; `schema_outdated` when nothing is there.
 */
export async function openExistingTransport(
  { module, options }: TransportSpec,
): Promise<Transport> {
  const { adapter } = await import(module) as { readonly adapter: TransportAdapter };
  return await adapter.open({ ...options, migrate: false });
}

function moduleOf(path: string): string {
  return new URL(path, import.meta.url).href;
}

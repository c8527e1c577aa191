/**
 * Asks the master on a database server whether it keeps the promises of the master port, and whether it answers as
 * the memory master.
 *
 * @module
 */

import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import type { Master } from "../../storage/port.ts";
import { type DatabaseKind, makeDatabase } from "../support/servers/databases.ts";
import { memoryMaster } from "../support/memory_master/memory_master.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { concurrencyCases } from "./concurrency_cases.ts";
import { masterCases } from "./master_cases.ts";
import { modelCheck } from "./model_check.ts";
import { runOnStandingMasters } from "./standing_masters.ts";
import { storageThread } from "./storage_thread.ts";

/** How a master is called. */
export type Placement = "directly" | "in a thread";

const NAMES: Readonly<Record<DatabaseKind, string>> = { postgres: "Postgres", mysql: "MySQL" };

/** Connections of each master: enough that its calls meet, few enough that they wait for one. */
const CONNECTIONS = 4;

/** Registers every case for the server of a kind, or one that is skipped when there is no server. */
export async function serverConformance(kind: DatabaseKind, placement: Placement): Promise<void> {
  const name = `${NAMES[kind]} ${placement}`;
  const server = await sharedServer(kind);
  if (server.missing !== undefined) return skipWithout(name, server);
  const database = await makeDatabase(kind, server.url);
  const spec = masterSpec(database.url, { connections: CONNECTIONS });
  const { open: connect } = await loadAdapter(spec);
  const open = async (): Promise<Master> => {
    const master = await connect(spec.options);
    if (placement === "directly") return master;
    const { capabilities } = master;
    await master[Symbol.asyncDispose]();
    return await storageThread(spec, capabilities);
  };
  runOnStandingMasters([...masterCases, ...concurrencyCases], {
    name,
    open,
    clear: () => database.clear(),
    end: () => database[Symbol.asyncDispose](),
  });
}

/** Registers the model check for the server of a kind, or one that is skipped when there is no server. */
export async function serverModelCheck(kind: DatabaseKind): Promise<void> {
  const name = `${NAMES[kind]} answers as the memory master when both are asked at random`;
  const server = await sharedServer(kind);
  if (server.missing !== undefined) return skipWithout(name, server);
  Deno.test(name, async () => {
    await using database = await makeDatabase(kind, server.url);
    const spec = masterSpec(database.url, { connections: CONNECTIONS });
    await using adapter = await (await loadAdapter(spec)).open(spec.options);
    await using model = memoryMaster();

    await modelCheck({ adapter, model, runs: 100 });
  });
}

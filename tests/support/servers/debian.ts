/**
 * Installs servers on Debian and its relatives, without letting the system start them.
 *
 * @module
 */

import { findProgram, runProgram } from "./programs.ts";
import type { ServerKind } from "./server_kind.ts";

const PACKAGES: Readonly<Record<ServerKind, string>> = {
  postgres: "postgresql",
  mysql: "mariadb-server",
  nats: "nats-server",
  pgbouncer: "pgbouncer",
};

/** Asked by the system before it starts a service; 101 forbids it. */
const POLICY = "/usr/sbin/policy-rc.d";

/** Whether we may install packages here. */
export async function isRootOnDebian(): Promise<boolean> {
  return Deno.build.os === "linux" && Deno.uid() === 0 &&
    await findProgram("apt-get") !== undefined;
}

let last: Promise<unknown> = Promise.resolve();

/** Installs the package of a kind of server; one after the other. Rejects with what the system said. */
export function installOnDebian(kind: ServerKind): Promise<void> {
  const turn = last.then(() => install(PACKAGES[kind]));
  last = turn.catch(() => {
    // told to its own caller
  });
  return turn;
}

let listsAreFresh = false;

async function install(name: string): Promise<void> {
  const options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const forbidden = await forbidStarting();
  try {
    if (!listsAreFresh) await runProgram("apt-get", ["update", ...options], { env });
    listsAreFresh = true;
    await runProgram("apt-get", ["install", ...options, "--no-install-recommends", name], { env });
  } finally {
    if (forbidden) await Deno.remove(POLICY);
  }
}

/** Resolves with whether it was allowed before. */
async function forbidStarting(): Promise<boolean> {
  try {
    await Deno.writeTextFile(POLICY, "#!/bin/sh\nexit 101\n", { createNew: true, mode: 0o755 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

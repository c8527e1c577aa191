/**
 * The module that simulated nodes load as their master and as their agent connection: it leads each of them back to the
 * world it lives in.
 *
 * @module
 */

import type { Master, MasterAdapter } from "../../storage/port.ts";
import type { Transport } from "../../transports/port.ts";

/** How a node gets its connections. */
export interface Doors {
  /** A new connection to the master. */
  readonly master: () => Promise<Master>;
  /** A new connection to the agent connection. */
  readonly transport: () => Promise<Transport>;
}

const doors = new Map<string, Doors>();

/** Makes connections known under a name until disposed. */
export function openDoors(name: string, opened: Doors): Disposable {
  doors.set(name, opened);
  return { [Symbol.dispose]: () => void doors.delete(name) };
}

/** The spec of a master or an agent connection that leads through doors. */
export function specThrough(
  name: string,
  to: keyof Doors,
): { readonly module: string; readonly options: Record<string, unknown>; readonly label: string } {
  return { module: import.meta.url, options: { name, to }, label: `simulated ${to}` };
}

function open({ name, to }: Readonly<Record<string, unknown>>): Promise<Master & Transport> {
  const opened = doors.get(String(name))!;
  return opened[to as keyof Doors]() as Promise<Master & Transport>;
}

/** Opens what a spec of {@linkcode specThrough} leads to. */
export const adapter: Pick<MasterAdapter, "open"> & {
  open(options: Readonly<Record<string, unknown>>): Promise<Master & Transport>;
} = { open };

/**
 * What `agent_faults.ts` does to NATS while jobs are scheduled and run.
 *
 * @module
 */

import { pause } from "../tests/support/eventually.ts";
import type { Cut, TcpProxy } from "../tests/support/tcp_proxy.ts";
import type { BreakableNats } from "./breakable_nats.ts";
import type { NodeProcess } from "./node_process.ts";

/** What can be broken. */
export interface World {
  /** The server of the agent connection. */
  readonly nats: BreakableNats;
  /** Everybody's way to it. */
  readonly proxy: TcpProxy;
  /** The nodes that run jobs. */
  readonly nodes: readonly NodeProcess[];
}

/** A kind of trouble. */
export interface FaultCase {
  /** What it is, for people. */
  readonly says: string;
  /** Most bytes of the server's streams. */
  readonly storeBytes?: number;
  /** Does it once. */
  readonly strike: (world: World) => Promise<void>;
  /** How long it is left alone afterwards, in milliseconds. */
  readonly everyMs: number;
}

/** Nodes that stand still let messages pile up. */
async function whileFrozen(
  nodes: readonly NodeProcess[],
  work: () => Promise<void>,
): Promise<void> {
  for (const node of nodes) node.signal("SIGSTOP");
  try {
    await work();
  } finally {
    for (const node of nodes) node.signal("SIGCONT");
  }
}

/** Where the word that something was done gets lost, or what is done gets lost with the word. */
const ACK_CUTS: readonly Cut[] = [
  { direction: "down", needle: '{"stream":"JOBMASTER"', fault: "lost" },
  { direction: "up", needle: "HPUB JOBMASTER.queue.", fault: "delivered" },
  { direction: "up", needle: "+ACK", fault: "delivered" },
  { direction: "up", needle: "+ACK", fault: "lost" },
  { direction: "down", needle: "Jm-Due", fault: "lost" },
];

let turn = 0;

/** Every kind of trouble, by the name it is asked for with. */
export const FAULT_CASES: Readonly<Record<string, FaultCase>> = {
  kill: {
    says: "NATS killed (SIGKILL), started again half a second later",
    everyMs: 3_000,
    async strike({ nats }) {
      await nats.signal("SIGKILL");
      await pause(500);
      await nats.restart();
    },
  },
  wipe: {
    says: "NATS killed with messages nobody had saved yet, its store wiped, started again",
    everyMs: 6_000,
    strike: ({ nats, nodes }) =>
      whileFrozen(nodes, async () => {
        await pause(1_000);
        await nats.signal("SIGKILL");
        await nats.wipe();
        await nats.restart();
      }),
  },
  acks: {
    says: "connections cut where an acknowledgement of NATS or of a node gets lost",
    everyMs: 400,
    strike({ proxy }) {
      if (proxy.cuts.length < 3) proxy.cuts.push(ACK_CUTS[turn++ % ACK_CUTS.length]!);
      return Promise.resolve();
    },
  },
  stall: {
    says: "connections that stay open and carry nothing any more",
    everyMs: 20_000,
    strike({ proxy }) {
      proxy.stallAll();
      return Promise.resolve();
    },
  },
  full: {
    says: "NATS may keep 128 KiB, and nodes stand still for 3 s at a time: publishing fails",
    storeBytes: 131_072,
    everyMs: 3_000,
    strike: ({ nodes }) => whileFrozen(nodes, () => pause(3_000)),
  },
};

/**
 * What a nemesis does and when, all of it decided by a seed.
 *
 * @module
 */

import { pick, type Random } from "../../../core/random.ts";

/** Every kind of fault. */
export type FaultKind =
  /** A node or a caller is killed and started again. */
  | "kill"
  /** A node is frozen. */
  | "pause"
  /** The connections of a node to a server are cut once. */
  | "cut"
  /** A node cannot reach a server: its connections are refused. */
  | "partition"
  /** What a node and a server send each other is swallowed. */
  | "black hole"
  /** It comes late. */
  | "delay"
  /** A server is killed and started again on its data. */
  | "restart";

/** One fault. */
export interface Fault {
  /** What is done. */
  readonly kind: FaultKind;
  /** To whom: `node-1`, `caller-1`, `master`, `agent`, or a way between two of them, `node-1 master`. */
  readonly target: string;
  /** When, in milliseconds from the start. */
  readonly atMs: number;
  /** For how long, in milliseconds. */
  readonly lastsMs: number;
  /** `delay`: by how much, in milliseconds. */
  readonly byMs: number;
  /** `black hole`: whether connections that were swallowed stay dead without a word afterwards; else they are cut. */
  readonly leavesDead: boolean;
}

/** What there is to break. */
export interface Field {
  /** Nodes that run jobs. */
  readonly nodes: readonly string[];
  /** Processes that ask for jobs. */
  readonly callers: readonly string[];
  /** Servers. */
  readonly servers: readonly ("master" | "agent")[];
  /** How long nodes' leases are, in milliseconds. */
  readonly leaseMs: number;
  /** How long there is trouble, in milliseconds. */
  readonly lastsMs: number;
}

/** The time before the first fault, in milliseconds. */
const CALM_MS = 2_000;

/** How long a process is slow before it is killed, in milliseconds. */
const SLOW_MS = 1_500;

/**
 * Plans waves of one to three faults that begin at once, 1 to 4 seconds apart; one wave in four is left out. Nothing is
 * done to what is broken already.
 */
export function planFaults(field: Field, random: Random): readonly Fault[] {
  const faults: Fault[] = [];
  const busyUntil = new Map<string, number>();
  for (let atMs = CALM_MS; atMs < field.lastsMs; atMs += 1_000 + random.next() * 3_000) {
    if (random.next() < 0.25) continue;
    const count = 1 + Math.floor(random.next() * 3);
    for (let each = 0; each < count; each++) {
      const fault = aFault(field, Math.round(atMs), random);
      const ahead = fault.kind === "kill" ? slowAhead(field, fault, random) : [];
      for (const each of [...ahead, fault]) {
        if ((busyUntil.get(each.target) ?? 0) >= each.atMs) continue;
        busyUntil.set(each.target, each.atMs + each.lastsMs + 500);
        faults.push(each);
      }
    }
  }
  return faults;
}

function aFault(field: Field, atMs: number, random: Random): Fault {
  const kind = pick(kindsIn(field), random)!;
  return {
    ...{ kind, target: targetOf(kind, field, random), atMs },
    lastsMs: Math.round(lengthOf(kind, field, random)),
    byMs: Math.round(50 + random.next() * 350),
    leavesDead: random.next() < 0.5,
  };
}

/** Half of the kills meet a process whose master is slow: there is more that is under way then. */
function slowAhead({ servers }: Field, { atMs, target, ...fault }: Fault, random: Random) {
  const isEarly = atMs - SLOW_MS < CALM_MS;
  if (random.next() < 0.5 || isEarly || !servers.includes("master")) return [];
  const slow: Fault = {
    ...fault,
    ...{ kind: "delay", target: `${target} master`, atMs: atMs - SLOW_MS, lastsMs: SLOW_MS },
  };
  return [slow];
}

function kindsIn({ servers }: Field): readonly FaultKind[] {
  const processes: readonly FaultKind[] = ["kill", "pause", "pause"];
  if (servers.length === 0) return processes;
  return [...processes, "cut", "partition", "black hole", "delay", "restart"];
}

function targetOf(kind: FaultKind, { nodes, callers, servers }: Field, random: Random): string {
  switch (kind) {
    case "kill":
      return pick([...nodes, ...nodes, ...callers], random)!;
    case "pause":
      return pick(nodes, random)!;
    case "restart":
      return pick(servers, random)!;
    default:
      return `${pick([...nodes, ...callers], random)} ${pick(servers, random)}`;
  }
}

/** Half of what can outlast a lease does. */
function lengthOf(kind: FaultKind, { leaseMs }: Field, random: Random): number {
  const chance = random.next();
  switch (kind) {
    case "cut":
      return 0;
    case "kill":
    case "restart":
      return 200 + chance * 2_500;
    default:
      return chance < 0.5 ? leaseMs * (0.1 + chance) : leaseMs * (0.7 + chance);
  }
}

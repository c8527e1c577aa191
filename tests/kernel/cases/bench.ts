/**
 * What a kernel case works with: a kit, a placement, and short ways to spawn fixtures there.
 *
 * @module
 */

import type { Actor, ActorRef, ChildSpec, Placement } from "../../../actors/runtime/mod.ts";
import { type KernelKit, WITNESS } from "../../support/kernel_kit.ts";
import type { ParentArgs, ParentMessage } from "../fixtures/parent.ts";
import { probe, type ProbeArgs, type ProbeMessage } from "../fixtures/probe.ts";

/** A promise of the kernel, and the proof that it is kept. */
export interface KernelCase {
  /** `symbol does X when Y`. */
  readonly name: string;
  /** Where it must hold. @default {everywhere} */
  readonly placements?: readonly Placement[];
  /** Throws when the promise is broken. */
  readonly run: (bench: Bench) => Promise<void>;
}

/** How a case spawns a probe. */
export interface ProbeOptions
  extends Partial<Omit<ChildSpec<ProbeMessage, ProbeArgs>, "args">>, Omit<ProbeArgs, "witness"> {}

/** What a kernel case works with. */
export interface Bench {
  /** The system under test. */
  readonly kit: KernelKit;
  /** Where the fixtures run. */
  readonly placement: Placement;
  /** Spawns a probe, key `"probe"` unless said otherwise. */
  probe(options?: ProbeOptions): Promise<ActorRef<ProbeMessage>>;
  /** Spawns a parent, key `"parent"`, with probes below it. */
  parent(
    actor: Actor<ParentMessage, ParentArgs>,
    keys?: readonly string[],
  ): Promise<ActorRef<ParentMessage>>;
  /** A probe below the parent. */
  child(key: string): ActorRef<ProbeMessage>;
}

/** So long that a test which waits for the kill instead of the end does not pass. */
const PATIENT = { shutdownMs: 600_000 };

/** Sets a bench up. */
export function benchOf(kit: KernelKit, placement: Placement): Bench {
  const witness = `test/${WITNESS}`;
  return {
    kit,
    placement,
    probe({ key = "probe", actor = probe, label, failStart, failStop, ...rest } = {}) {
      const args = {
        witness,
        ...(label === undefined ? {} : { label }),
        ...(failStart === undefined ? {} : { failStart }),
        ...(failStop === undefined ? {} : { failStop }),
      };
      return kit.system.spawn({ key, actor, args, placement, ...PATIENT, ...rest });
    },
    parent: (actor, keys = []) =>
      kit.system.spawn({ key: "parent", actor, args: { witness, keys }, placement, ...PATIENT }),
    child: (key) => kit.system.ref(`test/parent/${key}`),
  };
}

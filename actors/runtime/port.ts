/**
 * The wire between two threads or processes: what crosses it, and the little that every wire can do.
 *
 * @module
 */

import type { EncodedError } from "../../core/errors.ts";
import type { StopMode } from "./definition.ts";
import type { ActorMetrics, KernelEvent } from "./metrics.ts";
import type { Message } from "./protocol.ts";

/** A message, or what became of one. Both ends send these. */
export type MessageFrame =
  /** A one-way message; uses one credit until `done` names its `id`. */
  | { readonly t: "tell"; readonly id: number; readonly to: string; readonly message: Message }
  /** A question; uses one credit until its `reply`. */
  | { readonly t: "ask"; readonly id: number; readonly to: string; readonly message: Message }
  /** The credits of these one-way messages are free again. */
  | { readonly t: "done"; readonly ids: number[] }
  /** The answer to a question, which frees its credit. */
  | { readonly t: "reply"; readonly id: number; readonly value: unknown }
  /** Why there is no answer, which frees the credit as well. */
  | { readonly t: "refusal"; readonly id: number; readonly error: EncodedError }
  /** That many events arrived. */
  | { readonly t: "heard"; count: number };

/** What the side that spawned an actor says to the side that hosts it. */
export type HostCommand =
  | HostStart
  | { readonly t: "stop"; readonly mode: StopMode }
  | { readonly t: "measure"; readonly id: number };

/** Brings the hosted actor up. The first frame on every wire. */
export interface HostStart {
  readonly t: "start";
  /** Address of the actor. */
  readonly address: string;
  /** Module that declares it. */
  readonly module: string;
  /** Module the program was started with. */
  readonly program: string;
  /** Its name, to find it among the exports. */
  readonly name: string;
  /** What it starts with. */
  readonly args: unknown;
}

/** What the hosting side reports. */
export type HostReport =
  | { readonly t: "started" }
  | { readonly t: "start_failed"; readonly error: EncodedError }
  | { readonly t: "crashed"; readonly error: EncodedError }
  | { readonly t: "stopped" }
  | { readonly t: "event"; readonly event: KernelEvent }
  | { readonly t: "measured"; readonly id: number; readonly actors: readonly ActorMetrics[] };

/** Anything that crosses a wire. */
export type Frame = MessageFrame | HostCommand | HostReport;

/** What a port tells the side that opened it. */
export interface PortEvents {
  /** Frames arrived, in the order they were posted. */
  readonly onFrames: (frames: readonly Frame[]) => void;
  /** The other side is gone, or broken beyond repair. Called at most once, and not after `close`. */
  readonly onClose: (error: unknown) => void;
}

/** One end of a wire. Keeps the order of frames; loses none while both ends live. */
export interface Port {
  /** Sends frames. Throws when one of them is not structured-cloneable; none is sent then. */
  post(frames: readonly Frame[]): void;
  /** Ends the other side at once; resolves when it is gone. */
  close(): Promise<void>;
}

/** What a fresh host needs before its first frame. */
export interface PortOptions extends PortEvents {
  /** What to call it in errors. */
  readonly label: string;
  /** Module the program was started with, as a URL. */
  readonly program: string;
}

/** Opens a wire to a fresh host. */
export type OpenPort = (options: PortOptions) => Port | Promise<Port>;

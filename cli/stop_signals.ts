/**
 * Hears the signals that ask a node to stop: the first means "when it suits", the second "now".
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";

/** A signal that asks to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** The exit code of a node that a signal ended at once. */
export const FORCED_EXIT: Readonly<Record<StopSignal, ExitCode>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
};

/**
 * How soon after the first signal another one counts as the same, in milliseconds: a Ctrl-C reaches the node from the
 * terminal and once more from each task runner above it.
 */
const ECHO_MS = 25;

/** Windows knows no SIGTERM. */
const SIGNALS: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Listens from its making until it is disposed; meanwhile signals do not end the process by themselves. */
export class StopSignals implements Disposable {
  readonly #first = Promise.withResolvers<StopSignal>();
  readonly #second = Promise.withResolvers<StopSignal>();
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  readonly #clock: Pick<Clock, "monotonic">;
  #firstAtMono: number | undefined;

  /** Starts to listen. */
  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#listeners = SIGNALS.map((signal) => [signal, () => this.#hear(signal)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  #hear(signal: StopSignal): void {
    const nowMono = this.#clock.monotonic();
    if (this.#firstAtMono === undefined) {
      this.#firstAtMono = nowMono;
      this.#first.resolve(signal);
    } else if (nowMono - this.#firstAtMono >= ECHO_MS) {
      this.#second.resolve(signal);
    }
  }

  /** Resolves with the first signal. */
  get first(): Promise<StopSignal> {
    return this.#first.promise;
  }

  /** Resolves with the second signal. */
  get second(): Promise<StopSignal> {
    return this.#second.promise;
  }

  /** Stops to listen. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}

/**
 * Hears the signals that ask a node to stop: the first means "when it suits", the second "now".
 *
 * @module
 */

import { EXIT, type ExitCode } from "./exit_codes.ts";

/** A signal that asks to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** The exit code of a node that a signal ended at once. */
export const FORCED_EXIT: Readonly<Record<StopSignal, ExitCode>> = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
};

/** Windows knows no SIGTERM. */
const SIGNALS: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Listens from its making until it is disposed; meanwhile signals do not end the process by themselves. */
export class StopSignals implements Disposable {
  readonly #first = Promise.withResolvers<StopSignal>();
  readonly #second = Promise.withResolvers<StopSignal>();
  readonly #listeners: readonly (readonly [StopSignal, () => void])[];
  #heard = 0;

  /** Starts to listen. */
  constructor() {
    this.#listeners = SIGNALS.map((signal) => [signal, () => this.#hear(signal)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  #hear(signal: StopSignal): void {
    const heard = this.#heard++;
    if (heard === 0) this.#first.resolve(signal);
    if (heard === 1) this.#second.resolve(signal);
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

/**
 * Asks a kind of transport whether it keeps the promises of the transport port.
 *
 * @module
 */

import type { Transport, TransportAdapter, TransportSpec } from "../../../transports/port.ts";
import { runConformance } from "../../conformance/run_conformance.ts";
import { pause } from "../../support/eventually.ts";
import { fencingCases, leaseCases } from "./lease_cases.ts";
import { parkedCases } from "./parked_cases.ts";
import { parkingCases } from "./parking_cases.ts";
import { queueCases } from "./queue_cases.ts";
import type { TransportCase } from "./transport_case.ts";
import { transportThread } from "./transport_thread.ts";

/** Every promise that all transports keep. */
export const transportCases: readonly TransportCase[] = [
  ...queueCases,
  ...leaseCases,
  ...parkingCases,
  ...parkedCases,
];

/** A place for the messages of one case. Disposing it deletes them. */
export interface TransportPlace extends AsyncDisposable {
  /** Opens the same store. */
  open(): Promise<Transport>;
}

/** Which transports to ask. */
export interface TransportsUnderTest {
  /** Their name in the names of the tests. */
  readonly name: string;
  /** Makes a place without messages. */
  readonly place: () => Promise<TransportPlace>;
  /** Whether they tell deliveries of one message apart. @default {true} */
  readonly fences?: boolean;
}

/** Registers one test per case. */
export function runTransports({ name, place, fences = true }: TransportsUnderTest): void {
  runConformance<Transport>([...transportCases, ...(fences ? fencingCases : [])], {
    name,
    async open() {
      const stack = new AsyncDisposableStack();
      const own = stack.use(await place());
      const opened = async () => stack.use(await own.open());
      const subject = await opened();
      return {
        subject,
        another: opened,
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
    elapse: pause,
  });
}

/** How a transport is called. */
export type Placement = "directly" | "in a thread";

/** Opens the transport that a spec names, and calls it directly or through its actor in a thread. */
export function opener(spec: TransportSpec, placement: Placement): () => Promise<Transport> {
  return async () => {
    const { adapter } = await import(spec.module) as { readonly adapter: TransportAdapter };
    const transport = await adapter.open(spec.options);
    if (placement === "directly") return transport;
    const { capabilities, product } = transport;
    await transport[Symbol.asyncDispose]();
    return await transportThread(spec, { capabilities, product });
  };
}

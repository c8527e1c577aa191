/**
 * Serves the transport port of one agent connection over a mailbox; {@linkcode transportClient} is the same port again,
 * from any thread.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type {
  Transport,
  TransportAdapter,
  TransportReach,
  TransportSpec,
} from "../transports/port.ts";
import { OutageLog } from "./outage_log.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Ask, Message, Tell } from "./runtime/protocol.ts";
import type { AskRef } from "./runtime/ref.ts";

/** The calls of the transport port, each with one argument. */
export interface TransportCalls extends
  Pick<
    Transport,
    | "open"
    | "push"
    | "receive"
    | "extend"
    | "ack"
    | "release"
    | "park"
    | "listParked"
    | "countParked"
    | "requeueParked"
    | "discardParked"
    | "depths"
    | "queues"
    | "close"
  > {
  /** What it is. */
  describe(input: Readonly<Record<string, never>>): Promise<TransportDescription>;
}

/** What an agent connection is. */
export interface TransportDescription extends Pick<Transport, "capabilities" | "product"> {
  /** See {@linkcode Transport.fingerprint}. */
  readonly fingerprint: string;
  /** Its address, for people. */
  readonly label: string;
}

/** One call of the port. */
export type TransportCall = Ask<
  "call",
  { method: keyof TransportCalls; input: unknown },
  unknown
>;

/** What the transport actor can be told or asked. */
export type TransportMessage =
  | TransportCall
  /** The agent connection cannot be reached any more, or can be again. */
  | Tell<"reach", TransportReach>
  /** Says so when it has been out of reach for long. */
  | Tell<"still_out">;

/** What the transport actor needs to start. */
export interface TransportArgs {
  /** Name of the agent connection. */
  readonly name: string;
  /** The adapter and its options. */
  readonly spec: TransportSpec;
}

interface State {
  readonly transport: Transport;
  readonly label: string;
  readonly watch: Disposable;
  readonly outages: OutageLog;
}

/** Declares the transport actor. One per agent connection of a node. */
export const transportActor: Actor<TransportMessage, TransportArgs> = defineActor<
  TransportMessage,
  State,
  TransportArgs
>({
  name: "transport",
  module: import.meta.url,
  mailbox: { capacity: 1_024, overflow: "reject", concurrency: 256 },

  async start(context, { name, spec }) {
    const transport = await openTransport(spec);
    return {
      transport,
      label: spec.label,
      watch: transport.watchReach((reach) => void context.self.tell({ type: "reach", ...reach })),
      outages: new OutageLog(`Agent connection "${name}"`),
    };
  },

  handlers: {
    async call(_context, { method, input }, { transport, label }) {
      if (method === "describe") {
        const { capabilities, product } = transport;
        return { capabilities, product, label, fingerprint: await transport.fingerprint() };
      }
      return await (transport[method] as (input: unknown) => Promise<unknown>)(input);
    },

    reach(context, { available, reason }, { outages }) {
      if (available) outages.end(context);
      else {outages.begin(context, reason, () =>
          context.sendAfter(outages.longMs, { type: "still_out" }));}
    },

    still_out(context, _message, { outages }) {
      outages.report(context);
    },
  },

  async stop(_context, { transport, watch }) {
    watch[Symbol.dispose]();
    await transport[Symbol.asyncDispose]();
  },
});

async function openTransport(spec: TransportSpec): Promise<Transport> {
  const { adapter } = await import(spec.module) as { adapter?: TransportAdapter };
  if (adapter !== undefined) return await adapter.open(spec.options);
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use "${spec.module}" as an agent connection: it exports no adapter`,
  );
}

/** How long a call may take, waiting in the mailbox included, in milliseconds. */
export const TRANSPORT_TIMEOUT_MS = 15_000;

/** The transport actor at `address`, for another actor to call. */
export function transportAt<M extends Message>(
  context: Pick<ActorContext<M>, "ref">,
  address: string,
): TransportCalls {
  return transportClient(
    context.ref<TransportMessage>(address) as unknown as AskRef<TransportCall>,
  );
}

/**
 * The transport port over the transport actor's mailbox.
 *
 * @throws {JobMasterError} from every method also `mailbox_full`, `ask_timeout` and `actor_stopped`, all retryable.
 */
export function transportClient(
  ref: AskRef<TransportCall>,
  timeoutMs: number = TRANSPORT_TIMEOUT_MS,
): TransportCalls {
  return new Proxy({}, {
    get: (_target, method) => (input: unknown) =>
      ref.ask({ type: "call", method: String(method) as keyof TransportCalls, input }, {
        timeoutMs,
      }),
  }) as TransportCalls;
}

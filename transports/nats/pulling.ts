/**
 * Taking what waits in a queue, without waiting for more.
 *
 * @module
 */

import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { REQUEST_TIMEOUT_MS } from "./link.ts";

/** A message as the server delivered it. */
export interface Pulled {
  /** Where it is acknowledged. */
  readonly reply: string;
  /** The message. */
  readonly message: Msg;
}

/**
 * Asks the consumer for up to `limit` messages; resolves with those that wait.
 *
 * @throws {Error} When the server does not answer in time.
 */
export function pull(
  connection: NatsConnection,
  consumer: { readonly stream: string; readonly name: string },
  limit: number,
): Promise<readonly Pulled[]> {
  const inbox = createInbox();
  const pulled: Pulled[] = [];
  return new Promise((resolve, reject) => {
    const subscription = connection.subscribe(inbox, {
      timeout: REQUEST_TIMEOUT_MS,
      callback: (error, message) => {
        if (error !== null) return end(() => reject(error));
        const status = statusOf(message);
        if (status === null) pulled.push({ reply: message.reply!, message });
        else if (status === 503) return end(() => reject(new Error("nobody answers")));
        if (status !== null || pulled.length === limit) end(() => resolve(pulled));
      },
    });
    const end = (settle: () => void) => {
      subscription.unsubscribe();
      settle();
    };
    connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.name}`,
      JSON.stringify({ batch: limit, no_wait: true }),
      { reply: inbox },
    );
  });
}

/** The code of a message that is none: nothing waits (404, 408), the consumer went (409), nobody listens (503). */
function statusOf(message: Msg): number | null {
  if (message.reply !== undefined && message.reply !== "") return null;
  return message.headers?.code ?? 404;
}

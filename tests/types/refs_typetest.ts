/**
 * What the compiler must refuse. Checked by `deno check`, never run.
 *
 * @module
 */

import {
  type ActorRef,
  type Ask,
  type AskRef,
  defineActor,
  type Of,
  type Tell,
  type TellRef,
} from "../../actors/runtime/mod.ts";

type Shop =
  | Tell<"open", { readonly hour: number }>
  | Ask<"price", { readonly item: string }, number>;

declare const shop: ActorRef<Shop>;
const timeoutMs = 100;

/** What is allowed. */
export async function right(): Promise<number> {
  shop.tell({ type: "open", hour: 8 });
  const narrow: TellRef<Of<Shop, "open">> = shop;
  narrow.tell({ type: "open", hour: 9 });
  const asker: AskRef<Of<Shop, "price">> = shop;
  await asker.ask({ type: "price", item: "tea" }, { timeoutMs });
  return await shop.ask({ type: "price", item: "tea" }, { timeoutMs });
}

/** What is not. */
export async function wrong(): Promise<void> {
  // @ts-expect-error a question cannot be told
  shop.tell({ type: "price", item: "tea" });
  // @ts-expect-error a one-way message cannot be asked
  await shop.ask({ type: "open", hour: 8 }, { timeoutMs });
  // @ts-expect-error there is no unbounded wait
  await shop.ask({ type: "price", item: "tea" });
  // @ts-expect-error nor one without a timeout
  await shop.ask({ type: "price", item: "tea" }, {});
  // @ts-expect-error the reply is a number
  const _text: string = await shop.ask({ type: "price", item: "tea" }, { timeoutMs });
  // @ts-expect-error a field is missing
  shop.tell({ type: "open" });
  // @ts-expect-error a field is unknown
  shop.tell({ type: "open", hour: 8, minute: 5 });
  // @ts-expect-error there is no such message
  shop.tell({ type: "close" });
  // @ts-expect-error a right to tell is no right to ask
  const _asker: AskRef<Of<Shop, "price">> = shop as TellRef<Of<Shop, "open">>;
}

const rest = {
  name: "shop",
  module: import.meta.url,
  mailbox: { capacity: 1, overflow: "reject" },
  start: () => null,
} as const;

defineActor<Shop, null, null>({
  ...rest,
  // @ts-expect-error a handler is missing
  handlers: { open: () => {} },
});

defineActor<Shop, null, null>({
  ...rest,
  // @ts-expect-error the reply is a number
  handlers: { open: () => {}, price: () => "two" },
});

defineActor<Shop, null, null>({
  ...rest,
  handlers: { open: () => {}, price: (_context, { item }) => item.length },
});

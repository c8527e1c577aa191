/**
 * Messages as types: what may be told, what may be asked, and what comes back.
 *
 * @module
 */

/** Anything a mailbox accepts: a `type` and structured-cloneable fields. */
export interface Message {
  /** Names the message; unique within one actor's union. */
  readonly type: string;
}

/** A one-way message. */
export type Tell<Type extends string, Fields = unknown> =
  & { readonly type: Type }
  & Readonly<Fields>;

/** A message that is answered with a `Reply`. `"~reply"` exists only in types. */
export type Ask<Type extends string, Fields, Reply> =
  & Tell<Type, Fields>
  & { readonly "~reply"?: Reply };

/** The member of `M` named `Type`. */
export type Of<M extends Message, Type extends M["type"]> = Extract<M, { readonly type: Type }>;

/** The reply to `M`, or `void` for a one-way message. */
export type ReplyOf<M> = "~reply" extends keyof M
  ? M extends { readonly "~reply"?: infer Reply } ? Reply : void
  : void;

/** The names of the messages in `M` that are answered. */
export type AskType<M extends Message> = M extends Message
  ? "~reply" extends keyof M ? M["type"] : never
  : never;

/** The one-way messages of `M`. */
export type TellOf<M extends Message> = M extends Message ? "~reply" extends keyof M ? never : M
  : never;

/** What a sender writes: the message without its phantom reply. */
export type Sent<M> = Omit<M, "~reply">;

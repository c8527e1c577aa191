/**
 * The actor kernel: isolated components with bounded mailboxes, supervised, in this thread or another.
 *
 * @module
 */

export * from "./definition.ts";
export * from "./metrics.ts";
export * from "./protocol.ts";
export * from "./ref.ts";
export * from "./system.ts";

import { strictEqual } from "node:assert/strict";
import { type Actor, createSystem, defineActor, type Tell } from "../../actors/runtime/mod.ts";
import { systemClock } from "../../core/clock.ts";

type Spin = Tell<"spin">;

const spinner: Actor<Spin, { readonly to: string }> = defineActor<
  Spin,
  { readonly to: string },
  { readonly to: string }
>({
  name: "spinner",
  module: import.meta.url,
  mailbox: { capacity: 2, overflow: "reject" },
  start: (_context, args) => args,
  handlers: {
    spin: (context, message, { to }) => void context.ref<Spin>(to).tell(message),
  },
});

Deno.test("system lets timers fire when actors never run out of messages", async () => {
  await using system = createSystem({ name: "test" });
  const ref = await system.spawn({ key: "a", actor: spinner, args: { to: "test/b" } });
  await system.spawn({ key: "b", actor: spinner, args: { to: "test/a" } });

  ref.tell({ type: "spin" });
  await new Promise<void>((resolve) => systemClock.schedule(5, resolve));

  const [own] = await system.metrics();
  strictEqual(own !== undefined && own.handled > 100, true);
  await system.stop("kill");
});

Deno.test("system survives a listener that throws, which surfaces as an uncaught error", async () => {
  const thrown = Promise.withResolvers<unknown>();
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.resolve(event.error);
  };
  globalThis.addEventListener("error", onError, { once: true });
  const boom = new Error("listener");
  await using system = createSystem({
    name: "test",
    onEvent() {
      throw boom;
    },
  });

  strictEqual(system.ref<Spin>("test/nobody").tell({ type: "spin" }), "stopped");

  strictEqual(await thrown.promise, boom);
});

/**
 * What a handler may say while it runs: log entries and progress, all of it bounded.
 */

import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import type { JobContext } from "../../core/definition.ts";
import type { LogEntry } from "../../core/log.ts";
import { AT_MS, jobId, logId } from "../support/factories.ts";
import { runOf } from "./support/handler_scene.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a handler wrote that does `act`. */
async function logsOf(act: (job: JobContext) => void, attempt = 1): Promise<readonly LogEntry[]> {
  const run = runOf(act, { attempt });
  strictEqual((await run.start()).outcome, "succeeded");
  return run.takeLogs();
}

/** What is kept of the details of an entry. */
async function kept(fields: Fields): Promise<string> {
  const [entry] = await logsOf(({ log }) => log.info("x", fields));
  return entry?.fields ?? "none";
}

Deno.test("HandlerRun keeps what a handler writes, with its level, attempt and details", async () => {
  const entries = await logsOf(({ log }) => {
    log.debug("a");
    log.info("b", { to: "Ada" });
    log.warn("c");
    log.error("d");
  }, 2);
  deepStrictEqual(entries.map(({ level, message }) => [level, message]), [
    ["Debug", "a"],
    ["Info", "b"],
    ["Warning", "c"],
    ["Error", "d"],
  ]);
  deepStrictEqual(entries[1], {
    id: logId(2),
    level: "Info",
    message: "b",
    subjectType: "Job",
    subjectId: jobId(1),
    attempt: 2,
    fields: '{"to":"Ada"}',
    host: "host-1",
    writtenAtMs: AT_MS,
  });
  strictEqual(entries[0]?.fields, null);
});

Deno.test("HandlerRun hands every entry out once", async () => {
  const run = runOf(({ log }) => log.info("a"));
  await run.start();
  strictEqual(run.takeLogs().length, 1);
  deepStrictEqual(run.takeLogs(), []);
});

Deno.test("HandlerRun keeps 1,000 entries, the last of which says that the rest is dropped", async () => {
  const entries = await logsOf(({ log }) => {
    for (let i = 1; i <= 1_500; i++) log.info(`line ${i}`, { i });
  });
  strictEqual(entries.length, 1_000);
  strictEqual(entries[998]?.message, "line 999");
  const { level, message, fields } = entries[999]!;
  deepStrictEqual([level, message, fields], [
    "Warning",
    "This attempt wrote 1000 log lines; the rest is dropped",
    null,
  ]);
});

Deno.test("HandlerRun counts the entries of the whole attempt, however often they are taken", async () => {
  let taken = 0;
  const run = runOf(({ log }) => {
    for (let i = 0; i < 3_000; i++) {
      log.info("x");
      taken += run.takeLogs().length;
    }
  });
  await run.start();
  strictEqual(taken, 1_000);
});

Deno.test("HandlerRun cuts a long text and replaces what a database cannot keep", async () => {
  const entries = await logsOf(({ log }) => {
    log.info("x".repeat(50_000_000));
    log.info("a\0b\uD800");
    log.info(7 as unknown as string);
    log.info(undefined as unknown as string);
  });
  const messages = entries.map(({ message }) => message);
  strictEqual(messages[0]?.length, 4_000);
  deepStrictEqual(messages.slice(1), ["a\u{FFFD}b\u{FFFD}", "7", "undefined"]);
});

Deno.test("HandlerRun keeps details that JSON alone could not hold", async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const thrower = {
    toJSON() {
      throw new Error("not now");
    },
  };
  strictEqual(await kept({ size: 10n }), '{"size":"10n"}');
  match(await kept(cyclic), /^\{"unreadable":".*circular/);
  strictEqual(await kept({ a: thrower }), '{"unreadable":"not now"}');
  strictEqual(await kept({ a: undefined, f: () => 1 }), "{}");
  match(await kept({ error: new TypeError("refused") }), /"name":"TypeError","message":"refused"/);
  match(await kept((() => 1) as unknown as Fields), /^\{"unreadable":/);
});

Deno.test("HandlerRun cuts long details and keeps them JSON", async () => {
  const fits = { a: "x".repeat(3_992) };
  strictEqual(await kept(fits), JSON.stringify(fits));
  const { truncated } = JSON.parse(await kept({ a: "x".repeat(3_993) }));
  ok(truncated.startsWith('{"a":"xxx') && truncated.length <= 2_000);
});

Deno.test("HandlerRun remembers what the handler last said about how far it is", async () => {
  const run = runOf(({ progress }) => {
    progress(0);
    progress(50.5, "half way");
  });
  strictEqual(run.progress, null);
  await run.start();
  deepStrictEqual(run.progress, { percent: 50.5, note: "half way" });
});

Deno.test("HandlerRun cuts a long note and keeps none when there is none", async () => {
  const run = runOf(({ progress }) => {
    progress(1, "x".repeat(501));
    strictEqual(run.progress?.note?.length, 500);
    progress(100);
    strictEqual(run.progress?.note, null);
  });
  strictEqual((await run.start()).outcome, "succeeded");
});

Deno.test("HandlerRun takes a progress of 0 to 100 and names what is wrong otherwise", async () => {
  const run = runOf(({ progress }) => {
    for (const percent of [0, 100]) progress(percent);
    for (const percent of [-0.1, 100.1, Number.NaN, Infinity, "50" as unknown as number]) {
      throws(() => progress(percent), {
        code: "invalid_request",
        message: `Cannot set progress ${percent}: it must be a number from 0 to 100`,
      });
    }
  });
  strictEqual((await run.start()).outcome, "succeeded");
  deepStrictEqual(run.progress, { percent: 100, note: null });
});

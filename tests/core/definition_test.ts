/**
 * How a job is declared, and what is refused.
 */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { z } from "zod";
import { defineJob, type JobHandler, type JobOptions } from "../../core/definition.ts";

const noop: JobHandler = () => null;

function define(options: Readonly<Record<string, unknown>>): unknown {
  return defineJob({ id: "mail.send", ...options } as JobOptions<unknown, unknown>, noop);
}

function refuses(options: Readonly<Record<string, unknown>>, message: string | RegExp): void {
  throws(() => define(options), {
    name: "JobMasterError",
    code: "configuration_invalid",
    message,
  });
}

Deno.test("defineJob leaves everything that is not said to the cluster", () => {
  const { id, input, defaults, handler } = defineJob({ id: "mail.send" }, noop);
  deepStrictEqual([id, input, handler], ["mail.send", null, noop]);
  deepStrictEqual(defaults, {
    id: "mail.send",
    timeoutMs: null,
    maxRetries: null,
    retry: null,
    priority: "Medium",
    lane: "",
    metadata: {},
  });
});

Deno.test("defineJob reads every default", () => {
  const input = z.object({ to: z.string() });
  const definition = defineJob({
    id: "mail.send",
    input,
    timeout: "1m",
    maxRetries: 10,
    retry: { base: "1s", jitter: "none" },
    priority: "High",
    lane: "Mail",
    metadata: { team: "growth" },
  }, ({ data }) => data.to);
  strictEqual(definition.input, input);
  deepStrictEqual(definition.defaults, {
    id: "mail.send",
    timeoutMs: 60_000,
    maxRetries: 10,
    retry: { baseMs: 1_000, factor: 2, maxMs: 3_600_000, jitter: "none" },
    priority: "High",
    lane: "mail",
    metadata: { team: "growth" },
  });
});

Deno.test("defineJob answers a definition that nobody can change", () => {
  ok(Object.isFrozen(defineJob({ id: "mail.send" }, noop)));
  const metadata: Record<string, string> = { team: "a" };
  const definition = defineJob({ id: "mail.send", metadata }, noop);
  metadata.team = "b";
  deepStrictEqual(definition.defaults.metadata, { team: "a" });
});

Deno.test("defineJob names the field, the value and the rule of wrong options", () => {
  refuses(
    { id: "a b" },
    'Cannot use job definition id "a b": it must be 1 to 250 letters and digits with single ' +
      '"-", "_", "." or ":" between them',
  );
  refuses({ id: undefined }, /^Cannot use job definition id undefined: /);
  refuses({ timeout: 0 }, "Cannot use timeout 0: it must be between PT0.001S and PT876000H");
  refuses({ timeout: "soon" }, /^Cannot use timeout "soon": /);
  refuses({ maxRetries: 11 }, "Cannot use maxRetries 11: it must be a whole number from 0 to 10");
  refuses({ maxRetries: null }, /^Cannot use maxRetries null: /);
  refuses({ retry: "often" }, /^Cannot use retry "often": /);
  refuses(
    { priority: "Urgent" },
    'Cannot use priority "Urgent": it must be one of VeryLow, Low, Medium, High, Critical',
  );
  refuses({ lane: "a b" }, /^Cannot use lane "a b": /);
});

Deno.test("defineJob refuses tags that no job may have", () => {
  refuses(
    { metadata: { team: Number.NaN } },
    'Cannot use metadata "team": its value must be text, a number or a boolean',
  );
  refuses({ metadata: "team=a" }, /^Cannot use metadata "team=a": /);
  refuses({ metadata: { text: "x".repeat(9_000) } }, /^Cannot take metadata: its JSON has /);
});

Deno.test("defineJob refuses an input that is no Standard Schema", () => {
  for (const input of [{}, { type: "object" }, () => true, { "~standard": {} }]) {
    refuses({ input }, /^Cannot use input .*: it must be a Standard Schema such as z\.object\(/);
  }
});

Deno.test("defineJob refuses a job without a handler", () => {
  for (const handler of [undefined, null, {}, "run"]) {
    throws(() => defineJob({ id: "mail.send" }, handler as unknown as JobHandler), {
      code: "configuration_invalid",
      message: 'Cannot define job "mail.send": its handler must be a function',
    });
  }
});

Deno.test("defineJob says what is missing when it is called with nothing", () => {
  const nothing = null as unknown as JobOptions<unknown, unknown>;
  throws(() => defineJob(nothing, noop), {
    code: "configuration_invalid",
    message: /^Cannot use job definition id undefined: /,
  });
});

Deno.test("defineJob refuses an option it does not know", () => {
  throws(() => defineJob({ id: "x", timeOut: "5s" } as never, () => {}), {
    code: "configuration_invalid",
    message: /"timeOut".*timeout/,
  });
});

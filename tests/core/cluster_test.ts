/**
 * The settings of a cluster, and how they are changed.
 */

import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  changeSettings,
  CLUSTER_MODES,
  CLUSTER_TRANSITIONS,
  DEFAULT_CLUSTER_SETTINGS,
  oneOf,
  parseRetry,
  wholeNumber,
} from "../../core/cluster.ts";
import type { JobMasterError } from "../../core/errors.ts";
import { assertSteps } from "./support/step_table.ts";

const SETTINGS = DEFAULT_CLUSTER_SETTINGS;
const DAY_MS = 86_400_000;

type Change = Readonly<Record<string, unknown>>;

function refuses(change: Change, message: string | RegExp): void {
  throws(() => changeSettings(SETTINGS, change), {
    name: "JobMasterError",
    code: "invalid_request",
    message,
  });
}

Deno.test("CLUSTER_TRANSITIONS lets a mode change to any other", () => {
  assertSteps({
    statuses: CLUSTER_MODES,
    table: CLUSTER_TRANSITIONS,
    expected: {
      Active: "Passive Archived",
      Passive: "Active Archived",
      Archived: "Active Passive",
    },
  });
});

Deno.test("DEFAULT_CLUSTER_SETTINGS are the published ones", () => {
  deepStrictEqual(SETTINGS, {
    mode: "Active",
    defaultTimeoutMs: 60_000,
    defaultMaxRetries: 3,
    transientThresholdMs: 600_000,
    maxPayloadBytes: 131_072,
    timeZone: "UTC",
    retentionMs: 30 * DAY_MS,
    retry: { baseMs: 10_000, factor: 2, maxMs: 3_600_000, jitter: "full" },
  });
});

Deno.test("changeSettings changes what is said and keeps the rest", () => {
  deepStrictEqual(changeSettings(SETTINGS, { mode: "Passive" }), { ...SETTINGS, mode: "Passive" });
  deepStrictEqual(changeSettings(SETTINGS, {}), SETTINGS);
  deepStrictEqual(changeSettings(SETTINGS, { mode: undefined }), SETTINGS);
});

Deno.test("changeSettings reads every setting", () => {
  const change: Change = {
    mode: "Archived",
    defaultTimeout: "5m",
    defaultMaxRetries: 0,
    transientThreshold: "PT1H",
    maxPayloadBytes: -1,
    timeZone: "europe/lisbon",
    retention: null,
    retry: { base: "1s", factor: 1.5, max: "1m", jitter: "none" },
  };
  deepStrictEqual(changeSettings(SETTINGS, change), {
    mode: "Archived",
    defaultTimeoutMs: 300_000,
    defaultMaxRetries: 0,
    transientThresholdMs: 3_600_000,
    maxPayloadBytes: -1,
    timeZone: "Europe/Lisbon",
    retentionMs: null,
    retry: { baseMs: 1_000, factor: 1.5, maxMs: 60_000, jitter: "none" },
  });
});

Deno.test("changeSettings leaves the settings it was given as they are", () => {
  const before = structuredClone(SETTINGS);
  changeSettings(SETTINGS, { mode: "Passive", retry: { base: "1s" } });
  deepStrictEqual(SETTINGS, before);
});

Deno.test("changeSettings keeps the fields of retry that are left out", () => {
  const own = changeSettings(SETTINGS, { retry: { base: "1s", factor: 3 } });
  deepStrictEqual(changeSettings(own, { retry: { max: "1m" } }).retry, {
    baseMs: 1_000,
    factor: 3,
    maxMs: 60_000,
    jitter: "full",
  });
});

Deno.test("changeSettings takes both bounds of every setting", () => {
  const kept: readonly [Change, Change][] = [
    [{ defaultTimeout: 1 }, { defaultTimeoutMs: 1 }],
    [{ defaultMaxRetries: 10 }, { defaultMaxRetries: 10 }],
    [{ transientThreshold: "10s" }, { transientThresholdMs: 10_000 }],
    [{ transientThreshold: "24h" }, { transientThresholdMs: DAY_MS }],
    [{ maxPayloadBytes: 0 }, { maxPayloadBytes: 0 }],
    [{ maxPayloadBytes: 67_108_864 }, { maxPayloadBytes: 67_108_864 }],
    [{ retention: "1s" }, { retentionMs: 1_000 }],
  ];
  for (const [change, setting] of kept) {
    deepStrictEqual(changeSettings(SETTINGS, change), { ...SETTINGS, ...setting });
  }
});

Deno.test("changeSettings names the setting, the value and the rule", () => {
  refuses(
    { mode: "active" },
    'Cannot use mode "active": it must be one of Active, Passive, Archived',
  );
  refuses(
    { defaultTimeout: 0 },
    "Cannot use defaultTimeout 0: it must be between PT0.001S and PT876000H",
  );
  refuses({ defaultTimeout: null }, /^Cannot use defaultTimeout null: it must be like "250ms"/);
  const retries = "it must be a whole number from 0 to 10";
  refuses({ defaultMaxRetries: 11 }, `Cannot use defaultMaxRetries 11: ${retries}`);
  refuses({ defaultMaxRetries: -1 }, `Cannot use defaultMaxRetries -1: ${retries}`);
  refuses({ defaultMaxRetries: "3" }, `Cannot use defaultMaxRetries "3": ${retries}`);
  const threshold = "it must be between PT10S and PT24H";
  refuses({ transientThreshold: 9_999 }, `Cannot use transientThreshold 9999: ${threshold}`);
  refuses({ transientThreshold: "25h" }, `Cannot use transientThreshold "25h": ${threshold}`);
  const bytes = "it must be a whole number from -1 to 67108864";
  refuses({ maxPayloadBytes: -2 }, `Cannot use maxPayloadBytes -2: ${bytes}`);
  refuses({ maxPayloadBytes: 67_108_865 }, `Cannot use maxPayloadBytes 67108865: ${bytes}`);
  refuses({ maxPayloadBytes: 1.5 }, `Cannot use maxPayloadBytes 1.5: ${bytes}`);
  refuses({ retention: 999 }, "Cannot use retention 999: it must be between PT1S and PT876000H");
});

Deno.test("changeSettings refuses a time zone that is not one", () => {
  for (const zone of ["Mars/Olympus", "", "GMT+25", null, 7, ["UTC"], { toString: () => "UTC" }]) {
    refuses(
      { timeZone: zone },
      /^Cannot use timeZone .*: it must be an IANA zone such as "Europe\/Lisbon"$/,
    );
  }
});

Deno.test("changeSettings refuses a setting it does not know, those of every object included", () => {
  const known = "mode, defaultTimeout, defaultMaxRetries, transientThreshold, maxPayloadBytes, " +
    "timeZone, retention, retry";
  for (const field of ["Mode", "defaultTimeoutMs", "constructor", "__proto__", "toString", ""]) {
    const change = JSON.parse(`{${JSON.stringify(field)}:1}`);
    refuses(change, `Cannot set "${field}": the settings are ${known}`);
  }
});

Deno.test("changeSettings reports every problem at once and changes nothing", () => {
  const change: Change = {
    mode: "Off",
    defaultTimeout: "5m",
    defaultMaxRetries: 99,
    color: "red",
    timeZone: 10n,
    retry: { jitter: "some" },
  };
  const problems = [
    'Cannot use mode "Off": it must be one of Active, Passive, Archived',
    "Cannot use defaultMaxRetries 99: it must be a whole number from 0 to 10",
    'Cannot set "color": the settings are mode, defaultTimeout, defaultMaxRetries, ' +
    "transientThreshold, maxPayloadBytes, timeZone, retention, retry",
    'Cannot use timeZone 10n: it must be an IANA zone such as "Europe/Lisbon"',
    'Cannot use retry.jitter "some": it must be one of full, none',
  ];
  throws(() => changeSettings(SETTINGS, change), (error: unknown) => {
    deepStrictEqual((error as JobMasterError).problems, problems);
    strictEqual((error as JobMasterError).message, problems.join("; "));
    return true;
  });
});

Deno.test("parseRetry names the field, the value and the rule", () => {
  const cases: readonly [unknown, string | RegExp][] = [
    ["often", 'Cannot use retry "often": it must be an object of base, factor, max and jitter'],
    [null, "Cannot use retry null: it must be an object of base, factor, max and jitter"],
    [[], "Cannot use retry []: it must be an object of base, factor, max and jitter"],
    [{ step: 1 }, 'Cannot use retry field "step": the fields are base, factor, max and jitter'],
    [{ base: "x" }, /^Cannot use retry\.base "x": it must be like/],
    [{ max: -1 }, "Cannot use retry.max -1: it must be between PT0S and PT876000H"],
    [{ factor: 0.99 }, "Cannot use retry.factor 0.99: it must be a number from 1 to 100"],
    [{ factor: 101 }, "Cannot use retry.factor 101: it must be a number from 1 to 100"],
    [{ factor: Number.NaN }, "Cannot use retry.factor NaN: it must be a number from 1 to 100"],
    [{ factor: "2" }, 'Cannot use retry.factor "2": it must be a number from 1 to 100'],
    [{ jitter: true }, "Cannot use retry.jitter true: it must be one of full, none"],
  ];
  for (const [value, message] of cases) {
    throws(() => parseRetry(value), { code: "invalid_request", message });
  }
});

Deno.test("oneOf takes a word exactly as it is listed", () => {
  strictEqual(oneOf("b", ["a", "b"], "letter"), "b");
  for (const word of ["B", " b", "", 1, null, ["b"]]) {
    throws(() => oneOf(word, ["a", "b"], "letter"), {
      code: "invalid_request",
      message: /^Cannot use letter .*: it must be one of a, b$/,
    });
  }
});

Deno.test("wholeNumber takes whole numbers from bound to bound", () => {
  const bounds = { min: -1, max: 3 };
  for (const number of [-1, 0, 3]) strictEqual(wholeNumber(number, "count", bounds), number);
  for (const value of [-2, 4, 1.5, Number.NaN, Infinity, "1", null, 1n]) {
    throws(() => wholeNumber(value, "count", bounds), {
      code: "invalid_request",
      message: /^Cannot use count .*: it must be a whole number from -1 to 3$/,
    });
  }
});

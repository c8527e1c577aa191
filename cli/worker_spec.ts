/**
 * Reads workers as they are written on a command line: `mode=Full,lane=mail,parallelism=2,buckets.High=4`.
 *
 * @module
 */

import { oneOf, wholeNumber } from "../core/cluster.ts";
import { JobMasterError } from "../core/errors.ts";
import { PRIORITIES } from "../core/job.ts";
import { parseLane, shown } from "../core/names.ts";
import { WORKER_MODES } from "../core/worker.ts";
import type { WorkerOptions } from "../library/options.ts";
import { didYouMean } from "./closest.ts";

type Reader = (value: string) => WorkerOptions;

const READERS: Readonly<Record<keyof Omit<WorkerOptions, "buckets">, Reader>> = {
  name: (value) => ({ name: value }),
  agent: (value) => ({ agent: value }),
  mode: (value) => ({ mode: oneOf(value, WORKER_MODES, "worker mode") }),
  lane: (value) => ({ lane: parseLane(value) }),
  parallelism: (value) => ({ parallelism: readParallelism(value) }),
  bufferSize: (value) => ({
    bufferSize: wholeNumber(readNumber(value), "worker bufferSize", { min: 1, max: 10_000 }),
  }),
};

/** What a worker may say. */
export const WORKER_SPEC_KEYS: readonly string[] = [
  ...Object.keys(READERS),
  ...PRIORITIES.map((priority) => `buckets.${priority}`),
];

/**
 * Reads one worker.
 *
 * @throws {JobMasterError} `configuration_invalid` or `invalid_request` that names the part and the rule.
 */
export function parseWorkerSpec(spec: string): WorkerOptions {
  const seen = new Set<string>();
  let worker: WorkerOptions = {};
  for (const part of spec.split(",")) {
    const at = part.indexOf("=");
    const key = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (at < 1) {
      throw invalid(
        spec,
        `${shown(part)} is not key=value; an example is mode=Full,lane=mail,parallelism=2`,
      );
    }
    if (seen.has(key)) throw invalid(spec, `${shown(key)} is said twice`);
    seen.add(key);
    worker = { ...worker, ...readPart(key, value, worker) };
  }
  return worker;
}

function readPart(key: string, value: string, worker: WorkerOptions): WorkerOptions {
  if (key.startsWith("buckets.")) {
    const priority = oneOf(key.slice("buckets.".length), PRIORITIES, "worker buckets");
    const count = wholeNumber(readNumber(value), `worker ${key}`, { min: 0, max: 100 });
    return { buckets: { ...worker.buckets, [priority]: count } };
  }
  if (!Object.hasOwn(READERS, key)) {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot use worker key ${shown(key)}${didYouMean(key, WORKER_SPEC_KEYS)}: the keys are ${
        Object.keys(READERS).join(", ")
      } and buckets.<priority>`,
    );
  }
  return READERS[key as keyof typeof READERS](value);
}

function readParallelism(value: string): number {
  const number = readNumber(value);
  if (typeof number === "number" && number >= 0.1 && number <= 1_000) return number;
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use worker parallelism ${shown(value)}: it must be a number from 0.1 to 1000`,
  );
}

/** The number that is written, or the text itself for the caller to refuse. */
function readNumber(value: string): number | string {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function invalid(spec: string, why: string): JobMasterError {
  return new JobMasterError("configuration_invalid", `Cannot use worker ${shown(spec)}: ${why}`);
}

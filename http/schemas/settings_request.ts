/**
 * Schema of a change of settings. Every field is read by the engine's own reader.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import {
  changeSettings,
  CLUSTER_MODES,
  type ClusterSettingsInput,
  DEFAULT_CLUSTER_SETTINGS,
} from "../../core/cluster.ts";
import { MAX_RETRIES } from "../../core/retry.ts";
import { field, type FieldShape } from "./field.ts";
import { DURATION_SHAPE } from "./job_request.ts";
import { readBy } from "./read.ts";

/** A change of some settings. */
export const settingsSchema = z.strictObject(
  {
    mode: setting("mode", { type: "string", enum: [...CLUSTER_MODES] }),
    defaultTimeout: setting("defaultTimeout", DURATION_SHAPE),
    defaultMaxRetries: setting("defaultMaxRetries", {
      type: "integer",
      minimum: 0,
      maximum: MAX_RETRIES,
    }),
    transientThreshold: setting("transientThreshold", {
      ...DURATION_SHAPE,
      description: "10 s to 24 h",
    }),
    maxPayloadBytes: setting("maxPayloadBytes", {
      type: "integer",
      minimum: -1,
      maximum: 64 * 1024 * 1024,
      description: "-1 is no limit",
    }),
    timeZone: setting("timeZone", { type: "string", example: "Europe/Lisbon" }),
    retention: setting("retention", {
      ...DURATION_SHAPE,
      type: ["string", "integer", "null"],
      description: "From 1 s; null keeps final jobs and logs for ever",
    }),
    retry: setting("retry", {
      type: "object",
      description: "base, factor, max and jitter; what is left out keeps its value",
    }),
  } satisfies Record<keyof ClusterSettingsInput, z.ZodType>,
).openapi("ClusterSettings");

/** The rules of a setting do not depend on its current value, so any settings will do to read it. */
function setting(name: keyof ClusterSettingsInput, shape: FieldShape): z.ZodType {
  return field((value) => changeSettings(DEFAULT_CLUSTER_SETTINGS, { [name]: value }), shape);
}

/**
 * Reads a change of settings.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found.
 */
export function readSettings(body: unknown): Readonly<Record<string, unknown>> {
  readBy(settingsSchema, body, "the settings");
  return body as Readonly<Record<string, unknown>>;
}

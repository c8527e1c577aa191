/**
 * The parts of a path.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { JobMasterError } from "../../core/errors.ts";
import { parseJobId } from "../../core/ids.ts";
import { MAX_ID_LENGTH, shown } from "../../core/names.ts";
import { parseScheduleId } from "../../core/schedule_input.ts";
import { pathField } from "./field.ts";

const cluster = pathField((value) => value, { type: "string", description: "The cluster" });

/** Nothing in the path is open. */
export const noPath = z.strictObject({});

/** A cluster. */
export const clusterPath = z.strictObject({ cluster });

/** A job of a cluster. */
export const jobPath = z.strictObject({
  cluster,
  id: pathField(parseJobId, { type: "string", format: "uuid", description: "The job" }),
});

/** A recurring schedule of a cluster. */
export const schedulePath = z.strictObject({
  cluster,
  id: pathField(parseScheduleId, {
    type: "string",
    maxLength: MAX_ID_LENGTH,
    description: "The schedule: a UUID, or the id its code gives it",
    example: "maintenance:greet",
  }),
});

/** A log entry of a cluster. */
export const logPath = z.strictObject({
  cluster,
  id: pathField(readLogId, { type: "string", format: "uuid", description: "The log entry" }),
});

/** A bucket or worker of a cluster. */
export const namedPath = z.strictObject({
  cluster,
  id: pathField(readName, { type: "string", description: "Its id" }),
});

/** Log entries have ids of the same form as jobs. */
function readLogId(value: string): string {
  try {
    return parseJobId(value);
  } catch {
    throw new JobMasterError(
      "invalid_request",
      `Cannot read log id ${shown(value)}: it must be a UUID`,
    );
  }
}

function readName(value: string): string {
  if (value.length <= MAX_ID_LENGTH && /^[^\p{Cc}\p{Cs}]+$/u.test(value)) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot read id ${shown(value)}: it must be 1 to ${MAX_ID_LENGTH} characters of text`,
  );
}

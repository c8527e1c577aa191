/**
 * `/{cluster}/jobs/{id}`: changing one job.
 *
 * @module
 */

import type { JobCommand } from "../../actors/client.ts";
import { type AnswerShape, type BodyPart, type Endpoint, endpoint } from "../endpoint.ts";
import { toJobResource } from "../resources/job.ts";
import { noBody } from "../schemas/body.ts";
import { jobSchema } from "../schemas/job.ts";
import { readReschedule, rescheduleSchema } from "../schemas/job_request.ts";
import { noQuery } from "../schemas/page_query.ts";
import { jobPath } from "../schemas/path.ts";
import { clusterOf } from "../site.ts";

const tag = "Jobs";

const ANSWERS: Readonly<Record<number, AnswerShape>> = {
  200: { description: "Done; the job as it is now", schema: jobSchema },
  202: { description: "Asked for: the attempt that runs has to end first", schema: jobSchema },
};

/** The endpoints that change one job. */
export const jobCommandEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "delete",
    path: "/{cluster}/jobs/{id}",
    id: "removeJob",
    summary: "Deletes a job that has ended, with its executions and logs",
    tag,
    parts: jobPath,
    query: noQuery,
    body: noBody,
    answers: { 204: { description: "Deleted" } },
    async handle({ site, path }) {
      await clusterOf(site, path.cluster).changeJob(path.id, { type: "remove" });
      return new Response(null, { status: 204 });
    },
  }),
  commandEndpoint("cancel", "Cancels a job", always({ type: "cancel" })),
  commandEndpoint("retry", "Runs a job that has ended once more", always({ type: "retry" })),
  commandEndpoint("run-now", "Makes a waiting job due now", always({ type: "run_now" })),
  commandEndpoint("reschedule", "Moves a waiting job to another time", {
    schema: rescheduleSchema,
    read: (body) => ({ type: "reschedule", ...readReschedule(body) }),
  }),
];

function commandEndpoint(
  word: "cancel" | "retry" | "run-now" | "reschedule",
  summary: string,
  body: BodyPart<JobCommand>,
): Endpoint {
  return endpoint({
    method: "post",
    path: `/{cluster}/jobs/{id}/${word}`,
    id: word === "run-now" ? "runJobNow" : `${word}Job`,
    summary,
    tag,
    parts: jobPath,
    query: noQuery,
    body,
    answers: ANSWERS,
    async handle({ site, path, body: command }) {
      const { outcome, job } = await clusterOf(site, path.cluster).changeJob(path.id, command);
      return Response.json(toJobResource(job), { status: outcome === "requested" ? 202 : 200 });
    },
  });
}

/** A command that takes nothing more. */
function always(command: JobCommand): BodyPart<JobCommand> {
  return {
    schema: null,
    read(body) {
      noBody.read(body);
      return command;
    },
  };
}

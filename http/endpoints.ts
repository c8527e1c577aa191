/**
 * Every endpoint. Literal paths stand before open ones that would fit them too.
 *
 * @module
 */

import type { Endpoint } from "./endpoint.ts";
import { agentCommandEndpoints } from "./routes/agent_commands.ts";
import { agentEndpoints } from "./routes/agents.ts";
import { bucketEndpoints } from "./routes/buckets.ts";
import { clusterEndpoints } from "./routes/clusters.ts";
import { jobCommandEndpoints } from "./routes/job_commands.ts";
import { jobHistoryEndpoints } from "./routes/job_history.ts";
import { jobEndpoints } from "./routes/jobs.ts";
import { logEndpoints } from "./routes/logs.ts";
import { nodeEndpoints } from "./routes/node.ts";
import { parkedEndpoints } from "./routes/parked.ts";
import { scheduleCommandEndpoints } from "./routes/schedule_commands.ts";
import { scheduleEndpoints } from "./routes/schedules.ts";
import { workerEndpoints } from "./routes/workers.ts";

/** Every endpoint. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...nodeEndpoints,
  ...clusterEndpoints,
  ...jobEndpoints,
  ...jobCommandEndpoints,
  ...jobHistoryEndpoints,
  ...scheduleEndpoints,
  ...scheduleCommandEndpoints,
  ...agentEndpoints,
  ...agentCommandEndpoints,
  ...parkedEndpoints,
  ...bucketEndpoints,
  ...workerEndpoints,
  ...logEndpoints,
];

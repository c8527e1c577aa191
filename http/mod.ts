/**
 * The HTTP façade: mount {@linkcode createHandler} on any host that speaks `fetch`.
 *
 * @module
 */

export {
  createHandler,
  type Handler,
  type HandlerOptions,
  type UnexpectedFailure,
} from "./handler.ts";
export type {
  AgentResource,
  BucketResource,
  ClusterHealthResource,
  ClusterResource,
  ErrorResource,
  ExecutionResource,
  HealthResource,
  JobResource,
  LogResource,
  NextRunsResource,
  PageResource,
  ParkedChangeResource,
  ParkedResource,
  PercentilesResource,
  ProblemResource,
  ReasonResource,
  RetryResource,
  ScheduleResource,
  StatisticsResource,
  WhyResource,
  WorkerResource,
} from "./resources.ts";

/**
 * What `doctor` looks at, and what it thinks of it.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { shown } from "../core/names.ts";
import { formatInstant, parseDuration } from "../core/time.ts";
import type { BucketResource, WorkerResource } from "../http/resources/fleet.ts";
import type { JobResource } from "../http/resources/job.ts";
import type { PageResource } from "../http/resources/page.ts";
import type { ClusterResource } from "../http/resources/cluster.ts";
import type { WhyResource } from "../http/resources/why.ts";
import type { Api, ApiQuery } from "./api.ts";
import { MasterAccess } from "./master_access.ts";

/** How bad a finding is; `fail` makes the cluster unhealthy. */
export type FindingState = "ok" | "warn" | "fail";

/** What one check found. */
export interface Finding {
  /** The check. */
  readonly check: string;
  /** How bad it is. */
  readonly state: FindingState;
  /** One sentence. */
  readonly message: string;
}

/** Difference of clocks worth a word, in milliseconds. */
const CLOCK_WARN_MS = 1_000;
/** Difference of clocks that makes due times meaningless, in milliseconds. */
const CLOCK_FAIL_MS = 10_000;
/** Time a running attempt may exceed its timeout before it is odd, in milliseconds. */
const OVERDUE_MS = 60_000;
/** Jobs looked at one by one. */
const MAX_EXPLAINED = 10;

/** Looks at the master itself: reachable, its server's settings and rights, schema, drift, clock, cluster. */
export async function examineMaster(
  url: string,
  cluster: string,
  clock: Clock,
): Promise<readonly Finding[]> {
  const access = new MasterAccess(url);
  const { current, latest, drift } = await access.inspect();
  if (current === 0) return [fail("master", `Nothing is at ${shown(access.label)}`)];
  const schema = current === latest
    ? ok("schema", `Version ${current} of ${latest}`)
    : fail("schema", `Version ${current}, needed is ${latest}${hintFor(current, latest)}`);
  const drifted = drift.length === 0
    ? [ok("drift", "None")]
    : drift.map((difference) => fail("drift", difference));
  if (current !== latest || drift.length > 0) return [schema, ...drifted];
  await using master = await access.open();
  const sentAtMs = clock.now();
  const { product, clockMs } = await master.clusters.health();
  const latencyMs = clock.now() - sentAtMs;
  const found = await master.clusters.find({ clusterId: cluster });
  const advice = await access.advise();
  return [
    ok("master", `${product} at ${access.label} answered in ${latencyMs} ms`),
    ...advice.map(({ state, message }) => ({ check: "server", state, message })),
    schema,
    ...drifted,
    clockFinding(clockMs - (sentAtMs + latencyMs / 2)),
    found === null
      ? fail("cluster", `There is no cluster ${shown(cluster)}`)
      : ok("cluster", `Cluster ${shown(cluster)} exists`),
  ];
}

function hintFor(current: number, latest: number): string {
  return current < latest ? "; run migrate up" : "; this program is too old for it";
}

function clockFinding(differenceMs: number): Finding {
  const away = Math.abs(differenceMs);
  const message = `The master's clock is ${Math.round(away)} ms ${
    differenceMs < 0 ? "behind" : "ahead of"
  } this machine's`;
  if (away >= CLOCK_FAIL_MS) return fail("clock", message);
  return away >= CLOCK_WARN_MS ? warn("clock", message) : ok("clock", message);
}

/** Looks at the cluster through its API: mode, workers, buckets, lanes, stuck jobs. */
export async function examineCluster(api: Api, clock: Clock): Promise<readonly Finding[]> {
  const cluster = await api.ofCluster<ClusterResource>({});
  const workers = await listAll<WorkerResource>(api, "workers", {});
  const buckets = await listAll<BucketResource>(api, "buckets", {});
  const due = await listSome(api, {
    status: ["HeldOnMaster", "AssignedToBucket", "Onboarded"],
    scheduledTo: formatInstant(clock.now()),
    sort: "scheduledAt",
  });
  const alive = workers.filter(({ status }) => status === "Active");
  return [
    cluster.mode === "Active"
      ? ok("mode", "Active")
      : warn("mode", `${cluster.mode}: nothing is started until it is Active`),
    ...workerFindings(workers, alive, due.length),
    bucketFinding(buckets),
    ...laneFindings(due, buckets),
    ...await stuckFindings(api, due, clock),
  ];
}

function workerFindings(
  workers: readonly WorkerResource[],
  alive: readonly WorkerResource[],
  due: number,
): readonly Finding[] {
  const dead = workers.filter(({ status }) => status === "Dead");
  const findings = [];
  if (alive.length === 0) {
    const message = "No worker is alive";
    findings.push(
      due === 0 ? warn("workers", message) : fail("workers", `${message} and jobs are due`),
    );
  } else findings.push(ok("workers", `${alive.length} alive`));
  if (dead.length > 0) {
    findings.push(warn("workers", `${dead.length} died: ${dead.map(({ id }) => id).join(", ")}`));
  }
  if (alive.length > 0 && !alive.some(({ mode }) => mode === "Full" || mode === "Coordinator")) {
    findings.push(fail("coordinators", "No worker of mode Full or Coordinator is alive"));
  }
  return findings;
}

function bucketFinding(buckets: readonly BucketResource[]): Finding {
  const lost = buckets.filter(({ status }) =>
    ["Lost", "ReadyToDrain", "Draining"].includes(status)
  );
  return lost.length === 0
    ? ok("buckets", `${buckets.length}, none lost`)
    : warn("buckets", `${lost.length} of ${buckets.length} lost their worker and are emptied`);
}

function laneFindings(
  due: readonly JobResource[],
  buckets: readonly BucketResource[],
): readonly Finding[] {
  const served = new Set(
    buckets.filter(({ status }) => status === "Active").map(routeOf),
  );
  const waiting = Map.groupBy(due, routeOf);
  const findings = [...waiting]
    .filter(([route]) => !served.has(route))
    .map(([route, jobs]) =>
      fail("lanes", `${jobs.length} due jobs wait and no worker serves ${route}`)
    );
  return findings.length > 0
    ? findings
    : [ok("lanes", "Every due job has a worker that serves it")];
}

function routeOf({ lane, priority }: { readonly lane: string | null; readonly priority: string }) {
  return `${lane === null ? "the default lane" : `lane "${lane}"`} at priority ${priority}`;
}

/** Asks for the oldest due job of each kind why it waits, and looks for attempts that outlived their timeout. */
async function stuckFindings(
  api: Api,
  due: readonly JobResource[],
  clock: Clock,
): Promise<readonly Finding[]> {
  const kinds = Map.groupBy(due, (job) => `${job.definitionId} ${routeOf(job)}`);
  const findings: Finding[] = [];
  for (const [job] of [...kinds.values()].slice(0, MAX_EXPLAINED)) {
    const why = await api.inCluster<WhyResource>({ path: ["jobs", job!.id, "why"] });
    if (why.stuck) findings.push(fail("stuck", `Job "${job!.id}": ${why.reasons[0]?.message}`));
  }
  const running = await listSome(api, { status: "Processing", sort: "scheduledAt" });
  for (const { id, startedAt, timeout } of running) {
    const overMs = startedAt === null
      ? 0
      : clock.now() - Date.parse(startedAt) - parseDuration(timeout, { what: "timeout" });
    if (overMs < OVERDUE_MS) continue;
    findings.push(
      warn("stuck", `Job "${id}" runs ${Math.round(overMs / 1_000)} s longer than its timeout`),
    );
  }
  return findings.length > 0 ? findings : [ok("stuck", "No job is stuck")];
}

async function listSome(api: Api, query: ApiQuery): Promise<readonly JobResource[]> {
  const page = await api.inCluster<PageResource<JobResource>>({
    path: ["jobs"],
    query: { ...query, limit: "200" },
  });
  return page.items;
}

/** Everything of one kind that the cluster has. */
export async function listAll<Item>(
  api: Api,
  path: string,
  query: ApiQuery,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: PageResource<Item> = await api.inCluster({
      path: [path],
      query: { ...query, limit: "200", cursor: cursor ?? undefined },
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

/** A finding that is as it should be. */
export function ok(check: string, message: string): Finding {
  return { check, state: "ok", message };
}

/** A finding worth a look. */
export function warn(check: string, message: string): Finding {
  return { check, state: "warn", message };
}

/** A finding that makes the cluster unhealthy. */
export function fail(check: string, message: string): Finding {
  return { check, state: "fail", message };
}

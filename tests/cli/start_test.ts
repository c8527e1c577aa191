import { match, ok, strictEqual } from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { eventually, pause } from "../support/eventually.ts";
import {
  EXAMPLE_JOBS,
  openWorkplace,
  type RunningNode,
  type Workplace,
} from "./support/program.ts";

async function startBusyNode(place: Workplace, sleepMs: number): Promise<RunningNode> {
  const node = await place.start();
  const data = JSON.stringify({ ms: sleepMs });
  const { stdout } = await place.run(["enqueue", "sleep", "--data", data, "--api", node.address]);
  await eventually("the job to run", async () => {
    const response = await fetch(`${node.address}jm-api/local/jobs/${stdout.trim()}`);
    return (await response.json()).status === "Processing";
  });
  return node;
}

Deno.test("start says where it is, and ends with 0 when it is told to and nothing runs", async () => {
  await using place = await openWorkplace();
  const node = await place.start();

  const greeting = `JobMaster ${config.version}  cluster "local"  ${node.address}`;
  ok(node.stderr().split("\n").includes(greeting), node.stderr());
  match(node.address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  node.kill("SIGTERM");

  const { code, stdout, stderr } = await node.ended();
  strictEqual(code, 0, stderr);
  strictEqual(stdout, "", "all of it is talk");
  match(stderr, /Stopping when running jobs have ended.*\nStopped\n$/);
});

Deno.test("start waits for running jobs after the first signal", async () => {
  await using place = await openWorkplace();
  const node = await startBusyNode(place, 2_000);

  node.kill("SIGINT");

  const { code, stderr } = await node.ended();
  strictEqual(code, 0, stderr);
  match(stderr, /\nWaiting for 1 job\nStopped\n$/);
  const { items } = JSON.parse((await place.run(["jobs", "list", "--json"])).stdout);
  strictEqual(items[0].status, "Succeeded");
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`start ends at once with ${exitCode} after the second ${signal}`, async () => {
    await using place = await openWorkplace();
    const node = await startBusyNode(place, 600_000);

    node.kill(signal);
    node.kill(signal); // its echo, as from a task runner above the node: not a second one
    await eventually("the first signal to be heard", () => node.stderr().includes("Waiting for 1"));
    await pause(100); // longer than an echo takes
    ok(!node.stderr().includes("Stopped"), "the echo did not hurry it");
    node.kill(signal);

    const { code, stderr } = await node.ended();
    strictEqual(code, exitCode, stderr);
    match(stderr, /Stopped at once/);
    const { items } = JSON.parse((await place.run(["jobs", "list", "--json"])).stdout);
    ok(items[0].status !== "Succeeded", "it was interrupted");
  });
}

Deno.test("start answers 1 when its port is taken", async () => {
  await using place = await openWorkplace();
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });

  const { code, stderr } = await place.run(["start", "--http", `${listener.addr.port}`]);

  strictEqual(code, 1);
  match(
    stderr,
    /error: Cannot serve on 127\.0\.0\.1:\d+: another program listens there; say --http/,
  );
});

Deno.test("start takes variables and a file", async () => {
  await using place = await openWorkplace();
  await Deno.writeTextFile(
    `${place.folder}/jm.json`,
    JSON.stringify({
      cluster: "filed",
      master: "sqlite:./filed.db",
      jobs: EXAMPLE_JOBS,
      workers: [{ lane: "file" }],
      http: { port: 0, basePath: "/ops" },
      settings: { defaultTimeout: "7s" },
    }),
  );
  const env = { JOBMASTER_CONFIG: "jm.json", JOBMASTER_WORKER: "lane=vars,buckets.High=2" };
  const node = await place.start([], { env });

  const api = ["--cluster", "filed", "--api", `${node.address}ops`];
  const workers = JSON.parse((await place.run(["workers", "list", "--json", ...api])).stdout);
  strictEqual(workers.items[0].lane, "vars");
  const buckets = JSON.parse((await place.run(["buckets", "list", "--json", ...api])).stdout);
  strictEqual(buckets.items.length, 6);
  const cluster = JSON.parse((await place.run(["cluster", "show", "--json", ...api])).stdout);
  strictEqual(cluster.defaultTimeout, "PT7S");
});

Deno.test("start refuses a module that cannot be used, without a stack", async () => {
  await using place = await openWorkplace();
  await Deno.writeTextFile(`${place.folder}/broken.ts`, "export const = 1;");
  await Deno.writeTextFile(`${place.folder}/empty.ts`, "export const nothing = 1;");

  for (const module of ["broken.ts", "empty.ts"]) {
    const { code, stderr } = await place.run(["start", "--jobs", module, "--no-http"]);
    strictEqual(code, 2, stderr);
    match(stderr, new RegExp(`^error: Cannot .*${module}`));
    ok(!/\n +at /.test(stderr), stderr);
  }
});

Deno.test("start shows its log from the level that was asked for", async () => {
  await using place = await openWorkplace();
  const quiet = await place.start(["--no-http", "--log-level", "off"]);
  quiet.kill("SIGTERM");
  ok(!(await quiet.ended()).stderr.includes("  INFO "));
  const loud = await place.start(["--no-http"], { env: { JOBMASTER_LOG_LEVEL: "info" } });
  loud.kill("SIGTERM");
  match((await loud.ended()).stderr, /^\d{4}-.*Z {2}INFO /m);
});

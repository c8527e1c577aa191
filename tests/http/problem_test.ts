import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ERROR_CODES, type ErrorCode, JobMasterError } from "../../core/errors.ts";
import { HttpRefusal, problemResponse } from "../../http/problem.ts";
import { facade, problemOf } from "./support/facade.ts";
import { jobId } from "../support/factories.ts";

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  invalid_request: 400,
  invalid_payload: 400,
  payload_too_large: 413,
  invalid_recurrence: 400,
  job_not_found: 404,
  job_definition_not_found: 404,
  schedule_not_found: 404,
  cluster_not_found: 404,
  bucket_not_found: 404,
  worker_not_found: 404,
  agent_connection_not_found: 404,
  agent_connection_conflict: 409,
  log_not_found: 404,
  route_not_found: 404,
  method_not_allowed: 405,
  job_state_conflict: 409,
  schedule_state_conflict: 409,
  cluster_archived: 409,
  cluster_not_active: 409,
  mailbox_full: 503,
  master_busy: 503,
  ask_timeout: 503,
  actor_stopped: 503,
  master_unavailable: 503,
  transport_unavailable: 503,
  wait_timeout: 504,
  unsupported: 501,
};

const RETRY_SOON: readonly ErrorCode[] = [
  "mailbox_full",
  "master_busy",
  "actor_stopped",
];

for (const code of ERROR_CODES) {
  const status = STATUS[code] ?? 500;
  Deno.test(`createHandler answers ${status} when the cluster fails with ${code}`, async () => {
    const failures: unknown[] = [];
    const error = new JobMasterError(code, `Cannot find "it": the secret is 42`);
    const { send } = facade(
      { findJob: () => Promise.reject(error) },
      { onError: (failure) => failures.push(failure) },
    );

    const response = await send("GET", `/local/jobs/${jobId(1)}`);

    const problem = await problemOf(response);
    strictEqual(response.status, status);
    strictEqual(problem.code, code);
    strictEqual(problem.instance, `/jm-api/local/jobs/${jobId(1)}`);
    strictEqual(problem.detail.includes("42"), status !== 500, problem.detail);
    strictEqual(response.headers.get("retry-after"), RETRY_SOON.includes(code) ? "1" : null);
    const told = { error, method: "GET", path: problem.instance };
    deepStrictEqual(failures, status === 500 ? [told] : []);
  });
}

const STRANGE: readonly (readonly [name: string, thrown: unknown])[] = [
  ["an Error", new TypeError("secret at file:///secret.ts")],
  ["text", "secret"],
  ["nothing", undefined],
  ["null", null],
  ["an object with a foreign code", Object.assign(new Error("secret"), { code: "ECONNREFUSED" })],
  ["an object with a foreign status", { status: 200, message: "secret", code: 7 }],
];

for (const [name, thrown] of STRANGE) {
  Deno.test(`createHandler tells its owner and not its caller when a cluster throws ${name}`, async () => {
    const failures: unknown[] = [];
    const { send } = facade(
      { findJob: () => Promise.reject(thrown) },
      { onError: ({ error }) => failures.push(error) },
    );

    const response = await send("GET", `/local/jobs/${jobId(1)}`);

    const problem = await problemOf(response);
    strictEqual(response.status, 500);
    strictEqual(problem.code, "internal");
    strictEqual(JSON.stringify(problem).includes("secret"), false);
    deepStrictEqual(failures, [thrown]);
  });
}

Deno.test("createHandler answers with the code of an error when it lost its class on the way", async () => {
  const { send } = facade({
    findJob: () => Promise.reject({ code: "job_not_found", message: "Cannot find job 1" }),
  });

  const { code, status, detail } = await problemOf(await send("GET", `/local/jobs/${jobId(1)}`));

  deepStrictEqual({ code, status, detail }, {
    code: "job_not_found",
    status: 404,
    detail: "Cannot find job 1",
  });
});

Deno.test("createHandler answers when a cluster throws before it promises anything", async () => {
  const { send } = facade({
    findJob: () => {
      throw new JobMasterError("mailbox_full", "Cannot take more");
    },
  });

  strictEqual((await problemOf(await send("GET", `/local/jobs/${jobId(1)}`))).status, 503);
});

Deno.test("problemResponse lists the problems when there are several", async () => {
  const problems = ["Cannot use a", "Cannot use b"];
  const error = new JobMasterError("invalid_request", problems.join("; "), { problems });

  const problem = await problemOf(problemResponse(error, "/x"));

  deepStrictEqual(problem.problems, problems);
  strictEqual(problem.detail, "Cannot use a; Cannot use b");
  strictEqual(problem.title, "Invalid request");
});

Deno.test("problemResponse cuts what it says when there is too much", async () => {
  const problems = Array.from({ length: 200 }, () => "x".repeat(5_000));
  const error = new JobMasterError("invalid_request", problems.join(";"), { problems });

  const problem = await problemOf(problemResponse(error, "/x"));

  strictEqual(problem.detail.length, 4_000);
  deepStrictEqual(problem.problems?.map(({ length }) => length), Array(50).fill(1_000));
});

Deno.test("problemResponse answers with the refusal's own status and headers", async () => {
  const refusal = new HttpRefusal("invalid_request", "Cannot", {
    status: 421,
    headers: { allow: "GET" },
  });

  const response = problemResponse(refusal, "/x");

  strictEqual(response.headers.get("allow"), "GET");
  strictEqual((await problemOf(response)).status, 421);
});

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { EXAMPLE_JOBS, openWorkplace, type Workplace } from "./support/program.ts";

const NOBODY = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

/** Runs the program and answers the JSON it printed. */
async function json(place: Workplace, args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await place.run([...args, "--json"]);
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Runs the program and answers the lines of data it printed. */
async function lines(place: Workplace, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await place.run(args);
  strictEqual(code, 0, stderr);
  return stdout.split("\n").slice(0, -1);
}

Deno.test("the program does the same directly and through the API", async () => {
  await using place = await openWorkplace();
  const { address } = await place.start();
  const ways = [[], ["--api", address]];

  for (const way of ways) {
    const job = await json(place, [
      "enqueue",
      "hello",
      "--data",
      '{"name":"Ada"}',
      "--wait",
      ...way,
    ]);
    deepStrictEqual([job.status, job.result], ["Succeeded", { greeting: "Hello, Ada!" }]);
  }

  const [id] = (await json(place, ["jobs", "list"])).items as { readonly id: string }[];
  const views = [
    ["jobs", "list", "--status", "Succeeded", "--definition", "hello", "--sort", "createdAt"],
    ["jobs", "list", "--status", "Failed"],
    ["jobs", "show", id!.id],
    ["jobs", "why", id!.id],
    ["jobs", "logs", id!.id],
    ["buckets", "list"],
    ["cluster", "show"],
  ];
  for (const view of views) {
    const [direct, remote] = await Promise.all(ways.map((way) => json(place, [...view, ...way])));
    deepStrictEqual(direct, remote, view.join(" "));
  }

  const failures = [
    [3, ["jobs", "show", NOBODY]],
    [3, ["enqueue", "nothing"]],
    [5, ["jobs", "cancel", id!.id]],
    [5, ["jobs", "reschedule", id!.id, "--after", "1h"]],
    [2, ["jobs", "list", "--cursor", "x"]],
  ] as const;
  for (const [code, args] of failures) {
    const [direct, remote] = await Promise.all(ways.map((way) => place.run([...args, ...way])));
    deepStrictEqual(direct, remote, args.join(" "));
    strictEqual(direct!.code, code, `${args.join(" ")}: ${direct!.stderr}`);
    match(direct!.stderr, /^error: Cannot /);
  }
});

Deno.test("the program shows jobs to people", async () => {
  await using place = await openWorkplace();
  await place.start();
  const [id] = await lines(place, ["enqueue", "hello", "--data", '{"name":"Ada"}', "--wait"]);

  const [heading, row] = await lines(place, ["jobs", "list", "--definition", "hello"]);
  match(heading!, /^ID +STATUS +DEFINITION +PRIORITY/);
  match(row!, new RegExp(`^${id} +Succeeded +hello +Medium +- +1 `));
  const shown = (await lines(place, ["jobs", "show", id!])).join("\n");
  match(shown, /^result +\{"greeting":"Hello, Ada!"\}$/m);
  match(shown, /^ATTEMPT +OUTCOME/m);
  match(shown, /^ +1 +succeeded/m);
  match(
    (await lines(place, ["jobs", "why", id!])).join("\n"),
    /^Succeeded\n- It ended as Succeeded/,
  );
  match((await lines(place, ["jobs", "logs", id!]))[0]!, /Z +Info +attempt 1 +greeting +\{"name"/);
  match((await lines(place, ["workers", "list"]))[1]!, /Active +Full/);
  strictEqual((await lines(place, ["buckets", "list"])).length, 6);
  match((await lines(place, ["cluster", "show"])).join("\n"), /^retry.base +PT10S$/m);
});

Deno.test("the program changes jobs", async () => {
  await using place = await openWorkplace();
  await place.start(["--jobs", EXAMPLE_JOBS, "--no-worker", "--no-http"]);
  const [one, two, three] = await lines(place, ["enqueue", "noop", "--count", "3"]);

  const why = await place.run(["jobs", "why", one!]);
  match(why.stdout, /^HeldOnMaster, stuck: .*\n- No active bucket serves/);
  const moved = await json(place, ["jobs", "reschedule", one!, "--at", "2099-01-01T00:00:00Z"]);
  strictEqual(moved.scheduledAt, "2099-01-01T00:00:00.000Z");
  const now = await json(place, ["jobs", "run-now", one!]);
  strictEqual(Date.parse(String(now.scheduledAt)) <= Date.now(), true);

  deepStrictEqual(await lines(place, ["jobs", "cancel", one!, two!]), [
    `${one} Cancelled`,
    `${two} Cancelled`,
  ]);
  const partly = await place.run(["jobs", "cancel", one!, three!]);
  deepStrictEqual([partly.code, partly.stdout], [8, `${three} Cancelled\n`]);
  match(partly.stderr, /^error: Cannot /);
  strictEqual((await place.run(["jobs", "cancel", one!, two!])).code, 5);

  deepStrictEqual(await lines(place, ["jobs", "retry", one!]), [`${one} HeldOnMaster`]);
  strictEqual((await place.run(["jobs", "delete", one!])).code, 5, "it waits again");
  deepStrictEqual(await lines(place, ["jobs", "delete", two!]), [`${two} deleted`]);
  strictEqual((await place.run(["jobs", "show", two!])).code, 3);
});

Deno.test("the program changes settings", async () => {
  await using place = await openWorkplace();
  await place.start(["--no-worker", "--no-http"]);

  const changed = await json(
    place,
    "cluster set --mode Passive --default-timeout 2m --default-max-retries 0 --retention none --max-payload-bytes -1 --time-zone Europe/Lisbon --transient-threshold 30s --retry-base 1s --retry-factor 3 --retry-max 1m --retry-jitter none"
      .split(" "),
  );

  const { version: _version, createdAt: _created, updatedAt: _updated, ...settings } = changed;
  deepStrictEqual(settings, {
    clusterId: "local",
    mode: "Passive",
    defaultTimeout: "PT2M",
    defaultMaxRetries: 0,
    transientThreshold: "PT30S",
    maxPayloadBytes: -1,
    timeZone: "Europe/Lisbon",
    retention: null,
    retry: { base: "PT1S", factor: 3, max: "PT1M", jitter: "none" },
  });
});

Deno.test("the program changes settings by the API's names too, and a flag wins", async () => {
  await using place = await openWorkplace();
  await place.start(["--no-worker", "--no-http"]);

  const changed = await json(
    place,
    "cluster set mode=Archived retry.base=5s retention=none --mode Passive".split(" "),
  );

  const { mode, retry, retention } = changed as {
    mode: string;
    retry: Record<string, unknown>;
    retention: unknown;
  };
  deepStrictEqual([mode, retry.base, retention], ["Passive", "PT5S", null]);
});

Deno.test("enqueue passes every flag on", async () => {
  await using place = await openWorkplace();
  await place.start(["--jobs", EXAMPLE_JOBS, "--no-worker", "--no-http"]);

  const job = await json(
    place,
    [
      ..."enqueue hello --data-file ada.json --at 2099-01-01T00:00:00Z --priority High".split(" "),
      ..."--lane Mail --max-retries 2 --timeout 5s --unique-key ada --meta team=growth n=2".split(
        " ",
      ),
      ...`--id ${NOBODY}`.split(" "),
    ].map((word) => word === "ada.json" ? fileWith(place, '{"name":"Ada"}') : word),
  );

  const { id, data, scheduledAt, priority, lane, maxRetries, timeout, uniqueKey, metadata } = job;
  deepStrictEqual(
    { id, data, scheduledAt, priority, lane, maxRetries, timeout, uniqueKey, metadata },
    {
      id: NOBODY,
      data: { name: "Ada" },
      scheduledAt: "2099-01-01T00:00:00.000Z",
      priority: "High",
      lane: "mail",
      maxRetries: 2,
      timeout: "PT5S",
      uniqueKey: "ada",
      metadata: { team: "growth", n: 2 },
    },
  );
  const again = await lines(place, ["enqueue", "hello", "--unique-key", "ada"]);
  deepStrictEqual(again, [NOBODY], "the key was taken");
  const { stdout } = await place.run(["enqueue", "hello", "--data-file", "-"], {
    stdin: '{"n":1}',
  });
  deepStrictEqual((await json(place, ["jobs", "show", stdout.trim()])).data, { n: 1 });
  const found = await json(place, ["jobs", "list", "--meta", "team=growth", "--lane", "mail"]);
  deepStrictEqual((found.items as readonly { readonly id: string }[]).map((each) => each.id), [
    NOBODY,
  ]);
});

function fileWith(place: Workplace, text: string): string {
  Deno.writeTextFileSync(`${place.folder}/ada.json`, text);
  return "ada.json";
}

Deno.test("enqueue waits and tells how it ended", async () => {
  await using place = await openWorkplace();
  const { address } = await place.start();

  const data = ["--data", '{"failures":9}'];
  const failed = await place.run(["enqueue", "flaky", ...data, "--max-retries", "0", "--wait"]);
  strictEqual(failed.code, 1);
  match(failed.stderr, /error: Job ".*" ended as Failed: attempt 1 fails\n/);
  strictEqual(failed.stdout.trim().length, 36, "the id is data");

  const sleeper = [
    "enqueue",
    "sleep",
    "--data",
    '{"ms":60000}',
    "--wait",
    "--wait-timeout",
    "100ms",
  ];
  const late = await place.run(sleeper);
  strictEqual(late.code, 6);
  match(late.stderr, /Cannot wait longer for job/);
  strictEqual((await place.run(["jobs", "cancel", late.stdout.trim()])).code, 0);

  const many = await place.run(["enqueue", "noop", "--count", "20", "--wait", "--jsonl"]);
  strictEqual(many.code, 0, many.stderr);
  const ended = many.stdout.trim().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(ended.map(({ status }) => status), Array(20).fill("Succeeded"));

  const refused = await place.run(["enqueue", "hello", "--data", "{}", "--api", address]);
  strictEqual(refused.code, 2, "the node knows the schema");
  match(refused.stderr, /name/);
});

Deno.test("the program keeps what others wrote off the terminal's controls", async () => {
  await using place = await openWorkplace();
  await place.start();
  const name = "\x1b]0;owned\x07\x1b[2J\u202e";
  const data = JSON.stringify({ name });
  const [id] = await lines(place, [
    "enqueue",
    "hello",
    "--data",
    data,
    "--meta",
    `tag=${name}`,
    "--wait",
  ]);

  const views = [["jobs", "show", id!], ["jobs", "logs", id!], ["jobs", "list", "--json"]];
  for (const view of views) {
    const { stdout } = await place.run(view);
    match(stdout, /owned/, view.join(" "));
    // deno-lint-ignore no-control-regex -- these are the characters that must not be there
    doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, view.join(" "));
  }
});

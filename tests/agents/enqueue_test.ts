/** `enqueue --acceptance`: what the program asks for, and what it says was promised. */

import { deepStrictEqual as equal, match, strictEqual } from "node:assert/strict";
import { EXAMPLE_JOBS, openWorkplace } from "../cli/support/program.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("jobs enqueued by the program");

for (const kind of AGENT_KINDS) {
  const promise = kind === "nats" ? "acknowledged" : "durable";

  Deno.test(`${kind} agent: enqueue says what the agent connection promised, either way`, async () => {
    await using place = await openWorkplace();
    await using agent = await openAgentPlace(kind);
    const agents = ["--agent", `a=${agent.url}`];
    const node = await place.start(["--jobs", EXAMPLE_JOBS, "--http", "0", ...agents]);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
    const enqueue = ["enqueue", "hello", "--data", '{"name":"Ada"}', "--acceptance", "agent"];

    for (const way of [["--api", node.address], agents]) {
      const sent = await place.run([...enqueue, "--json", ...way]);
      strictEqual(sent.code, 0, sent.stderr);
      const { id, acceptance, status } = JSON.parse(sent.stdout);
      equal([acceptance, status], [promise, "SavePending"]);
      const waited = await place.run([...enqueue, "--wait", "--json", ...way]);
      strictEqual(waited.code, 0, waited.stderr);
      const ended = JSON.parse(waited.stdout);
      equal([ended.acceptance, ended.status], [promise, "Succeeded"]);
      const text = await place.run([...enqueue, "--count", "3", ...way]);
      strictEqual(text.stdout.split("\n").length, 4);
      match(text.stderr, new RegExp(`acceptance: 3 ${promise}\\n`));
      match(id, /^[0-9a-f-]{36}$/);
    }

    const durable = await place.run([...enqueue.slice(0, -1), "durable", "--json"]);
    const { acceptance, status } = JSON.parse(durable.stdout);
    equal([acceptance, status === "SavePending"], ["durable", false]);
  });
}

Deno.test("enqueue refuses an agent connection the cluster does not know, and makes nothing there", async () => {
  await using place = await openWorkplace();
  await place.start(["--jobs", EXAMPLE_JOBS, "--no-http", "--agent", "a=sqlite:./one.db"]);

  const unknown = await place.run(["enqueue", "noop", "--agent", "b=sqlite:./two.db"]);
  equal(unknown.code, 3);
  match(unknown.stderr, /agent connection "b": cluster "local" knows "a"/);
  const absent = await place.run(["enqueue", "noop", "--agent", "a=sqlite:./two.db"]);
  equal(absent.code, 7);
  match(absent.stderr, /there is no such file/);
  equal(place.files().filter((name) => name.startsWith("two")), []);
});

/** What `doctor` says of agent connections. */

import { deepStrictEqual as equal, match } from "node:assert/strict";
import { EXAMPLE_JOBS, openWorkplace, type Workplace } from "../cli/support/program.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("doctor asks agent connections");

async function agentFindings(place: Workplace, args: readonly string[], env = {}) {
  const { code, stdout } = await place.run(["doctor", "--json", ...args], { env });
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { readonly [field: string]: string }[];
  };
  const found = findings.filter(({ check }) => check === "agents");
  return {
    code,
    states: found.map(({ state }) => state),
    text: found.map((f) => f.message).join("\n"),
  };
}

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: doctor tells the store of a name from another, and makes nothing`, async () => {
    await using place = await openWorkplace();
    await using one = await openAgentPlace(kind);
    await using two = await openAgentPlace(kind);
    await place.start(["--jobs", EXAMPLE_JOBS, "--no-http", "--agent", `a=${one.url}`]);

    const unasked = await agentFindings(place, []);
    equal([unasked.code, unasked.states], [0, ["ok"]]);
    match(unasked.text, /^"a": .* at .*, 5 buckets; last seen 20/);
    const same = await agentFindings(place, ["--agent", `a=${one.url}`]);
    equal([same.code, same.states], [0, ["ok"]], same.text);
    match(same.text, /is the store it has been/);
    const said = await agentFindings(place, [], { JOBMASTER_AGENT: `b=${one.url}` });
    equal([said.code, said.states], [0, ["warn", "ok"]], said.text);
    match(said.text, /no node has used the name yet/);

    for (let turn = 0; turn < 2; turn++) {
      const absent = await agentFindings(place, ["--agent", `a=${two.url}`]);
      equal([absent.code, absent.states], [7, ["fail"]]);
      match(absent.text, /open it once .*migrate=false/); // the first look made nothing
    }
    await (await two.open())[Symbol.asyncDispose]();
    const other = await agentFindings(place, ["--agent", `a=${two.url}`]);
    equal([other.code, other.states], [7, ["fail"]]);
    match(other.text, /is another store than the cluster knows by this name/);
  });
}

Deno.test("doctor says which agent connection is out of reach, and refuses what is none", async () => {
  await using place = await openWorkplace();
  await place.start();

  const away = await agentFindings(place, ["--agent", "a=nats://127.0.0.1:1"]);
  equal([away.code, away.states], [7, ["fail"]]);
  match(away.text, /^"a": .*127\.0\.0\.1:1/);
  for (
    const wrong of ["nats://127.0.0.1", "a=redis://127.0.0.1", "standalone-agent-conn=nats://h"]
  ) {
    const { code, stderr } = await place.run(["doctor", "--agent", wrong]);
    equal(code, 2, wrong);
    match(stderr, /Cannot/);
  }
});

Deno.test("start refuses another store under a known name unless it is told otherwise", async () => {
  await using place = await openWorkplace();
  const args = ["--no-http", "--agent"];
  await place.start([...args, "a=sqlite:./one.db"]);

  const refused = await place.run(["start", ...args, "a=sqlite:./two.db"]);

  equal(refused.code, 2, refused.stderr);
  match(refused.stderr, /agent connection "a" at .*another store/);
  await place.start([...args, "a=sqlite:./two.db", "--no-protect-agents"]);
});

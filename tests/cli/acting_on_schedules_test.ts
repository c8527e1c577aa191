import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { openWorkplace, type Run, type Workplace } from "./support/program.ts";

const NOBODY = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

async function ok(place: Workplace, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run(args);
  strictEqual(code, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

Deno.test("the program makes, shows, changes and runs schedules, directly and through the API", async () => {
  await using place = await openWorkplace();
  const { address } = await place.start();

  for (const way of [[], ["--api", address]]) {
    const data = ["--data", '{"name":"Ada"}'];
    const made = await ok(place, ["schedules", "create", "hello", "1h", ...data, ...way]);
    const id = made.trim();
    strictEqual(id.length, 36);

    match(
      await ok(place, ["schedules", "list", ...way]),
      new RegExp(`^${id} +Active +hello +1h `, "m"),
    );
    match(await ok(place, ["schedules", "show", id, ...way]), /\n\nNEXT RUN +LOCAL TIME\n20/);
    const runs = await ok(place, ["schedules", "next", id, "--count", "2", "--jsonl", ...way]);
    const [first, second] = runs.trim().split("\n").map((line) => Date.parse(JSON.parse(line).at));
    strictEqual(second! - first!, 3_600_000);

    const job = JSON.parse(await ok(place, ["schedules", "run", id, "--wait", "--json", ...way]));
    deepStrictEqual([job.status, job.scheduleId, job.result], [
      "Succeeded",
      id,
      { greeting: "Hello, Ada!" },
    ]);
    strictEqual(await ok(place, ["schedules", "pause", id, ...way]), `${id} Paused\n`);
    strictEqual(await ok(place, ["schedules", "resume", id, ...way]), `${id} Active\n`);
    const edit = ["schedules", "edit", id, "--expression", "2h", "--json", ...way];
    strictEqual(JSON.parse(await ok(place, edit)).expression, "2h");
    const partly = await place.run(["schedules", "cancel", id, NOBODY, ...way]);
    deepStrictEqual([partly.code, partly.stdout], [8, `${id} Cancelled\n`]);
    strictEqual(await ok(place, ["schedules", "delete", id, ...way]), `${id} deleted\n`);
  }
});

Deno.test("the program refuses the same about schedules directly and through the API", async () => {
  await using place = await openWorkplace();
  const { address } = await place.start();
  const failures = [
    [3, ["schedules", "show", NOBODY]],
    [3, ["schedules", "next", NOBODY]],
    [3, ["schedules", "create", "nothing", "1h"]],
  ] as const;
  for (const [code, args] of failures) {
    const [direct, remote] = await Promise.all(
      [[], ["--api", address]].map((way) => place.run([...args, ...way])),
    ) as [Run, Run];
    deepStrictEqual(direct, remote, args.join(" "));
    strictEqual(direct.code, code, direct.stderr);
    match(direct.stderr, /^error: Cannot /);
  }
  const line = ["schedules", "create", "hello", "1h", "--data", "{}", "--api", address];
  const refused = await place.run(line);
  strictEqual(refused.code, 2, "the node knows the schema");
});

Deno.test("schedules next needs no database and makes none", async () => {
  await using place = await openWorkplace();

  const { code, stdout } = await place.run([
    ..."schedules next 1h --count 2 --tz Asia/Tokyo --from 2027-01-31T09:00:00Z".split(" "),
  ]);

  strictEqual(code, 0);
  strictEqual(
    stdout,
    "2027-01-31T10:00:00Z  2027-01-31T19:00:00+09:00[Asia/Tokyo]\n" +
      "2027-01-31T11:00:00Z  2027-01-31T20:00:00+09:00[Asia/Tokyo]\n",
  );
  deepStrictEqual(place.files(), []);
});

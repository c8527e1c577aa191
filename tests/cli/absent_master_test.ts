import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { openWorkplace } from "./support/program.ts";

const ID = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

Deno.test("commands make no master where there is none", async () => {
  await using place = await openWorkplace();
  const readers = [
    "jobs list",
    `jobs show ${ID}`,
    `jobs cancel ${ID}`,
    "workers list",
    "buckets list",
    "agents list",
    "agents parked a",
    "agents drain a",
    "cluster show",
    "cluster set --mode Passive",
    "enqueue hello",
  ];

  const runs = await Promise.all(readers.map((line) => place.run(line.split(" "))));

  for (const [index, { code, stdout, stderr }] of runs.entries()) {
    strictEqual(code, 3, `${readers[index]}`);
    strictEqual(stdout, "");
    match(stderr, /^error: Cannot use master "sqlite:.\/jobmaster.db": nothing is there/);
  }
  strictEqual((await place.run(["doctor"])).code, 7);
  strictEqual((await place.run(["migrate", "status"])).code, 0);
  strictEqual((await place.run(["migrate", "up", "--dry-run"])).code, 0);
  deepStrictEqual(place.files(), []);
});

Deno.test("commands make no cluster where there is none", async () => {
  await using place = await openWorkplace();
  strictEqual((await place.run(["migrate", "up"])).code, 0);

  const { code, stderr } = await place.run(["jobs", "list", "--cluster", "lcoal"]);

  strictEqual(code, 3);
  match(stderr, /Cannot use cluster "lcoal": the clusters of .* are none/);
  match((await place.run(["jobs", "list"])).stderr, /are none/, "the first call made none");
});

Deno.test("commands say so when no API answers", async () => {
  await using place = await openWorkplace();
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();

  const { code, stderr } = await place.run(["jobs", "list", "--api", `http://127.0.0.1:${port}`]);

  strictEqual(code, 7);
  match(stderr, /^error: Cannot reach the API at "http:\/\/127.0.0.1:\d+\/jm-api"/);
});

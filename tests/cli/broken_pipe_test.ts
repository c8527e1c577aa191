import { strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { EXAMPLE_JOBS, openWorkplace } from "./support/program.ts";

Deno.test("the program ends quietly when the reader of stdout goes away", async () => {
  await using place = await openWorkplace();
  await place.start(["--jobs", EXAMPLE_JOBS, "--no-worker", "--no-http"]);
  const { code } = await place.run(["enqueue", "noop", "--count", "1500"]);
  strictEqual(code, 0);

  const mod = fileURLToPath(new URL("../../mod.ts", import.meta.url));
  const list = `"$0" run --no-check -A "$1" jobs list --all --jsonl; echo "code $?" >&2`;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `{ ${list}; } | head -n 1`, Deno.execPath(), mod],
    cwd: place.folder,
  }).output();

  const decoder = new TextDecoder();
  strictEqual(JSON.parse(decoder.decode(stdout)).definitionId, "noop");
  strictEqual(decoder.decode(stderr), "code 0\n");
});

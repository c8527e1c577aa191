import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Document } from "../../cli/api.ts";
import { type ListFlags, showList } from "../../cli/list.ts";
import { recordingTerminal } from "./support/recording_context.ts";
import { scriptedApi } from "./support/scripted_api.ts";

const VIEW = {
  path: ["things"],
  query: { status: ["a", "b"] },
  columns: [{ title: "ID", cell: (row: Document) => String(row.id) }],
  what: "things",
};

/** Three pages of one thing each. */
function threePages() {
  return scriptedApi(({ path }) => {
    const at = Number(new URL(path, "http://h").searchParams.get("cursor") ?? "0");
    return Response.json({ items: [{ id: `t${at}` }], nextCursor: at < 2 ? `${at + 1}` : null });
  });
}

async function list(flags: ListFlags, { api, asked } = threePages()) {
  const terminal = recordingTerminal();
  const code = await showList(api, VIEW, { flags, terminal });
  return { code, out: terminal.out, err: terminal.err, paths: asked.map(({ path }) => path) };
}

Deno.test("showList shows one page and says how to go on", async () => {
  const { out, err, paths } = await list({ limit: "1" });

  strictEqual(out, "ID\nt0\n");
  match(err, /--cursor 1 or --all/);
  deepStrictEqual(paths, ["/jm-api/c%201/things?status=a&status=b&limit=1"]);
});

Deno.test("showList goes on at a cursor", async () => {
  const { out, err } = await list({ cursor: "2" });
  strictEqual(out, "ID\nt2\n");
  strictEqual(err, "");
});

Deno.test("showList reads every page with --all, in full pages", async () => {
  const { out, err, paths } = await list({ all: true });

  strictEqual(out, "ID\nt0\nt1\nt2\n");
  strictEqual(err, "");
  strictEqual(paths.length, 3);
  match(paths[2]!, /limit=200&cursor=2$/);
});

Deno.test("showList prints the API's own document with --json", async () => {
  deepStrictEqual(JSON.parse((await list({ json: true })).out), {
    items: [{ id: "t0" }],
    nextCursor: "1",
  });
  deepStrictEqual(JSON.parse((await list({ json: true, all: true })).out), {
    items: [{ id: "t0" }, { id: "t1" }, { id: "t2" }],
    nextCursor: null,
  });
});

Deno.test("showList prints one document a line with --jsonl", async () => {
  strictEqual(
    (await list({ jsonl: true, all: true })).out,
    '{"id":"t0"}\n{"id":"t1"}\n{"id":"t2"}\n',
  );
});

Deno.test("showList says so when there is nothing", async () => {
  const empty = scriptedApi(() => Response.json({ items: [], nextCursor: null }));
  const { out, err } = await list({}, empty);
  strictEqual(out, "");
  strictEqual(err, "No things\n");
});

Deno.test("showList stops reading when the reader of stdout has gone away", async () => {
  const { api, asked } = threePages();
  const terminal = { ...recordingTerminal(), outClosed: true };
  await showList(api, VIEW, { flags: { all: true }, terminal });
  strictEqual(asked.length, 1);
});

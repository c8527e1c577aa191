/** The adapters of masters on servers: opened, inspected and migrated by their options. */

import { deepStrictEqual as equal, match, ok, rejects } from "node:assert/strict";
import { ownServer } from "../support/servers/test_servers.ts";
import { AT_MS, settings } from "../support/factories.ts";
import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import { KINDS, openPlace, skipMissing } from "./server_place.ts";

async function adapterOf(url: string, overrides: Readonly<Record<string, unknown>> = {}) {
  const { options, label } = masterSpec(url, overrides);
  const adapter = await loadAdapter(masterSpec(url));
  return { adapter, options, label };
}

skipMissing("adapter");

for (const kind of KINDS) {
  Deno.test(`${kind}: adapter.open makes the schema once when ten nodes start at once`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options } = await adapterOf(place.url, { connections: 2 });
    await using stack = new AsyncDisposableStack();

    const opened = await Promise.all(Array.from({ length: 10 }, () => adapter.open(options)));

    const masters = opened.map((master) => stack.use(master));
    const health = await Promise.all(masters.map((master) => master.clusters.health()));
    equal(health.map(({ schemaVersion }) => schemaVersion), Array(10).fill(2));
    equal((await place.rows("SELECT version FROM jm_schema ORDER BY 1")).map((row) => [...row]), [[
      1,
    ], [2]]);
    equal((await adapter.inspect(options)).drift, []);
  });

  Deno.test(`${kind}: adapter.open serves what was stored before`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options } = await adapterOf(place.url);
    {
      await using master = await adapter.open(options);
      await master.clusters.ensure({ clusterId: "c-1", settings: settings(), nowMs: AT_MS });
    }

    await using master = await adapter.open({ ...options, migrate: false });

    equal((await master.clusters.list({ limit: 9 })).map(({ id }) => id), ["c-1"]);
    equal(master.capabilities, {
      wakeups: kind === "postgres" ? "push" : "poll",
      maxBatch: 5_000,
    });
  });

  Deno.test(`${kind}: adapter.open makes nothing when migrate is false, and says what to run`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options, label } = await adapterOf(place.url, { migrate: false });

    await rejects(adapter.open(options), (error: Error & { readonly code?: string }) => {
      equal(error.code, "schema_outdated");
      ok(error.message.includes(label), error.message);
      match(error.message, /run "migrate up"/);
      return true;
    });

    equal(await place.tables(), []);
  });

  Deno.test(`${kind}: adapter.migrate takes the steps and answers them`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options } = await adapterOf(place.url);
    const before = await adapter.inspect(options);
    equal(await place.tables(), []);

    const taken = await adapter.migrate(options);
    const again = await adapter.migrate(options);

    equal([before.current, before.latest, before.steps.length], [0, 2, 2]);
    equal([taken.current, taken.steps, taken.drift], [2, before.steps, []]);
    equal([again.current, again.steps, again.drift], [2, [], []]);
  });

  Deno.test(`${kind}: adapter.open keeps two prefixes of a database apart`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options } = await adapterOf(place.url);
    await using first = await adapter.open(options);
    await using second = await adapter.open({ ...options, prefix: "jm_mail_" });

    await first.clusters.ensure({ clusterId: "c-1", settings: settings(), nowMs: AT_MS });

    equal((await second.clusters.list({ limit: 9 })).length, 0);
    equal((await adapter.inspect(options)).drift, []);
  });

  Deno.test(`${kind}: adapter.advise is content with a server that keeps commits`, async () => {
    await using place = await openPlace(kind);
    const { adapter, options } = await adapterOf(place.url);
    await adapter.migrate(options);

    const advice = await adapter.advise!(options);

    equal(advice.filter(({ state }) => state === "fail"), []);
  });

  Deno.test(`${kind}: adapter.open refuses certificates that cannot be read`, async () => {
    await using place = await openPlace(kind);
    const named = place.url.replace("127.0.0.1", "localhost"); // certificates are for names
    const { adapter, options } = await adapterOf(named, {
      tls: "verify-full",
      rootCertificate: "/nowhere/ca.pem",
    });

    await rejects(adapter.open(options), {
      code: "configuration_invalid",
      message: /sslrootcert "\/nowhere\/ca.pem".*must be readable/,
    });
  });
}

Deno.test({
  name: "postgres: adapter.advise names rights that are missing, and tables nobody may make",
  ignore: !KINDS.includes("postgres"),
}, async () => {
  await using place = await openPlace("postgres");
  const { adapter, options } = await adapterOf(place.url);
  await adapter.migrate(options);
  const role = `r_${crypto.randomUUID().replaceAll("-", "")}`;
  await place.exec(`CREATE ROLE ${role} LOGIN`);
  try {
    await place.exec(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    await place.exec(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    await place.exec(`REVOKE DELETE ON jm_logs FROM ${role}`);

    const advice = await adapter.advise!({ ...options, user: role });

    equal(advice.filter(isNotOfDurability), [
      { state: "fail", message: `${role} lacks DELETE on jm_logs` },
      {
        state: "warn",
        message: `${role} may make no tables: after updates run "migrate up" as one who may`,
      },
    ]);
    await using master = await adapter.open({ ...options, user: role });
    equal(await master.clusters.list({ limit: 1 }), []);
  } finally {
    await place.exec(`DROP OWNED BY ${role}`);
    await place.exec(`DROP ROLE ${role}`);
  }
});

Deno.test({
  name: "postgres: ten masters make the schema once through PgBouncer in transaction mode",
  ignore: !KINDS.includes("postgres"),
  sanitizeResources: false, // what keeps the servers outlives the test
  sanitizeOps: false, // and so does its pipe
}, async () => {
  await using place = await openPlace("postgres");
  const upstream = new URL(place.url);
  const { pathname } = upstream;
  await using pooler = await ownServer("pgbouncer", { upstream: upstream.href });
  const url = new URL(pooler.url);
  url.pathname = pathname;
  const { adapter, options } = await adapterOf(url.href, { connections: 2 });
  await using stack = new AsyncDisposableStack();

  const opened = await Promise.all(Array.from({ length: 10 }, () => adapter.open(options)));

  const masters = opened.map((master) => stack.use(master));
  equal(masters.map(({ capabilities }) => capabilities.wakeups), Array(10).fill("poll"));
  equal((await place.rows("SELECT version FROM jm_schema ORDER BY 1")).map((row) => [...row]), [
    [1],
    [2],
  ]);
  equal((await adapter.inspect(options)).drift, []);
  const [advice] = (await adapter.advise!(options)).filter(isNotOfDurability);
  match(advice!.message, /pooler in transaction mode.*notify=false/);
});

/** Test servers need not survive a power failure, and are advised about that, too. */
function isNotOfDurability({ message }: { readonly message: string }): boolean {
  return !/power failure|server crashes/.test(message);
}

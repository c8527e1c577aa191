/** Which master a URL names. */

import { deepStrictEqual as equal, rejects, throws } from "node:assert/strict";
import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import { adapter } from "../../storage/sqlite.ts";

const DEFAULTS = { prefix: "jm_", synchronous: "full", migrate: true };

Deno.test("masterSpec reads every accepted form", () => {
  const forms: Readonly<Record<string, string>> = {
    "sqlite:./jobmaster.db": "./jobmaster.db",
    "sqlite:jobmaster.db": "jobmaster.db",
    "sqlite:../data/jobmaster.db": "../data/jobmaster.db",
    "sqlite:/var/lib/jobmaster.db": "/var/lib/jobmaster.db",
    "sqlite:///var/lib/jobmaster.db": "/var/lib/jobmaster.db",
    "sqlite:///C:/data/jobmaster.db": "C:/data/jobmaster.db",
    "SQLite:./a%20b%3F.db": "./a b?.db",
  };
  for (const [url, path] of Object.entries(forms)) {
    const { options, label } = masterSpec(url);
    equal(options, { path, ...DEFAULTS }, url);
    equal(label, `sqlite:${path}`);
  }
});

Deno.test("masterSpec reads parameters, and overrides win over them", () => {
  const url = "sqlite:./a.db?prefix=mail_&synchronous=normal&migrate=false";
  const options = { path: "./a.db", prefix: "mail_", synchronous: "normal", migrate: false };

  equal(masterSpec(url).options, options);
  equal(masterSpec(url, { migrate: true }).options, { ...options, migrate: true });
  equal(masterSpec(url).label, "sqlite:./a.db");
});

Deno.test("masterSpec refuses what is no master, and says which forms are accepted", () => {
  const wrong = [
    ...["", "jobmaster.db", "./jobmaster.db", "redis://localhost", "file:./a.db", "sqlite"],
    ...["sqlite:", "sqlite::memory:", "sqlite://host/a.db", "sqlite:///", "sqlite:./a%.db"],
    ...["sqlite:./a.db?mode=ro", "sqlite:./a.db?toString=1", "sqlite:./a.db?prefix=Jm_"],
    ...[
      "sqlite:./a.db?prefix=",
      "sqlite:./a.db?prefix=a-b",
      `sqlite:./a.db?prefix=${"a".repeat(22)}`,
    ],
    ...["sqlite:./a.db?synchronous=off", "sqlite:./a.db?migrate=yes", "sqlite:./a\0.db"],
  ];
  for (const url of wrong) {
    throws(() => masterSpec(url), { code: "configuration_invalid" }, url);
  }
  for (const form of ["sqlite:./jobmaster.db", "postgres://user:", "mysql://user:", "mariadb:"]) {
    throws(() => masterSpec("redis://localhost"), (error: Error) => error.message.includes(form));
  }
  throws(() => masterSpec("sqlite:./a.db", { journal: "off" }), { code: "configuration_invalid" });
});

Deno.test("masterSpec shows no secret of an address it does not know", () => {
  for (const url of ["redis://user:secret@host?password=secret", "redis:user:secret@host"]) {
    throws(() => masterSpec(url), (error: Error) => !error.message.includes("secret"));
  }
});

Deno.test("loadAdapter loads what the spec names", async () => {
  equal(await loadAdapter(masterSpec("sqlite:./a.db")), adapter);
  const other = { ...masterSpec("sqlite:./a.db"), module: import.meta.resolve("./scene.ts") };
  await rejects(loadAdapter(other), { code: "configuration_invalid" });
});

/**
 * Paths as the linter gives them, on every platform.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { importTarget, isWithin, projectPath } from "../../tools/lint/project_path.ts";

Deno.test("projectPath strips the project's folder from an absolute path", () => {
  strictEqual(projectPath("/repo/core/job.ts", "/repo/"), "core/job.ts");
});

Deno.test("projectPath reads Windows paths whatever the case of the drive", () => {
  strictEqual(projectPath("c:\\repo\\core\\job.ts", "/C:/repo/"), "core/job.ts");
  strictEqual(projectPath("C:\\repo\\core\\job.ts", "c:/repo/"), "core/job.ts");
});

Deno.test("projectPath takes a relative path as one of the project", () => {
  strictEqual(projectPath("core/job.ts", "/repo/"), "core/job.ts");
  strictEqual(projectPath(".\\core\\job.ts", "/repo/"), "core/job.ts");
});

Deno.test("projectPath has no answer when the file lies outside the project", () => {
  strictEqual(projectPath("/repository/core/job.ts", "/repo/"), undefined);
  strictEqual(projectPath("D:\\repo\\core\\job.ts", "C:/repo/"), undefined);
});

Deno.test("importTarget resolves relative specifiers against the importing file", () => {
  deepStrictEqual(importTarget("actors/runtime/cell.ts", "../../core/job.ts"), {
    kind: "file",
    path: "core/job.ts",
  });
});

Deno.test("importTarget follows the package's own name to its modules", () => {
  deepStrictEqual(importTarget("examples/a.ts", "@jobmaster/jobmaster"), {
    kind: "file",
    path: "mod.ts",
  });
  deepStrictEqual(importTarget("examples/a.ts", "@jobmaster/jobmaster/core"), {
    kind: "file",
    path: "core/mod.ts",
  });
});

Deno.test("importTarget names a package without its registry", () => {
  deepStrictEqual(importTarget("storage/a.ts", "npm:pg@8"), { kind: "package", name: "pg@8" });
  deepStrictEqual(importTarget("storage/a.ts", "node:sqlite"), {
    kind: "package",
    name: "node:sqlite",
  });
});

Deno.test("isWithin does not take a longer name for a subfolder", () => {
  strictEqual(isWithin("core/job.ts", "core"), true);
  strictEqual(isWithin("core_extras/job.ts", "core"), false);
});

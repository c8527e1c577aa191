/**
 * `house/layers` and `house/packages`: who may import whom, inside the project and outside it.
 *
 * @module
 */

import { visitImports } from "./imports.ts";
import { importTarget, isWithin, projectPath } from "./project_path.ts";

/**
 * What each part of the project may import. The longest matching entry decides; `!` forbids.
 * `tests`, `bench` and `tools` are no part of the product and import what they like.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "core": ["core"],
  "recurrence": ["recurrence", "core"],
  "storage": ["storage", "core"],
  "transports": [
    "transports",
    "core",
    "storage/sql",
    "storage/sqlite/connection.ts",
    "storage/sqlite/options.ts",
    "storage/mod.ts", // reads the addresses that both have
  ],
  "actors/runtime": ["actors/runtime", "core"],
  "actors": ["actors", "core", "recurrence", "storage/port.ts", "transports/port.ts"],
  "http": [
    "http",
    "core",
    "actors",
    "!actors/runtime",
    "actors/runtime/protocol.ts",
    "actors/runtime/ref.ts",
  ],
  "library": [
    "library",
    "core",
    "recurrence",
    "storage",
    "transports",
    "actors",
    "http",
    "deno.json",
  ],
  "cli": [
    "cli",
    "core",
    "recurrence",
    "storage/mod.ts",
    "storage/port.ts",
    "transports/mod.ts",
    "http",
    "actors",
    "library",
    "mod.ts",
    "deno.json",
  ],
  "examples": ["examples", "mod.ts", ...publicModules("core", "recurrence", "http")],
  "mod.ts": [""],
  "tests": [""],
  "bench": [""],
  "tools": [""],
};

/** Packages with a single home. A package that is not listed may be used outside `core`. */
const PACKAGE_HOMES: Readonly<Record<string, string>> = {
  "node:sqlite": "storage",
  "pg": "storage",
  "postgres": "storage",
  "mysql2": "storage",
  "@nats-io": "transports",
  "croner": "recurrence",
  "hono": "http",
  "@hono": "http",
  "jose": "http",
  "commander": "cli",
  "fast-check": "tests",
};

/** Parts of the project that may use any package: they show, measure or test the product. */
const FREE_OF_HOMES: readonly string[] = ["tests", "bench", "examples", "tools"];

/** `house/layers`: every file belongs to a layer and imports only what that layer may see. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const file = projectPath(context.filename);
    if (file === undefined) return {};
    const layer = longestMatch(file, Object.keys(LAYERS));
    if (layer === undefined) return reportHomeless(context, file);
    const allowed = LAYERS[layer] ?? [];
    return visitImports((specifier, node) => {
      const target = importTarget(file, specifier);
      if (target.kind === "package" || mayImport(target.path, allowed)) return;
      context.report({
        node,
        message: `"${layer}" may not import "${target.path}"`,
        hint: `It may import ${allowed.join(", ")}`,
      });
    });
  },
};

/** `house/packages`: `core` imports no package, and drivers and frameworks stay in one layer each. */
export const packages: Deno.lint.Rule = {
  create(context) {
    const file = projectPath(context.filename);
    if (file === undefined || FREE_OF_HOMES.some((place) => isWithin(file, place))) return {};
    return visitImports((specifier, node) => {
      const target = importTarget(file, specifier);
      if (target.kind === "file") return;
      if (isWithin(file, "core")) {
        context.report({ node, message: `"core" may not import the package "${target.name}"` });
        return;
      }
      const listed = Object.keys(PACKAGE_HOMES).find((name) => isPackage(target.name, name));
      const home = listed === undefined ? undefined : PACKAGE_HOMES[listed];
      if (home === undefined || isWithin(file, home)) return;
      context.report({ node, message: `Only "${home}" may import the package "${listed}"` });
    });
  },
};

function reportHomeless(context: Deno.lint.RuleContext, file: string): Deno.lint.LintVisitor {
  return {
    Program(node) {
      context.report({
        node,
        message: `"${file}" belongs to no layer`,
        hint: "Put the file in a folder that tools/lint/layers.ts lists, or list its folder there.",
      });
    },
  };
}

function mayImport(path: string, allowed: readonly string[]): boolean {
  const entry = longestMatch(path, allowed.map((place) => place.replace("!", "")));
  return entry !== undefined && allowed.includes(entry);
}

function longestMatch(path: string, places: readonly string[]): string | undefined {
  return places
    .filter((place) => place === "" || isWithin(path, place))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** `name` itself, a subpath of it, a version of it, or a package of the scope `name`. */
function isPackage(imported: string, name: string): boolean {
  return imported.startsWith(name) && ["", "/", "@"].includes(imported.charAt(name.length));
}

function publicModules(...folders: readonly string[]): readonly string[] {
  return folders.map((folder) => `${folder}/mod.ts`);
}

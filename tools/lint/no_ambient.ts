/**
 * `house/no-ambient`: time and chance come from an injected Clock and Random, never from the platform.
 *
 * @module
 */

import { isWithin, projectPath } from "./project_path.ts";

/** Where the platform's time and chance may be touched. */
const EXEMPT: readonly string[] = [
  "core/clock.ts",
  "core/random.ts",
  "tests",
  "bench",
  "examples",
  "tools",
];

const TIMERS: ReadonlySet<string> = new Set(["setTimeout", "setInterval", "setImmediate"]);

const MEMBERS: ReadonlySet<string> = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "performance.timeOrigin",
  "process.hrtime",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "AbortSignal.timeout",
  "Temporal.Now",
  ...TIMERS,
]);

const MODULES: ReadonlySet<string> = new Set(["timers", "timers/promises", "perf_hooks"]);

const CRYPTO_NAMES = /^(random|webcrypto$|getRandomValues$)/;

/** `house/no-ambient`: no clock, timer or random source but the injected ones. */
export const noAmbient: Deno.lint.Rule = {
  create(context) {
    const file = projectPath(context.filename);
    if (file === undefined || EXEMPT.some((place) => isWithin(file, place))) return {};
    const report = (node: Deno.lint.Node, name: string): void => {
      const hint = "Take a Clock or a Random from core and use that.";
      context.report({ node, message: `${name} is ambient time or chance`, hint });
    };
    return {
      MemberExpression(node) {
        const name = dottedName(node);
        if (name !== undefined && MEMBERS.has(name)) report(node, name);
      },
      CallExpression(node) {
        if (node.callee.type !== "Identifier") return;
        const { name } = node.callee;
        if (TIMERS.has(name) || name === "Date") report(node, `${name}()`);
      },
      NewExpression(node) {
        const current = node.arguments.length === 0 && dottedName(node.callee) === "Date";
        if (current) report(node, "new Date()");
      },
      ImportDeclaration(node) {
        for (const name of ambientImports(node)) report(node, name);
      },
    };
  },
};

/** `a.b.c` of a chain of plain names, without a leading `globalThis.`. */
function dottedName(node: Deno.lint.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const object = dottedName(node.object);
  const property = propertyName(node);
  if (object === undefined || property === undefined) return undefined;
  return object === "globalThis" ? property : `${object}.${property}`;
}

function propertyName({ property, computed }: Deno.lint.MemberExpression): string | undefined {
  if (!computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : undefined;
}

function ambientImports(node: Deno.lint.ImportDeclaration): readonly string[] {
  const module = node.source.value.replace(/^node:/, "");
  if (MODULES.has(module)) return [node.source.value];
  if (module !== "crypto") return [];
  return node.specifiers
    .filter((specifier) => specifier.type === "ImportSpecifier")
    .map(({ imported }) => imported.type === "Identifier" ? imported.name : imported.value)
    .filter((name) => CRYPTO_NAMES.test(name));
}

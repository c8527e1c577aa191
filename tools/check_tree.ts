/**
 * Finds import cycles. Type-only imports count: a cycle of types is a cycle of ideas.
 *
 * Run as `deno run -A tools/check_tree.ts [folder]`; exits with 1 when there is a cycle.
 *
 * @module
 */

import { captureDeno } from "./deno_process.ts";
import { sourceFiles } from "./source_files.ts";

/** Each module's path and the modules it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Every import cycle among the sources below `folder`, and every module that cannot be loaded, as text. */
export async function treeProblems(folder: string): Promise<readonly string[]> {
  const root = await Deno.realPath(folder);
  const modules = await readModules(root);
  const unloadable = modules
    .filter((module) => module.error !== undefined)
    .map((module) => `Cannot load ${module.error}`);
  const cycles = findCycles(importGraph(modules, root))
    .map((cycle) => `Import cycle: ${cycle.join(" -> ")}`);
  return [...unloadable, ...cycles];
}

/**
 * For every module that is part of a cycle and of none reported before: the shortest cycle through it,
 * from the module back to itself.
 */
export function findCycles(graph: ImportGraph): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const reported = new Set<string>();
  for (const start of [...graph.keys()].toSorted()) {
    const cycle = reported.has(start) ? undefined : shortestCycle(graph, start);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    cycle.forEach((module) => reported.add(module));
  }
  return cycles;
}

function shortestCycle(graph: ImportGraph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const module of queue) {
    for (const next of graph.get(module) ?? []) {
      if (next === start) return pathTo(module, start, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, module);
      queue.push(next);
    }
  }
  return undefined;
}

function pathTo(
  end: string,
  start: string,
  cameFrom: ReadonlyMap<string, string>,
): readonly string[] {
  const path = [start];
  for (let module: string | undefined = end; module !== start; module = cameFrom.get(module)) {
    if (module === undefined) break;
    path.unshift(module);
  }
  return [start, ...path];
}

/** What `deno info --json` says of one module. */
interface ModuleInfo {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly DependencyInfo[];
}

interface DependencyInfo {
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

async function readModules(root: string): Promise<readonly ModuleInfo[]> {
  const files = await sourceFiles(root, /\.tsx?$/);
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, files.map(importLine).join("\n"));
    const { code, output } = await captureDeno(
      ["info", "--quiet", "--json", "--no-lock", ...await configArgs(root), entry],
      { cwd: root, env: { NO_COLOR: "1" } },
    );
    if (code !== 0) throw new Error(`Cannot read the module graph: ${output}`);
    return (JSON.parse(output) as { modules: readonly ModuleInfo[] }).modules;
  } finally {
    await Deno.remove(entry);
  }
}

function importLine(file: string): string {
  return `import ${JSON.stringify(fileUrl(file))};`;
}

function fileUrl(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  return new URL(`file://${slashed.startsWith("/") ? "" : "/"}${encodeURI(slashed)}`).href;
}

async function configArgs(root: string): Promise<readonly string[]> {
  const config = `${root}/deno.json`;
  try {
    await Deno.stat(config);
    return ["--config", config];
  } catch {
    return ["--no-config"]; // a folder without one: no import map to follow
  }
}

function importGraph(modules: readonly ModuleInfo[], root: string): ImportGraph {
  const prefix = `${fileUrl(root)}/`;
  const inside = (specifier: string | undefined): specifier is string =>
    specifier?.startsWith(prefix) ?? false;
  const graph = new Map<string, readonly string[]>();
  for (const { specifier, dependencies = [] } of modules) {
    if (!inside(specifier)) continue;
    const path = specifier.slice(prefix.length);
    const targets = dependencies
      .filter((dependency) => !startsProgram(path, dependency))
      .flatMap(({ code, type }) => [code?.specifier, type?.specifier])
      .filter(inside)
      .map((target) => target.slice(prefix.length));
    graph.set(path, [...new Set(targets)]);
  }
  return graph;
}

/** `mod.ts` is also the program: a dynamic import there starts a command, the library does not depend on it. */
function startsProgram(path: string, { isDynamic }: DependencyInfo): boolean {
  return path === "mod.ts" && isDynamic === true;
}

if (import.meta.main) {
  const problems = await treeProblems(Deno.args[0] ?? ".");
  problems.forEach((problem) => console.error(problem));
  Deno.exit(problems.length > 0 ? 1 : 0);
}

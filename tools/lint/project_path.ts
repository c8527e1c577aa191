/**
 * Turns what the linter calls a file, and what a file imports, into paths inside the project.
 *
 * @module
 */

/** The name under which the package's own modules may import it. */
const SELF = "@jobmaster/jobmaster";

/** The project's folder, with forward slashes and a trailing one. */
const PROJECT_ROOT: string = slashed(
  decodeURIComponent(new URL("../../", import.meta.url).pathname),
);

/**
 * `filename` relative to the project, with forward slashes, or `undefined` when the file lies outside it.
 * Accepts absolute, relative and Windows file names.
 */
export function projectPath(filename: string, root: string = PROJECT_ROOT): string | undefined {
  const path = slashed(filename);
  const top = slashed(root);
  if (path.startsWith(top)) return path.slice(top.length);
  const absolute = path.startsWith("/") || /^[A-Z]:/.test(path);
  return absolute ? undefined : path.replace(/^(\.\/)+/, "");
}

/** Whether `path` is `place` or lies in the folder `place`. */
export function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** What an import leads to: a file of the project, or a package. */
export type ImportTarget =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string };

/** Where `specifier`, written in the project's file `from`, leads. */
export function importTarget(from: string, specifier: string): ImportTarget {
  if (/^\.{0,2}\//.test(specifier)) {
    const { pathname } = new URL(specifier, `file:///${from}`);
    return { kind: "file", path: decodeURIComponent(pathname.slice(1)) };
  }
  if (isWithin(specifier, SELF)) {
    return { kind: "file", path: `${specifier.slice(SELF.length)}/mod.ts`.slice(1) };
  }
  return { kind: "package", name: specifier.replace(/^(npm|jsr):\/?/, "") };
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/")
    .replace(/^\/(?=[A-Za-z]:)/, "")
    .replace(/^[a-z]:/, (drive) => drive.toUpperCase());
}

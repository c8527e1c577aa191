/**
 * Keeps the pages true: a test that `docs/runtime_semantics.md` names exists, and links lead somewhere.
 *
 * On that page a span of code with three words or more is the name of a test.
 * Run as `deno run -A tools/check_docs.ts [folder]`; exits with 1 when a page is wrong.
 *
 * @module
 */

import { sourceFiles } from "./source_files.ts";

/** The page whose every sentence names the test that proves it. */
const PROVEN_PAGE = "docs/runtime_semantics.md";

/** What is wrong with the pages below `folder`, one line each. */
export async function docsProblems(folder: string): Promise<readonly string[]> {
  const pages = await sourceFiles(folder, /\.md$/);
  const problems: string[] = [];
  for (const page of pages) {
    const text = withoutFences(await Deno.readTextFile(page));
    const name = page.slice(folder.length + 1);
    problems.push(...await brokenLinks(page, name, text));
    if (name === PROVEN_PAGE) problems.push(...await unknownTests(folder, text));
  }
  return problems;
}

/** The test names in a page's code spans. */
export function namedTests(page: string): readonly string[] {
  return [...page.matchAll(/`([^`]+)`/g)]
    .map(([, span]) => (span ?? "").replace(/\s+/g, " ").trim())
    .filter((span) => span.split(" ").length >= 3 && !/[{}=;<>|]/.test(span));
}

async function unknownTests(folder: string, page: string): Promise<readonly string[]> {
  const files = await sourceFiles(`${folder}/tests`, /\.ts$/);
  const sources = (await Promise.all(files.map((file) => Deno.readTextFile(file)))).join("\n");
  const isWritten = (name: string): boolean =>
    [JSON.stringify(name), `'${name}'`, `\`${name}\``].some((literal) => sources.includes(literal));
  return namedTests(page)
    .filter((name) => !isWritten(name))
    .map((name) => `${PROVEN_PAGE} names a test that does not exist: ${name}`);
}

async function brokenLinks(page: string, name: string, text: string): Promise<readonly string[]> {
  const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
  const problems: string[] = [];
  for (const link of links) {
    const target = `${page.slice(0, page.lastIndexOf("/"))}/${decodeURI(link)}`;
    if (!await exists(target)) {
      problems.push(`${name} links to a file that does not exist: ${link}`);
    }
  }
  return problems;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Code blocks are checked as code, not as prose. */
function withoutFences(markdown: string): string {
  return markdown.replace(/^( *)(```|~~~)[\s\S]*?^\1\2/gm, "");
}

if (import.meta.main) {
  const problems = await docsProblems(Deno.args[0] ?? ".");
  problems.forEach((problem) => console.error(problem));
  Deno.exit(problems.length > 0 ? 1 : 0);
}

/**
 * What type checking covers: every source, every example in a doc comment, every code block of the pages.
 *
 * @module
 */

/** Arguments that make `deno` check the types of `paths`, or of the whole project when there are none. */
export async function typeCheckArgs(paths: readonly string[] = []): Promise<readonly string[]> {
  const checked = paths.length > 0 ? paths : [".", ...await pages()];
  return ["check", "--quiet", "--doc", ...checked];
}

/** The pages with code blocks. `deno check .` finds sources only, so pages are named one by one. */
async function pages(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of [".", "docs"]) {
    for await (const { name, isFile } of entries(folder)) {
      if (isFile && name.endsWith(".md")) found.push(`${folder}/${name}`);
    }
  }
  return found.toSorted();
}

async function* entries(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

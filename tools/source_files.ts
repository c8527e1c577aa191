/**
 * Lists the files of a project.
 *
 * @module
 */

/** The files below `folder` whose names end in `ending`, as absolute paths, sorted. Skips hidden folders and packages. */
export async function sourceFiles(folder: string, ending: RegExp): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isFile && ending.test(name)) found.push(path);
    const skipped = name.startsWith(".") || name === "node_modules";
    if (isDirectory && !skipped) found.push(...await sourceFiles(path, ending));
  }
  return found.toSorted();
}

/**
 * A small project on disk, made for one test and removed after it.
 *
 * @module
 */

/** A folder with the files a test asked for. */
export interface Fixture extends AsyncDisposable {
  /** The absolute path of the folder, links resolved. */
  readonly path: string;
}

/** Writes `files` (path to text) into a new folder. */
export async function fixture(files: Readonly<Record<string, string>>): Promise<Fixture> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    const file = `${path}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/**
 * A folder that is deleted when it is disposed.
 *
 * @module
 */

/** Where tests put their files. */
export interface TemporaryFolder extends AsyncDisposable {
  /** The folder. */
  readonly path: string;
}

/** Makes an empty one. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await Deno.makeTempDir({ prefix: "jobmaster_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/**
 * Finds installed programs, and the user to run servers as.
 *
 * @module
 */

/** Folders in which distributions put servers, beside those of the PATH. `*` stands for a version, the newest first. */
const FOLDERS: readonly string[] = [
  "/usr/lib/postgresql/*/bin",
  "/usr/pgsql-*/bin",
  "/opt/homebrew/opt/postgresql@*/bin",
  "/opt/homebrew/bin",
  "/usr/local/pgsql/bin",
  "/usr/local/mysql/bin",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/usr/bin",
  "/usr/sbin",
  "/usr/libexec",
];

/** The absolute path, links resolved, of the first of `names` that is installed. */
export async function findProgram(...names: readonly string[]): Promise<string | undefined> {
  const path = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const folders = [...path, ...(await Promise.all(FOLDERS.map(expand))).flat()];
  for (const name of names) {
    for (const folder of folders) {
      if (await isFile(`${folder}/${name}`)) return await Deno.realPath(`${folder}/${name}`);
    }
  }
  return undefined;
}

/** Runs a program to its end; rejects with what it printed when it failed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "uid" | "gid" | "env"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { ...options, args: [...args], stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code === 0) return output!;
  const said = `${output}\n${errors}`.trim().split("\n").slice(-10).join("\n");
  throw new Error(`"${program} ${args.join(" ")}" failed with ${code}: ${said}`);
}

/** Who runs a server: nobody special, or a user without rights when the tests run as root. */
export interface Runner {
  /** For `Deno.Command`. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/** The first of `names` that the system knows when we are root, else ourselves: some servers refuse to run as root. */
export async function runnerOf(...names: readonly string[]): Promise<Runner> {
  if (Deno.uid() !== 0) return { identity: {} };
  const users = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  for (const name of [...names, "nobody"]) {
    const [, , uid, gid] = users.find(([user]) => user === name) ?? [];
    if (uid !== undefined) return { identity: { uid: Number(uid), gid: Number(gid) } };
  }
  throw new Error(`There is none of the users ${names.join(", ")}, nobody to run it as`);
}

async function expand(folder: string): Promise<readonly string[]> {
  const [before, after] = folder.split("*");
  if (after === undefined) return [folder];
  const parent = before!.slice(0, before!.lastIndexOf("/"));
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(parent)) {
      const path = `${parent}/${name}`;
      if (path.startsWith(before!)) found.push(`${path}${after}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // not there, or not for us
  }
}

/** Programs of the tests that run as processes of their own. */

/** What a program left behind. */
export interface Captured {
  /** 0 when all went well. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it complained about. */
  readonly stderr: string;
}

/** Runs a program of `processes/` to its end. */
export async function captureProgram(name: string, ...args: readonly string[]): Promise<Captured> {
  const program = new URL(`processes/${name}.ts`, import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/**
 * Runs the `deno` that runs the caller, which need not be on the PATH.
 *
 * @module
 */

/** How a run of `deno` ended. */
export interface DenoRun {
  /** The exit code. */
  readonly code: number;
  /** What it printed, both streams in the order they arrived. Empty when it was not captured. */
  readonly output: string;
}

/** Where and how to run `deno`. */
export interface DenoRunOptions {
  /** The working directory. @default {Deno.cwd()} */
  readonly cwd?: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `deno` with `args`, its output going straight to ours. */
export async function streamDeno(
  args: readonly string[],
  options: DenoRunOptions = {},
): Promise<DenoRun> {
  const { code } = await command(args, options, "inherit").spawn().status;
  return { code, output: "" };
}

/** Runs `deno` with `args` and keeps what it prints. */
export async function captureDeno(
  args: readonly string[],
  options: DenoRunOptions = {},
): Promise<DenoRun> {
  const child = command(args, options, "piped").spawn();
  let output = "";
  const keep = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  };
  const [{ code }] = await Promise.all([child.status, keep(child.stdout), keep(child.stderr)]);
  return { code, output };
}

function command(
  args: readonly string[],
  options: DenoRunOptions,
  stream: "inherit" | "piped",
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    ...options,
    args: [...args],
    stdin: "null",
    stdout: stream,
    stderr: stream,
  });
}

/**
 * Where the program's words go: data to stdout, talk to stderr.
 *
 * @module
 */

/** What text may be painted with. */
export type Paint = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** The two streams of the program. */
export interface Terminal {
  /** Writes data to stdout as it is. */
  writeOut(text: string): void;
  /** Writes talk to stderr as it is. */
  writeErr(text: string): void;
  /** Whether the reader of stdout has gone away, so that writing more of it is pointless. */
  readonly outClosed: boolean;
  /** Whether stdout is a terminal. */
  readonly outIsTerminal: boolean;
  /** Whether stderr is a terminal. */
  readonly errIsTerminal: boolean;
  /** Colours `text` for stdout, where colours are wanted. */
  paint(text: string, paint: Paint): string;
}

/** Options of {@linkcode openTerminal}. */
export interface TerminalOptions {
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
}

const SGR: Readonly<Record<Paint, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** The streams of this process. Colours are used on a terminal unless `NO_COLOR` is set or `TERM` is `dumb`. */
export function openTerminal({ env }: TerminalOptions): Terminal {
  const outIsTerminal = Deno.stdout.isTerminal();
  const coloured = outIsTerminal && (env("NO_COLOR") ?? "") === "" && env("TERM") !== "dumb";
  const out = new Stream(Deno.stdout);
  const err = new Stream(Deno.stderr);
  return {
    writeOut: (text) => out.write(text),
    writeErr: (text) => err.write(text),
    get outClosed() {
      return out.closed;
    },
    outIsTerminal,
    errIsTerminal: Deno.stderr.isTerminal(),
    paint: (text, paint) => coloured ? `\x1b[${SGR[paint]}m${text}\x1b[0m` : text,
  };
}

const encoder = new TextEncoder();

/** A stream whose reader may go away (`| head`): what is written after that is dropped without an error. */
class Stream {
  readonly #target: { writeSync(bytes: Uint8Array): number };
  closed = false;

  constructor(target: { writeSync(bytes: Uint8Array): number }) {
    this.#target = target;
  }

  write(text: string): void {
    if (this.closed) return;
    let rest = encoder.encode(text);
    try {
      while (rest.length > 0) rest = rest.subarray(this.#target.writeSync(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.closed = true;
    }
  }
}

/** Writes one line of data. */
export function print(terminal: Terminal, line: string): void {
  terminal.writeOut(`${line}\n`);
}

/** Writes one line of talk. */
export function say(terminal: Terminal, line: string): void {
  terminal.writeErr(`${line}\n`);
}

/**
 * The outside world for commands that run inside a test: words are recorded, variables are the test's own.
 *
 * @module
 */

import type { CommandContext } from "../../../cli/context.ts";
import type { Terminal } from "../../../cli/terminal/terminal.ts";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";

/** A terminal that remembers. */
export interface RecordingTerminal extends Terminal {
  /** Everything written to stdout. */
  readonly out: string;
  /** Everything written to stderr. */
  readonly err: string;
}

/** What a recording terminal pretends. */
export interface RecordingTerminalOptions {
  /** Marks painted text as `<paint:text>`. @default {false} */
  readonly painted?: boolean;
  /** Pretends that stderr is a terminal. @default {false} */
  readonly errIsTerminal?: boolean;
}

/** Makes a terminal that remembers. */
export function recordingTerminal(options: RecordingTerminalOptions = {}): RecordingTerminal {
  const { painted = false, errIsTerminal = false } = options;
  const written = { out: "", err: "" };
  return {
    writeOut: (text) => void (written.out += text),
    writeErr: (text) => void (written.err += text),
    outClosed: false,
    outIsTerminal: false,
    errIsTerminal,
    paint: (text, paint) => painted ? `<${paint}:${text}>` : text,
    get out() {
      return written.out;
    },
    get err() {
      return written.err;
    },
  };
}

/** A context whose terminal remembers. */
export interface RecordingContext extends CommandContext {
  /** Its terminal. */
  readonly terminal: RecordingTerminal;
}

/** Makes a context with the variables `env` and nothing else from outside. */
export function recordingContext(env: Readonly<Record<string, string>> = {}): RecordingContext {
  return {
    terminal: recordingTerminal(),
    env: (name) => env[name] || undefined,
    cwd: "/nowhere",
    clock: systemClock,
    random: seededRandom(1),
  };
}

/**
 * Shows how far long work is: a bar on a terminal, elsewhere one line every five seconds.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { say, type Terminal } from "./terminal.ts";

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** Options of a {@linkcode ProgressBar}. */
export interface ProgressBarOptions {
  /** Where it is shown. */
  readonly terminal: Terminal;
  /** Paces the drawing. */
  readonly clock: Clock;
  /** What is being done. */
  readonly label: string;
  /** How much there is to do. */
  readonly total: number;
}

/** How far one piece of long work is. */
export class ProgressBar implements Disposable {
  readonly #options: ProgressBarOptions;
  #shownAtMs: number;
  #drawn = false;

  /** Starts at zero; nothing is shown before the first {@linkcode update}. */
  constructor(options: ProgressBarOptions) {
    this.#options = options;
    const isTerminal = options.terminal.errIsTerminal;
    this.#shownAtMs = options.clock.monotonic() - (isTerminal ? REDRAW_MS : 0);
  }

  /** Says that `done` of the total are done. */
  update(done: number): void {
    const { terminal, clock, label, total } = this.#options;
    const pauseMs = terminal.errIsTerminal ? REDRAW_MS : LINE_MS;
    if (clock.monotonic() - this.#shownAtMs < pauseMs) return;
    this.#shownAtMs = clock.monotonic();
    const text = `${label} ${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
    if (!terminal.errIsTerminal) return say(terminal, text);
    const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
    terminal.writeErr(`\r\x1b[2K${bar} ${text}`);
    this.#drawn = true;
  }

  /** Takes the bar off the terminal. */
  [Symbol.dispose](): void {
    if (this.#drawn) this.#options.terminal.writeErr("\r\x1b[2K");
  }
}

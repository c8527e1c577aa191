/**
 * Reads JSON text, and says where it is wrong.
 *
 * Also refuses what would not survive: numbers that JavaScript cannot hold exactly, and nesting so deep that reading
 * alone would exhaust the memory.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { MAX_PAYLOAD_DEPTH } from "../core/payload.ts";

/** Deepest nesting of a body: the deepest payload, in a job, in an array of jobs. */
export const MAX_BODY_DEPTH = MAX_PAYLOAD_DEPTH + 3;

/**
 * Reads JSON text.
 *
 * @throws {JobMasterError} `invalid_request` with line and column where it is not JSON; `invalid_payload` where a
 * whole number would come back as another one, or where it is nested too deep.
 */
export function parseJson(text: string): unknown {
  new JsonCheck(text).document();
  return JSON.parse(text);
}

/** Digits that every number can have without losing one. */
const LONG_NUMBER = 16;

// Each pattern is short: one that may run on would exhaust the stack of the pattern matcher.
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER_START = /-?(?:0|(?=[1-9]))/y;
const FRACTION = /\.(?=\d)/y;
const EXPONENT = /[eE][-+]?(?=\d)/y;

/** Walks JSON text by its grammar (RFC 8259). Recursion is bounded by {@linkcode MAX_BODY_DEPTH}. */
class JsonCheck {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value(0);
    this.#skip(isSpace);
    if (this.#at < this.#text.length) this.#refuse("the end");
  }

  #value(depth: number): void {
    this.#skip(isSpace);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#members("}", depth + 1);
      case "[":
        return this.#members("]", depth + 1);
      case '"':
        return this.#string();
      default:
        if (this.#match(WORD) === undefined) this.#number();
    }
  }

  #members(close: "}" | "]", depth: number): void {
    if (depth > MAX_BODY_DEPTH) {
      this.#lose(`it is nested deeper than ${MAX_PAYLOAD_DEPTH} levels`);
    }
    this.#at++;
    if (this.#takes(close)) return;
    do {
      if (close === "}") this.#key();
      this.#value(depth);
    } while (this.#takes(","));
    if (!this.#takes(close)) this.#refuse(`"," or ${shown(close)}`);
  }

  #key(): void {
    this.#skip(isSpace);
    if (this.#text[this.#at] !== '"') this.#refuse("a property name in double quotes");
    this.#string();
    if (!this.#takes(":")) this.#refuse('":"');
  }

  #string(): void {
    const { length } = this.#text;
    this.#at++;
    while (this.#at < length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x22) return void this.#at++;
      if (code < 0x20) this.#refuse("an escape instead of a control character");
      if (code !== 0x5c) this.#at++;
      else if (this.#match(ESCAPE) === undefined) this.#refuse("an escape such as \\n or \\u00e9");
    }
    this.#refuse('the closing "\\""');
  }

  #number(): void {
    const start = this.#at;
    const first = this.#match(NUMBER_START);
    if (first === undefined) this.#refuse("a value");
    if (!first.endsWith("0")) this.#skip(isDigit);
    const end = this.#at;
    if (this.#match(FRACTION) !== undefined) this.#skip(isDigit);
    if (this.#match(EXPONENT) !== undefined) this.#skip(isDigit);
    if (this.#at > end || end - start < LONG_NUMBER) return;
    const number = this.#text.slice(start, end);
    if (isKept(number)) return;
    this.#at = start;
    this.#lose(`the number ${number.slice(0, 40)} would lose digits; send it as text`);
  }

  #skip(fits: (code: number) => boolean): void {
    while (fits(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #takes(character: string): boolean {
    this.#skip(isSpace);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Steps over what `pattern` finds here, if it does. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #refuse(expected: string): never {
    const character = this.#text.slice(this.#at, this.#at + 2).match(/^./su)?.[0];
    const found = character === undefined ? "the end" : shown(character);
    throw new JobMasterError(
      "invalid_request",
      `Cannot read the body: it is not JSON at ${this.#place()}: expected ${expected}, found ${found}`,
    );
  }

  #lose(why: string): never {
    throw new JobMasterError(
      "invalid_payload",
      `Cannot take the body: at ${this.#place()} ${why}`,
    );
  }

  #place(): string {
    let line = 1;
    let lineStart = 0;
    for (;;) {
      const lineEnd = this.#text.indexOf("\n", lineStart);
      if (lineEnd === -1 || lineEnd >= this.#at) break;
      lineStart = lineEnd + 1;
      line++;
    }
    return `line ${line}, column ${this.#at - lineStart + 1}`;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a long whole number is written out as it came in, or at least means the same. */
function isKept(number: string): boolean {
  const value = Number(number);
  return String(value) === number || (Number.isFinite(value) && BigInt(value) === BigInt(number));
}

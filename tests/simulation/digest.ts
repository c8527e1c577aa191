/**
 * A fingerprint of a sequence: equal sequences have equal ones, and others all but never.
 *
 * @module
 */

/** Grows with what is added (two rounds of FNV-1a, 64 bits together). */
export class Digest {
  #low = 0x811c9dc5;
  #high = 0x01000193;

  /** Adds a number. */
  add(value: number): void {
    const whole = Math.floor(value);
    this.#mix(whole | 0);
    this.#mix(Math.floor((value - whole) * 65_536));
  }

  /** Adds a text. */
  addText(text: string): void {
    for (let index = 0; index < text.length; index++) this.#mix(text.charCodeAt(index));
  }

  /** The fingerprint so far, in hexadecimal. */
  get value(): string {
    return hex(this.#high) + hex(this.#low);
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (value + 0x9e3779b9), 0x85ebca6b) ^ (this.#high >>> 13);
  }
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

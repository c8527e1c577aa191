/**
 * The order the databases sort text in, where the program has to sort.
 *
 * @module
 */

/** Compares by code points, as the databases are told to; `<` compares UTF-16 units, in which U+E000 to U+FFFF come last. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [left, right] = [rankOf(a.charCodeAt(at)), rankOf(b.charCodeAt(at))];
  return left - right;
}

/** Halves of code points beyond U+FFFF come after all others; the end of the text comes first. */
function rankOf(unit: number): number {
  if (Number.isNaN(unit)) return -1;
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Finds the word somebody probably meant.
 *
 * @module
 */

/** The one of `words` nearest to `word`, when it is near enough to be a slip. */
export function closest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, slips: editDistance(word, candidate) }))
    .filter(({ candidate, slips }) => slips <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((one, other) => one.slips - other.slips);
  return best?.candidate;
}

/** Letters to insert, delete, replace or swap to turn one word into the other; letter case is free. */
function editDistance(from: string, to: string): number {
  const a = from.toLowerCase().slice(0, 64);
  const b = to.toLowerCase().slice(0, 64);
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(
        rows[i - 1]![j - 1]! + same,
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
      ));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** `" (did you mean "x"?)"`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const guess = closest(word, words);
  return guess === undefined ? "" : ` (did you mean "${guess}"?)`;
}

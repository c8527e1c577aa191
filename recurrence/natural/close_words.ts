/**
 * What someone may have meant by a word that the language does not have.
 *
 * @module
 */

import { WORDS } from "./words.ts";

/** What people write, and what the language says instead. */
const INSTEAD: ReadonlyMap<string, readonly string[]> = new Map(Object.entries({
  after: ["from"],
  annually: ["yearly"],
  before: ["upto"],
  biweekly: ["every 2 weeks"],
  each: ["every"],
  fortnight: ["2 weeks"],
  fortnightly: ["every 2 weeks"],
  midnight: ["00:00"],
  noon: ["12:00"],
  other: ["2 days", "2 weeks"],
  quarter: ["3 months"],
  quarterly: ["every 3 months"],
  since: ["from"],
  starting: ["from", "AnchoredOn"],
  third: ["3rdMonday"],
  fourth: ["4thMonday"],
  fifth: ["5thMonday"],
  through: ["between … and …"],
  thurs: ["thu", "thursday"],
  thur: ["thu", "thursday"],
  till: ["upto"],
  to: ["between … and …"],
  until: ["upto"],
  weekday: ["day between monday and friday", "FirstWeekday", "LastWeekday"],
  weekdays: ["between monday and friday"],
  weekend: ["[saturday, sunday]"],
  weekends: ["[saturday, sunday]"],
  "&": ["and"],
  "&&": ["and"],
}));

const KNOWN: readonly string[] = [...WORDS.keys(), ...INSTEAD.keys()];

/** Words longer than this are near none. */
const MAX_LENGTH = 24;

/** Up to three words that are near one in lower case, the nearest first; none when none is near. */
export function closeWords(word: string): readonly string[] {
  const instead = INSTEAD.get(word);
  if (instead !== undefined) return instead;
  if (word.length > MAX_LENGTH || word.length < 2) return [];
  const most = word.length < 5 ? 1 : 2;
  const near: { readonly known: string; readonly steps: number }[] = [];
  for (const known of KNOWN) {
    if (Math.abs(known.length - word.length) > most) continue;
    const steps = distance(word, known);
    if (steps <= most) near.push({ known, steps });
  }
  const least = Math.min(...near.map(({ steps }) => steps));
  const nearest = near.filter(({ steps }) => steps === least).slice(0, 3);
  return [...new Set(nearest.flatMap(({ known }) => INSTEAD.get(known) ?? [known]))];
}

/** How many letters must be changed, added, dropped or swapped with the next to turn one word into the other. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      let steps = Math.min(change, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        steps = Math.min(steps, beforeLast[j - 2]! + 1);
      }
      row.push(steps);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}

/**
 * How fast recurrences answer: `deno run -A bench/recurrence_bench.ts` prints a table.
 *
 * @module
 */

import { cron, naturalCron, type Recurrence } from "../recurrence/mod.ts";

const START = Temporal.Instant.from("2026-01-01T00:00:00Z");

const COMMON = [
  "every 1 second",
  "every 15 minutes",
  "every hour between 8am and 6pm on [monday, friday]",
  "every day at 09:00",
  "every week on [monday, thursday] at 09:30",
  "every month on LastWeekday at 18:00",
  "every 2 months anchoredon feb on 2ndFriday at 09:00",
  "every year on feb-29 at 12:00",
  "every 25 seconds between 1:20pm and 1:22pm",
];

const positions = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(", ");

const WORST: readonly (readonly [string, string])[] = [
  ["30 February", "every year on feb-30 at 09:00"],
  ["hour 25", "at hour 25"],
  ["second 5, between seconds 10 and 20", "every minute at second 5 between sec 10 and 20"],
  ["Friday 29 February on a 5th Friday in 2100", "at 2100-02-29 09:00:00 on friday"],
  [
    "90 days with times against one time",
    `every year on [${positions(90, (i) => `${i % 31 + 1}th 1${i % 10}`)}] at minute 3`,
  ],
  [
    "100 closest working days, second 61",
    `every 7 months on day [${positions(100, (i) => String(i % 31 + 1))}] at second 61`,
  ],
  [
    "24 ranges of days and times, never",
    `every minute at second 5 between sec 10 and 20 between [${
      positions(24, (i) => `${i + 1}th 01:0${i % 10} and ${i + 2}th 23:1${i % 10}`)
    }]`,
  ],
  ["a year far away", "every 15 minutes in year 9990"],
];

const PATTERNS = ["0 9 * * MON-FRI", "*/15 * * * *", "0 0 29 2 *"];

function perSecond(run: () => void, leastMs = 400): number {
  let count = 0;
  const from = performance.now();
  while (performance.now() - from < leastMs) {
    for (let index = 0; index < 50; index++) run();
    count += 50;
  }
  return count / ((performance.now() - from) / 1_000);
}

function nextPerSecond(recurrence: Recurrence, timeZone: string): number {
  let at = START;
  return perSecond(() => at = recurrence.next(at, { timeZone }) ?? START);
}

function row(...cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) =>
    typeof cell === "number" ? Math.round(cell).toLocaleString("en") : cell
  );
  console.log(`${texts[0]!.padEnd(62)}${texts.slice(1).map((text) => text.padStart(16)).join("")}`);
}

row("next() per second", "UTC", "New York");
for (const text of COMMON) {
  const recurrence = naturalCron(text);
  row(text, ...["UTC", "America/New_York"].map((zone) => nextPerSecond(recurrence, zone)));
}
for (const text of PATTERNS) {
  const recurrence = cron(text);
  row(text, ...["UTC", "America/New_York"].map((zone) => nextPerSecond(recurrence, zone)));
}

console.log();
row("worst accepted, milliseconds", "first answer", "second answer", "New York");
for (const [name, text] of WORST) {
  const times = [["UTC"], ["UTC"], ["America/New_York"]].map(([timeZone]) => timeZone!);
  const recurrence = naturalCron(text);
  const taken = times.map((timeZone) => {
    const from = performance.now();
    recurrence.next(START, { timeZone });
    return (performance.now() - from).toFixed(2);
  });
  row(name, ...taken);
}

console.log();
row("parse per second", "");
for (const text of COMMON) row(text, perSecond(() => naturalCron(text)));

console.log();
const MILLION = 1_000_000;
const rss = (): number => Deno.memoryUsage().rss / 1_048_576;
const second = naturalCron("every 1 second");
const before = rss();
const from = performance.now();
let at = START;
for (let count = 0; count < MILLION; count++) at = second.next(at)!;
const seconds = (performance.now() - from) / 1_000;
row("one million occurrences of every 1 second: per second", MILLION / seconds);
row("resident megabytes before and after", before, rss());

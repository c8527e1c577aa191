import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { NaturalCronBuilder } from "../../recurrence/natural/builder.ts";
import { describeNatural } from "../../recurrence/natural/describe.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import { WEEKDAY_NAMES, WORDS } from "../../recurrence/natural/words.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/recurrence.md", import.meta.url));

Deno.test("every example of docs/recurrence.md means what is written next to it when it is read", () => {
  const rows = [...section("Examples").matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)];

  ok(rows.length > 30);
  for (const [, text, meaning] of rows) strictEqual(describeNatural(parseNatural(text!)), meaning);
});

Deno.test("every value of docs/recurrence.md is one when it stands in a list", () => {
  const values = spansOf(section("Values").split("\n\n")[1]!);

  ok(values.length > 30);
  for (const value of values) parseNatural(`at [${value}]`);
});

Deno.test("docs/recurrence.md names every word of the language and no other when they are compared", () => {
  const weekdays = WEEKDAY_NAMES.flatMap((name) => [name, name.slice(0, 3)]);
  const isNthWeekday = (word: string): boolean =>
    weekdays.some((name) => word.endsWith(name) && word.length > name.length) &&
    !word.endsWith("weekday");
  const named = spansOf(section("Words")).map((word) => word.toLowerCase());
  const nth = "1st 2nd 3rd 4th 5th second third fourth fifth".split(" ");

  const expected = [...WORDS.keys()].filter((word) => !isNthWeekday(word));
  deepStrictEqual(
    [...new Set(named.filter((word) => WORDS.has(word) || !nth.includes(word)))].sort(),
    expected.sort(),
  );
});

const REFUSED = ["every day on 5th", "every hour at 10:30", "on monday on tuesday"];
const REFUSED_RANGES = ["between 22:00 and 06:00", "between friday and monday"];

Deno.test("whole expressions of docs/recurrence.md are read when they are not named as refused", () => {
  const whole = spansOf(PAGE).filter((span) => /^@?every .|^(on|at|in) ./.test(span));

  ok(whole.length > 40);
  for (const text of whole) if (!REFUSED.includes(text)) parseNatural(text);
});

Deno.test("what docs/recurrence.md names as refused is refused when it is read", () => {
  const named = spansOf(section("What is refused"));

  ok([...REFUSED, ...REFUSED_RANGES].every((text) => named.includes(text)));
  for (const text of [...REFUSED, ...REFUSED_RANGES.map((range) => `every minute ${range}`)]) {
    throws(() => parseNatural(text), { code: "invalid_recurrence" }, text);
  }
});

Deno.test("the error of docs/recurrence.md is the one that is thrown when its text is read", () => {
  const [, text, message] = /```text\n(.+)\n```\n\n```text\n(.+)\n```/.exec(
    section("What is refused"),
  )!;

  throws(() => parseNatural(text!), { message });
});

Deno.test("the builder of docs/recurrence.md writes the text that follows when it is run", () => {
  const text = NaturalCronBuilder.start().every(2).weeks().on("Mon", "Fri").atTime(9, 30)
    .withTimeZone("Europe/Berlin").toNaturalExpression();

  ok(section("The builder").replace(/\s+/g, " ").includes(`\`${text}\``));
});

/** The text below a heading of the second level. */
function section(heading: string): string {
  return PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
}

function spansOf(text: string): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replace(/\s+/g, " "));
}

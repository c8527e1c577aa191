/**
 * What the compiler must refuse of the builder. Checked by `deno check`, never run.
 *
 * @module
 */

import { NaturalCronBuilder } from "../../recurrence/natural/builder.ts";
import type { NaturalCron } from "../../recurrence/natural/natural.ts";

const builder = NaturalCronBuilder.start();

/** What is allowed. */
export function right(): readonly unknown[] {
  const expression: NaturalCron = builder.build();
  const length: number = NaturalCronBuilder.start((text) => text.length).daily().build();
  return [
    expression,
    length,
    builder.every().day().at("12:00").withTimeZone("UTC"),
    builder.every(5).days().anchoredOn("Mon"),
    builder.on("Mon", "wed", "anything").every(2).weeks().anchoredAt(5).upto("Dec", 31),
    builder.at(new Temporal.PlainTime(9), true, "Am").in("Jan"),
    builder.hourly().betweenTime(9, 0, 17, 30, "Am").betweenTime(9, 0, 0, 17, 30, 0),
    builder.daily().between("Jan", 1, "Dec", 31).between(["Jan", "Mar"], ["Jun", "Aug"]),
    builder.atTime(9, 30, null, "Pm").onNthWeekday("Third", "Fri").atDayPosition("LastDay"),
  ];
}

/** What is not. */
export function wrong(): void {
  // @ts-expect-error after every() the units are singular
  builder.every().days();
  // @ts-expect-error after every(n) the units are plural
  builder.every(5).day();
  // @ts-expect-error a unit must follow before a rule does
  builder.every().at("12:00");
  // @ts-expect-error a unit must follow before the end
  builder.every(5).build();
  // @ts-expect-error there is one cadence
  builder.daily().weekly();
  // @ts-expect-error there is one cadence, whatever stands between
  builder.every(2).days().at("12:00").every();
  // @ts-expect-error there is one cadence, with an anchor too
  builder.every(2).days().anchoredOn(3).hourly();
  // @ts-expect-error an anchor needs a counted cadence
  builder.every().day().anchoredOn(3);
  // @ts-expect-error an anchor needs a cadence
  builder.anchoredOn(3);
  // @ts-expect-error an anchor follows the cadence at once
  builder.every(2).days().at("12:00").anchoredOn(3);
  // @ts-expect-error there is one anchor
  builder.every(2).days().anchoredOn(3).anchoredOn(4);
  // @ts-expect-error a rule needs a value
  builder.on();
  // @ts-expect-error a range has two ends
  builder.daily().between("Jan");
  // @ts-expect-error both ends are times of day, or none is
  builder.daily().between(new Temporal.PlainTime(9), "17:00");
  // @ts-expect-error a day of a month needs the month's short name
  builder.at("Sun", 5);
  // @ts-expect-error the nth weekday has a name, not a number
  builder.onNthWeekday(1, "Mon");
  // @ts-expect-error a time of day has an hour and a minute
  builder.atTime(9);
  // @ts-expect-error the half of the day is Am or Pm
  builder.atTime(9, 30, 0, "pm");
  // @ts-expect-error there are four positions
  builder.atDayPosition("MiddleDay");
}

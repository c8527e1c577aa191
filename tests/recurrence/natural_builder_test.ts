import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { NaturalCronBuilder } from "../../recurrence/natural/builder.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import cases from "./cases/natural_builder.json" with { type: "json" };

interface Case {
  readonly calls: readonly (readonly unknown[])[];
  readonly expr: string;
}

type Dynamic = Record<string, (...args: unknown[]) => Dynamic> & { toNaturalExpression(): string };

for (const { calls, expr } of cases as unknown as readonly Case[]) {
  Deno.test(`NaturalCronBuilder writes ${expr} when it is told ${JSON.stringify(calls)}`, () => {
    let builder = NaturalCronBuilder.start() as unknown as Dynamic;
    for (const [method, ...args] of calls) {
      builder = builder[String(method)]!(...args.map(argument));
    }

    const text = builder.toNaturalExpression();

    strictEqual(text, expr);
    parseNatural(text);
  });
}

/** The cases write a time of day as `time 09:15`. */
function argument(value: unknown): unknown {
  return typeof value === "string" && value.startsWith("time ")
    ? Temporal.PlainTime.from(value.slice(5))
    : value;
}

Deno.test("the cases of the builder are all there when the file is read", () => {
  strictEqual(cases.length, 126);
});

Deno.test("build answers the recurrence when nothing else is given", () => {
  const recurrence = NaturalCronBuilder.start().every(2).weeks().on("Mon").atTime(9, 30).build();

  deepStrictEqual(recurrence.expression, parseNatural("every 2 weeks on monday at 09:30"));
});

Deno.test("build returns what the given function makes of the text when there is one", () => {
  const shout = (text: string): string => text.toUpperCase();

  const text: string = NaturalCronBuilder.start(shout).daily().atTime(9, 5).build();

  strictEqual(text, "DAILY AT 09:05");
});

Deno.test("build refuses and toNaturalExpression does not when the text is wrong", () => {
  const builder = NaturalCronBuilder.start().daily().at("noonish");

  strictEqual(builder.toNaturalExpression(), "Daily At noonish");
  throws(() => builder.build(), { name: "JobMasterError", code: "invalid_recurrence" });
});

Deno.test("a builder stays as it is when a call makes another of it", () => {
  const daily = NaturalCronBuilder.start().daily();

  const morning = daily.atTime(9, 0);
  const evening = daily.atTime(18, 0);

  strictEqual(daily.toNaturalExpression(), "Daily");
  strictEqual(morning.toNaturalExpression(), "Daily At 09:00");
  strictEqual(evening.toNaturalExpression(), "Daily At 18:00");
});

Deno.test("the cadence comes first and the zone last when they are called the other way round", () => {
  const text = NaturalCronBuilder.start()
    .withTimeZone("UTC").on("mon").withTimeZone("Asia/Tokyo").weekly().toNaturalExpression();

  strictEqual(text, "Weekly On mon TimeZone Asia/Tokyo");
});

Deno.test("settings hold for the calls that follow when they come in the middle", () => {
  const text = NaturalCronBuilder.start()
    .on("Mon").useWeekFullName().useAmpersat().in("May").useMonthFullName().daily()
    .between("Jan", "Mar").toNaturalExpression();

  strictEqual(text, "@Daily On Mon @In May @Between January and March");
});

Deno.test("every(1) takes the singular when it is written", () => {
  strictEqual(NaturalCronBuilder.start().every(1).days().toNaturalExpression(), "Every 1 Day");
});

Deno.test("a time of day is written by the half of the day when one is given", () => {
  const at = (time: string, half: "Am" | "Pm"): string =>
    NaturalCronBuilder.start().at(Temporal.PlainTime.from(time), false, half).toNaturalExpression();

  strictEqual(at("14:00", "Pm"), "At 02:00pm");
  strictEqual(at("09:15", "Pm"), "At 09:15pm");
  strictEqual(at("12:30", "Pm"), "At 12:30pm");
  strictEqual(at("00:30", "Am"), "At 12:30am");
  strictEqual(at("11:59", "Am"), "At 11:59am");
  throws(() => at("14:00", "Am"), /14:00:00 is not before noon/);
  throws(() => at("12:00", "Am"), /12:00:00 is not before noon/);
});

Deno.test("ranges take seconds and halves of the day when they are given", () => {
  const hourly = NaturalCronBuilder.start().hourly();
  const [nine, five] = [Temporal.PlainTime.from("09:00:30"), Temporal.PlainTime.from("17:00")];

  strictEqual(
    hourly.between(nine, five, true, "Pm").toNaturalExpression(),
    "Hourly Between 09:00:30pm and 05:00:00pm",
  );
  strictEqual(
    hourly.betweenTime(1, 0, 2, 30, "Pm").toNaturalExpression(),
    "Hourly Between 01:00pm and 02:30pm",
  );
  strictEqual(
    hourly.betweenTime(1, 0, 5, 2, 30, 6, "Am").toNaturalExpression(),
    "Hourly Between 01:00:05am and 02:30:06am",
  );
  strictEqual(hourly.between(["mon", "tue"]).toNaturalExpression(), "Hourly Between mon and tue");
  strictEqual(hourly.from(nine, true).toNaturalExpression(), "Hourly From 09:00:30");
  strictEqual(hourly.upto("Dec", 31).toNaturalExpression(), "Hourly Upto 31st Dec");
});

Deno.test("names in full are written everywhere when they are set", () => {
  const builder = NaturalCronBuilder.start().useWeekFullName().useMonthFullName();

  strictEqual(builder.onNthWeekday("Last", "Fri").toNaturalExpression(), "On LastFriday");
  strictEqual(builder.at("Dec", 25).toNaturalExpression(), "At 25th December");
  strictEqual(builder.on("Sun", "sat", "Tue").toNaturalExpression(), "On [Sunday, sat, Tuesday]");
  strictEqual(
    builder.daily().between(["Jan", "Feb"], ["Sun", "x"]).toNaturalExpression(),
    "Daily Between [January and February, Sunday and x]",
  );
});

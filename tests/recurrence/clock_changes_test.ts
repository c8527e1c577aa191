import { deepEqual, equal, ok } from "node:assert/strict";
import { cron } from "../../recurrence/cron.ts";
import { naturalCron } from "../../recurrence/natural/natural.ts";
import type { CalendarRecurrence } from "../../recurrence/recurrence.ts";

interface ChangeCase {
  /** What is proved, after "when". */
  readonly when: string;
  readonly text: string;
  readonly timeZone: string;
  /** Where the chain starts, with offset. */
  readonly from: string;
  /** What comes, local time with offset. */
  readonly expect: readonly string[];
  /** Cron patterns are told from natural ones by this. */
  readonly isCron?: boolean;
}

const NY = "America/New_York";
const LISBON = "Europe/Lisbon";
const LORD_HOWE = "Australia/Lord_Howe";
const CASABLANCA = "Africa/Casablanca";
const APIA = "Pacific/Apia";

const CASES: readonly ChangeCase[] = [
  {
    when: "a daily time is skipped",
    text: "every day at 02:30",
    timeZone: NY,
    from: "2024-03-09T00:00-05:00",
    expect: ["2024-03-09T02:30:00-05:00", "2024-03-10T03:00:00-04:00", "2024-03-11T02:30:00-04:00"],
  },
  {
    when: "two of every two days lie around a skipped time",
    text: "every 2 days at 02:30",
    timeZone: NY,
    from: "2024-03-08T02:30-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-03-12T02:30:00-04:00"],
  },
  {
    when: "several skipped times collapse",
    text: "every day at [02:10, 02:50, 03:00, 03:10]",
    timeZone: NY,
    from: "2024-03-10T00:00-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-03-10T03:10:00-04:00", "2024-03-11T02:10:00-04:00"],
  },
  {
    when: "a weekly time is skipped",
    text: "every 2 weeks on sunday at 02:30",
    timeZone: NY,
    from: "2024-02-25T02:30-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-03-24T02:30:00-04:00"],
  },
  {
    when: "a monthly time is skipped",
    text: "every month on 2ndSunday at 02:30",
    timeZone: NY,
    from: "2024-02-20T00:00-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-04-14T02:30:00-04:00"],
  },
  {
    when: "a daily time occurs twice",
    text: "every day at 01:30",
    timeZone: NY,
    from: "2024-11-02T12:00-04:00",
    expect: ["2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00"],
  },
  {
    when: "it is asked in the second pass of a repeated hour",
    text: "every day at 01:30",
    timeZone: NY,
    from: "2024-11-03T01:15-05:00",
    expect: ["2024-11-04T01:30:00-05:00"],
  },
  {
    when: "every 2 days starts right at the second pass",
    text: "every 2 days at 01:30",
    timeZone: NY,
    from: "2024-11-03T01:30-04:00",
    expect: ["2024-11-05T01:30:00-05:00"],
  },
  {
    when: "half hours are elapsed time and an hour is repeated",
    text: "every 30 minutes",
    timeZone: NY,
    from: "2024-11-03T00:30-04:00",
    expect: [
      "2024-11-03T01:00:00-04:00",
      "2024-11-03T01:30:00-04:00",
      "2024-11-03T01:00:00-05:00",
      "2024-11-03T01:30:00-05:00",
      "2024-11-03T02:00:00-05:00",
    ],
  },
  {
    when: "half hours are elapsed time and an hour is skipped",
    text: "every 30 minutes",
    timeZone: NY,
    from: "2024-03-10T01:00-05:00",
    expect: ["2024-03-10T01:30:00-05:00", "2024-03-10T03:00:00-04:00", "2024-03-10T03:30:00-04:00"],
  },
  {
    when: "a window of minutes is repeated",
    text: "every 20 minutes between 01:00 and 01:40",
    timeZone: NY,
    from: "2024-11-03T00:00-04:00",
    expect: [
      "2024-11-03T01:00:00-04:00",
      "2024-11-03T01:20:00-04:00",
      "2024-11-03T01:40:00-04:00",
      "2024-11-03T01:00:00-05:00",
      "2024-11-03T01:20:00-05:00",
      "2024-11-03T01:40:00-05:00",
      "2024-11-04T01:00:00-05:00",
    ],
  },
  {
    when: "a window of minutes is skipped",
    text: "every 20 minutes between 02:00 and 02:40",
    timeZone: NY,
    from: "2024-03-09T02:20-05:00",
    expect: ["2024-03-09T02:40:00-05:00", "2024-03-11T02:00:00-04:00"],
  },
  {
    when: "anchored hours restart with a day that lacks one",
    text: "every 5 hours anchoredat 0",
    timeZone: NY,
    from: "2024-03-10T00:00-05:00",
    expect: ["2024-03-10T05:00:00-04:00", "2024-03-10T10:00:00-04:00"],
  },
  {
    when: "a minute without an hour holds in both passes",
    text: "at minute 30",
    timeZone: NY,
    from: "2024-11-03T00:45-04:00",
    expect: ["2024-11-03T01:30:00-04:00", "2024-11-03T01:30:00-05:00", "2024-11-03T02:30:00-05:00"],
  },
  {
    when: "the clock goes forward in Lisbon",
    text: "every day at 01:30",
    timeZone: LISBON,
    from: "2024-03-30T12:00+00:00",
    expect: ["2024-03-31T02:00:00+01:00", "2024-04-01T01:30:00+01:00"],
  },
  {
    when: "the clock goes back in Lisbon",
    text: "every hour at minute 15",
    timeZone: LISBON,
    from: "2024-10-27T00:00+01:00",
    expect: [
      "2024-10-27T00:15:00+01:00",
      "2024-10-27T01:15:00+01:00",
      "2024-10-27T01:15:00+00:00",
      "2024-10-27T02:15:00+00:00",
    ],
  },
  {
    when: "half an hour is skipped on Lord Howe",
    text: "every day at 02:15",
    timeZone: LORD_HOWE,
    from: "2024-10-05T12:00+10:30",
    expect: ["2024-10-06T02:30:00+11:00", "2024-10-07T02:15:00+11:00"],
  },
  {
    when: "half an hour is repeated on Lord Howe",
    text: "every 10 minutes",
    timeZone: LORD_HOWE,
    from: "2024-04-07T01:40+11:00",
    expect: [
      "2024-04-07T01:50:00+11:00",
      "2024-04-07T01:30:00+10:30",
      "2024-04-07T01:40:00+10:30",
      "2024-04-07T01:50:00+10:30",
      "2024-04-07T02:00:00+10:30",
    ],
  },
  {
    when: "the clock goes back for Ramadan in Casablanca",
    text: "every day at 02:30",
    timeZone: CASABLANCA,
    from: "2024-03-09T12:00+01:00",
    expect: ["2024-03-10T02:30:00+01:00", "2024-03-11T02:30:00+00:00"],
  },
  {
    when: "the clock goes forward after Ramadan in Casablanca",
    text: "every day at 02:30",
    timeZone: CASABLANCA,
    from: "2024-04-13T12:00+00:00",
    expect: ["2024-04-14T03:00:00+01:00", "2024-04-15T02:30:00+01:00"],
  },
  {
    when: "Apia skips a day",
    text: "every day at 10:00",
    timeZone: APIA,
    from: "2011-12-28T12:00-10:00",
    expect: ["2011-12-29T10:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T10:00:00+14:00"],
  },
  {
    when: "Apia skips a day of elapsed hours",
    text: "every 12 hours",
    timeZone: APIA,
    from: "2011-12-29T00:00-10:00",
    expect: ["2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"],
  },
  {
    when: "a floating time of day meets a skipped hour",
    text: "every day",
    timeZone: NY,
    from: "2024-03-09T02:30-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-03-11T03:00:00-04:00"],
  },
  {
    when: "a floating time of day meets the second pass",
    text: "every day",
    timeZone: NY,
    from: "2024-11-03T01:30-05:00",
    expect: ["2024-11-04T01:30:00-05:00"],
  },
  {
    when: "a fixed pattern is skipped",
    text: "30 2 * * *",
    isCron: true,
    timeZone: NY,
    from: "2024-03-09T12:00-05:00",
    expect: ["2024-03-10T03:00:00-04:00", "2024-03-11T02:30:00-04:00"],
  },
  {
    when: "a fixed pattern occurs twice",
    text: "30 1 * * *",
    isCron: true,
    timeZone: NY,
    from: "2024-11-03T00:00-04:00",
    expect: ["2024-11-03T01:30:00-04:00", "2024-11-04T01:30:00-05:00"],
  },
  {
    when: "a pattern with a wildcard hour is repeated",
    text: "*/30 * * * *",
    isCron: true,
    timeZone: NY,
    from: "2024-11-03T01:00-04:00",
    expect: [
      "2024-11-03T01:30:00-04:00",
      "2024-11-03T01:00:00-05:00",
      "2024-11-03T01:30:00-05:00",
      "2024-11-03T02:00:00-05:00",
    ],
  },
  {
    when: "a pattern with a wildcard minute lies in a skipped hour",
    text: "*/30 2 * * *",
    isCron: true,
    timeZone: NY,
    from: "2024-03-09T12:00-05:00",
    expect: ["2024-03-11T02:00:00-04:00", "2024-03-11T02:30:00-04:00"],
  },
  {
    when: "a monthly pattern is skipped in Lisbon",
    text: "30 1 31 * *",
    isCron: true,
    timeZone: LISBON,
    from: "2024-03-01T00:00+00:00",
    expect: ["2024-03-31T02:00:00+01:00", "2024-05-31T01:30:00+01:00"],
  },
  {
    when: "a pattern meets the day that Apia lacks",
    text: "0 10 * * *",
    isCron: true,
    timeZone: APIA,
    from: "2011-12-29T12:00-10:00",
    expect: ["2011-12-31T00:00:00+14:00", "2011-12-31T10:00:00+14:00"],
  },
];

function local(instant: Temporal.Instant | undefined, timeZone: string): string | undefined {
  return instant?.toZonedDateTimeISO(timeZone).toString({ timeZoneName: "never" });
}

for (const { when, text, timeZone, from, expect, isCron = false } of CASES) {
  const read = (): CalendarRecurrence => isCron ? cron(text) : naturalCron(text);

  Deno.test(`next answers in ${timeZone} when ${when}: ${text} from ${from}`, () => {
    const found = read().nextMany(Temporal.Instant.from(from), expect.length, { timeZone });

    deepEqual(found.map((instant) => local(instant, timeZone)), expect);
  });

  if (text === "every day" || text.includes("anchored")) continue;
  Deno.test(`previous goes the same way back in ${timeZone} when ${when}: ${text} from ${from}`, () => {
    const recurrence = read();
    const back = expect.slice(1).map((at) =>
      local(recurrence.previous(Temporal.Instant.from(at), { timeZone }), timeZone)
    );

    deepEqual(back, expect.slice(0, -1));
  });
}

const ZONES = [NY, LISBON, LORD_HOWE, CASABLANCA, APIA, "America/St_Johns", "Asia/Tehran"];

Deno.test("next is strictly increasing and previous stays before it when any zone changes its clock", () => {
  const texts = [
    "every 7 minutes",
    "every 2 hours between 1am and 3am",
    "every day at [01:15, 01:45, 02:15, 02:45]",
    "every 25 minutes anchoredat 0",
    "at minute [0, 30]",
    "every day between 01:00 and 03:00",
    "every week on [saturday, sunday] at 02:30",
  ];
  for (const timeZone of ZONES) {
    for (
      const recurrence of [...texts.map(naturalCron), cron("15,45 1-3 * * *"), cron("*/7 * * * *")]
    ) {
      let change = Temporal.Instant.from("2011-06-01T00:00Z").toZonedDateTimeISO(timeZone);
      for (let count = 0; count < 6; count++) {
        change = change.getTimeZoneTransition("next") ?? change;
        let at = change.toInstant().subtract({ hours: 5 });
        for (let step = 0; step < 40; step++) {
          const next = recurrence.next(at, { timeZone })!;
          ok(Temporal.Instant.compare(next, at) > 0, `${recurrence} ${timeZone} ${at}`);
          const previous = recurrence.previous(next, { timeZone })!;
          ok(Temporal.Instant.compare(previous, next) < 0, `${recurrence} ${timeZone} ${at}`);
          at = next;
        }
      }
    }
  }
});

Deno.test("next uses the zone of the expression when the options name another", () => {
  const recurrence = naturalCron("every day at 09:00 tz Asia/Tokyo");
  const next = recurrence.next(Temporal.Instant.from("2024-01-01T00:00Z"), { timeZone: NY });

  equal(String(next), "2024-01-02T00:00:00Z");
});

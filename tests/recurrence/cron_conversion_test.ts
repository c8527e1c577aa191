import { equal, match, ok, throws } from "node:assert/strict";
import { JobMasterError } from "../../core/errors.ts";
import type { CronOptions } from "../../recurrence/mod.ts";
import { naturalCron } from "../../recurrence/natural/natural.ts";
import conversions from "./cases/cron_conversions.json" with { type: "json" };

interface ConversionCase {
  readonly expr: string;
  readonly cron: string | null;
  readonly options?: CronOptions;
}

for (const { expr, cron, options = {} } of conversions as readonly ConversionCase[]) {
  Deno.test(`NaturalCron.toCron answers ${cron} when "${expr}" is converted field by field with ${JSON.stringify(options)}`, () => {
    const convert = () => naturalCron(expr).toCron({ ...options, exact: false });
    if (cron !== null) return equal(convert(), cron);
    throws(
      convert,
      (error: JobMasterError) => error.code === "unsupported" && error.problems.length > 0,
    );
  });
}

const EXACT: readonly (readonly [string, string, CronOptions?])[] = [
  ["every 15 minutes", "*/15 * * * *"],
  ["every minute", "* * * * *"],
  ["hourly", "0 * * * *"],
  ["every 60 minutes", "0 * * * *"],
  ["every 2 hours at minute 30 in january", "30 */2 * 1 *"],
  ["every hour between 8am and 6pm", "0 8-18 * * *"],
  ["every 15 minutes between 8hr and 12hr", "*/15 8-12 * * *"],
  ["every 15 minutes between 08:00 and 12:59", "*/15 8-12 * * *"],
  ["every 5 minutes between min 10 and 20", "10,15,20 * * * *"],
  ["every 10 seconds", "*/10 * * * * *", { seconds: true }],
  ["every 2 minutes at second 30", "30 */2 * * * *", { seconds: true }],
  ["every 15 minutes anchoredat 0", "*/15 * * * *"],
  ["every 15 minutes anchoredat 7", "7-59/15 * * * *"],
  ["every 25 minutes anchoredat 0", "*/25 * * * *"],
  ["every 5 hours anchoredat 0", "0 */5 * * *"],
  ["every 2 days anchoredon 1 at 09:00", "0 9 */2 * *"],
  ["every day at 18:00", "0 18 * * *"],
  ["every day at [09:00, 17:00]", "0 9,17 * * *"],
  ["every day at [09:00, 09:30, 17:00, 17:30]", "0,30 9,17 * * *"],
  ["every day between mon and fri at 9:00", "0 9 * * 1-5"],
  ["every day between mon and fri at 9:00", "0 9 * * MON-FRI", { week: "name" }],
  ["every week on monday at 09:00", "0 9 * * 1"],
  ["every monday at 09:00", "0 9 * * 1"],
  ["every week on [monday, thursday] at 09:00", "0 9 * * 1,4"],
  ["every week on sunday at 09:00", "0 9 * * 7", { week: "1-7" }],
  ["every month on 15th at 18:30", "30 18 15 * *"],
  ["every month on [1st, 15th] at 9am", "0 9 1,15 * *"],
  ["every month on 31st at 9am", "0 9 31 * *"],
  ["every 6 months on 31st at 9am", "0 9 31 */6 *"],
  ["every 3 months on 1st at 9am", "0 9 1 */3 *"],
  ["every 2 months anchoredon feb on 31st at 9am", "0 9 31 2-12/2 *"],
  ["every month on 2ndFriday at 9am", "0 9 * * 5#2", { nthHash: true }],
  ["every month on LastFriday at 9am", "0 9 * * 5L", { nthHash: true }],
  ["every month on monday at 9am", "0 9 * * 1#1", { nthHash: true }],
  ["every month on LastDay at 9am", "0 9 L * *", { nthHash: true }],
  ["every month on ClosestWeekdayTo 15th at 9am", "0 9 15W * *", { closestW: true }],
  ["every month on FirstWeekday at 9am", "0 9 1W * *", { closestW: true }],
  ["every month on LastWeekday at 9am", "0 9 LW * *", { closestW: true, nthHash: true }],
  ["every year on feb-29 at 12:00", "0 12 29 2 *"],
  ["every year in [jan, jul] on [1st, 15th] at 12:00", "0 12 1,15 1,7 *"],
  ["every year on 1st january at 12:00", "0 12 1 JAN *", { month: "name" }],
  ["on 15th", "0 0 15 * *"],
  ["in january", "0 0 1 1 *"],
  ["on monday", "0 0 * * 1"],
  ["at 10:30", "30 10 * * *"],
  ["at minute 30", "30 * * * *"],
  ["every month on 15th at 09:00", "0 9 15 * ?", { domDowExclusive: true }],
  ["every week on monday at 09:00", "0 9 ? * 1", { domDowExclusive: true }],
];

for (const [text, pattern, options] of EXACT) {
  Deno.test(`NaturalCron.toCron answers exactly "${pattern}" when asked for "${text}" with ${JSON.stringify(options ?? {})}`, () => {
    equal(naturalCron(text).toCron(options), pattern);
  });
}

const REFUSED: readonly (readonly [string, RegExp, CronOptions?])[] = [
  ["every day", /keeps the time of day of its start: add one, as at 00:00/],
  ["every day between 9am and 5pm", /keeps the time of day/],
  ["every 45 minutes", /does not divide an hour/],
  ["every 7 hours", /does not divide a day/],
  ["every 90 minutes", /does not divide an hour/],
  ["every 2 days at 09:00", /counts across months/],
  ["every 29 days anchoredon 1 at 09:00", /longer than the shortest month/],
  ["every 2 weeks on monday at 09:00", /counts across/],
  ["every week at 09:00", /add one, as on monday/],
  ["every week between monday and friday at 09:00", /add one, as on monday/],
  ["every month at 09:00", /add one, as on 1st/],
  ["every year on 1st at 09:00", /add one, as in january/],
  ["every 5 months on 1st at 09:00", /counts across years/],
  ["every 2 months on 31st at 09:00", /slips past months/],
  ["every 3 months on 5thFriday at 09:00", /slips past months/, { nthHash: true }],
  ["every 2 years on 1st january at 09:00", /years/],
  ["every day at 09:00 tz Europe/Lisbon", /names no time zone/],
  ["every day at [10:00, 14:30]", /no combination/],
  ["every 30 minutes between 09:30 and 18:00", /several units/],
  ["every month on 13th on friday at 09:00", /alternatives/],
  ["every month on monday at 09:00", /needs # or L/],
  ["every month on LastDay at 09:00", /needs L/],
  ["every month on ClosestWeekdayTo 15th at 09:00", /needs W/],
  ["every month on ClosestWeekdayTo 30th at 09:00", /short month/, { closestW: true }],
  ["every month on LastDay - 1 at 09:00", /before or after/, { nthHash: true }],
  ["every 10 seconds", /option seconds/],
  ["at 09:00:30", /option seconds/],
  ["every day at 09:00 in year 2027", /years have no field/],
  ["every month on 32nd at 09:00", /never happens/],
];

for (const [text, reason, options] of REFUSED) {
  Deno.test(`NaturalCron.toCron says ${reason.source} when asked for "${text}"`, () => {
    throws(() => naturalCron(text).toCron(options), (error: unknown) => {
      ok(error instanceof JobMasterError);
      equal(error.code, "unsupported");
      match(error.problems.join("\n"), reason);
      return true;
    });
  });
}

Deno.test("NaturalCron.toCron names every reason when there are several", () => {
  throws(
    () => naturalCron("every 2 weeks at 09:00:30 tz Europe/Lisbon").toCron(),
    (error: JobMasterError) => error.problems.length === 4,
  );
});

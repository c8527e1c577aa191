import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { defineJob } from "../../core/definition.ts";
import { defineSchedules, isScheduleProfile } from "../../core/profile.ts";

const job = defineJob<{ n: number }>({ id: "mail.send" }, () => null);

Deno.test("defineSchedules gives ids of the set and of the entry", () => {
  const profile = defineSchedules("care", (schedules) =>
    schedules
      .add(job, "every day at 09:00")
      .add(job, "0 9 * * *", { id: "cron", data: { n: 1 }, overlap: "skip" }));

  strictEqual(profile.profileId, "care");
  deepStrictEqual(profile.schedules.map(({ id }) => id), ["care:mail.send", "care:cron"]);
  deepStrictEqual(profile.schedules[1]!.settings, { data: { n: 1 }, overlap: "skip" });
  strictEqual(isScheduleProfile(profile), true);
  strictEqual(Object.isFrozen(profile), true);
});

Deno.test("defineSchedules gives its lane to the entries that name none", () => {
  const profile = defineSchedules("care", (schedules) => {
    schedules.add(job, "every day").add(job, "every day", { id: "own", lane: "mail" });
  }, { lane: "night" });

  deepStrictEqual(profile.schedules.map(({ settings }) => settings.lane), ["night", "mail"]);
});

for (
  const [name, define, message] of [
    ["a bad set id", () => defineSchedules("a..b", () => {}), /schedule profile id "a\.\.b"/],
    ["no set id", () => defineSchedules("", () => {}), /schedule profile id ""/],
    [
      "a bad entry id",
      () => defineSchedules("care", (s) => s.add(job, "every day", { id: "a b" })),
      /schedule id "a b"/,
    ],
    [
      "a repeated id",
      () => defineSchedules("care", (s) => s.add(job, "every day").add(job, "every day")),
      /"care:mail\.send" twice/,
    ],
    [
      "ids that are too long together",
      () =>
        defineSchedules("a".repeat(200), (s) => s.add(job, "every day", { id: "b".repeat(60) })),
      /at most 250 characters/,
    ],
    [
      "what is no definition",
      () => defineSchedules("care", (s) => s.add({ id: "x" } as never, "every day")),
      /defineJob\(\)/,
    ],
  ] as const
) {
  Deno.test(`defineSchedules refuses ${name}`, () => {
    throws(define, { code: "configuration_invalid", message });
  });
}

Deno.test("isScheduleProfile tells sets of schedules from other values", () => {
  for (const value of [null, 1, "x", {}, { profileId: "x" }, job]) {
    strictEqual(isScheduleProfile(value), false);
  }
});

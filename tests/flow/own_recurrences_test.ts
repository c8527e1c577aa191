/**
 * Languages of recurrences that an application brings itself.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type Recurrence, type RecurrenceType } from "../../mod.ts";
import { naturalCron } from "../../recurrence/mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const quick = defineJob({ id: "quick" }, () => null);

function recurrence(type: string, text: string, next: Recurrence["next"]): Recurrence {
  return {
    type,
    timeZone: null,
    next,
    toString: () => text,
    describe: () => `By ${type}: ${text}`,
  };
}

/** `beats`: every so many thousandths of a day (Swatch beats). */
const beats: RecurrenceType = {
  type: "beats",
  parse(text) {
    const count = Number(text);
    if (!(count > 0)) throw new Error(`"${text}" is no number of beats`);
    return recurrence(
      "beats",
      text,
      (after) => after.add({ milliseconds: Math.round(count * 86_400) }),
    );
  },
};

/** Works until `fail` says otherwise. */
function moody(mood: { fails: boolean; sticks: boolean }): RecurrenceType {
  return {
    type: "moody",
    parse: (text) =>
      recurrence("moody", text, (after) => {
        if (mood.fails) throw new TypeError("not today");
        return mood.sticks ? after : after.add({ seconds: 1 });
      }),
  };
}

Deno.test("schedule.recurring takes a language of the application", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], recurrences: [beats] });
  const { jm } = cluster;

  const schedule = await jm.schedule.recurring(quick, beats.parse("0.02"));
  await eventually(
    "two runs",
    async () => await jm.jobs.count({ scheduleId: schedule.id, statuses: ["Succeeded"] }) >= 2,
  );
  const { items } = await jm.jobs.list({ filter: { scheduleId: schedule.id } });

  deepStrictEqual(schedule.recurrence, { type: "beats", text: "0.02" });
  strictEqual(schedule.description, "By beats: 0.02");
  const times = items.map(({ occurrenceAtMs }) => occurrenceAtMs!).sort((a, b) => a - b);
  strictEqual(times[1]! - times[0]!, 1_728);
  await rejects(
    jm.client.createSchedule({ definitionId: "quick", expression: "-1", expressionType: "beats" }),
    { code: "invalid_recurrence", message: /no number of beats/ },
  );
  await rejects(
    jm.client.createSchedule({ definitionId: "quick", expression: "1", expressionType: "moons" }),
    { code: "invalid_recurrence", message: /moons.*natural, cron, interval, beats/ },
  );
});

Deno.test("schedule.recurring takes a value of the recurrence library", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });

  const schedule = await cluster.jm.schedule.recurring(quick, naturalCron("every day at 9am"));

  strictEqual(schedule.recurrence.type, "natural");
  ok(schedule.nextRunAtMs! % 86_400_000 === 9 * 3_600_000);
});

Deno.test("planner reports a language that fails on its schedules, and goes on when it recovers", async () => {
  const mood = { fails: false, sticks: false };
  await using cluster = await openTestCluster({ jobs: [quick], recurrences: [moody(mood)] });
  const { jm } = cluster;
  const moodyId = (await jm.schedule.recurring(quick, moody(mood).parse("x"))).id;
  const soundId = (await jm.schedule.recurring(quick, "every 1 second")).id;
  const runs = (scheduleId: string) => jm.jobs.count({ scheduleId, statuses: ["Succeeded"] });
  await eventually("a run", async () => await runs(moodyId) >= 1);

  for (const [kind, message] of [["fails", /not today/], ["sticks", /not later/]] as const) {
    mood[kind] = true;
    await eventually(`it to be reported that it ${kind}`, async () => {
      const { error, status } = await jm.schedules.get(moodyId);
      return error?.code === "invalid_recurrence" && message.test(error.message) &&
        status === "Active";
    });
    const before = await runs(soundId);
    await eventually("the sound one to go on", async () => await runs(soundId) > before);
    mood[kind] = false;
    const recovered = await runs(moodyId);
    await eventually("it to go on", async () => await runs(moodyId) > recovered, {
      timeoutMs: 30_000,
    });
    await eventually("it to be well", async () => (await jm.schedules.get(moodyId)).error === null);
  }
});

Deno.test("JobMaster.start refuses a language whose name is taken", async () => {
  const again: RecurrenceType = { type: "cron", parse: beats.parse };

  await rejects(openTestCluster({ jobs: [quick], recurrences: [again] }), {
    code: "configuration_invalid",
    message: /cron/,
  });
});

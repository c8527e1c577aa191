/**
 * Filters, sorts and limits as query parameters.
 */

import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { JOB_SORT_FIELDS, METADATA_OPERATIONS } from "../../core/filter.ts";
import {
  JOB_FILTER_PARAMETERS,
  LOG_FILTER_PARAMETERS,
  parseConditions,
  parseJobFilter,
  parseJobSort,
  parseLimit,
  parseLogFilter,
  parsePreviewCount,
  parseScheduleFilter,
  type Query,
  SCHEDULE_FILTER_PARAMETERS,
} from "../../core/parse_filter.ts";

function refuses(parse: () => unknown, message: string | RegExp): void {
  throws(parse, { name: "JobMasterError", code: "invalid_request", message });
}

function refusesJobs(query: Query, message: string | RegExp): void {
  refuses(() => parseJobFilter(query), message);
}

Deno.test("parseJobFilter reads every filter", () => {
  const query: Query = {
    status: ["Failed, Cancelled", "Queued"],
    definitionId: ["mail.send"],
    lane: ["Mail"],
    priority: ["High"],
    bucketId: ["b-1"],
    workerId: ["w-1"],
    scheduleId: ["s-1"],
    uniqueKey: ["k"],
    scheduledFrom: ["2027-01-31T09:00:00Z"],
    scheduledTo: ["2027-01-31T09:00:00+01:00"],
    createdFrom: ["2027-01-31T10:00:00Z"],
    createdTo: ["2027-01-31T11:00:00Z"],
    metadata: ["team=growth", '[{"key":"size","operation":"Gt","value":3}]'],
    error: ["refused"],
  };
  deepStrictEqual(Object.keys(query), JOB_FILTER_PARAMETERS);
  deepStrictEqual(parseJobFilter(query), {
    statuses: ["Failed", "Cancelled", "Queued"],
    definitionId: "mail.send",
    lane: "mail",
    priority: "High",
    bucketId: "b-1",
    workerId: "w-1",
    scheduleId: "s-1",
    uniqueKey: "k",
    scheduledFromMs: 1_801_386_000_000,
    scheduledToMs: 1_801_382_400_000,
    createdFromMs: 1_801_389_600_000,
    createdToMs: 1_801_393_200_000,
    metadata: [
      { key: "team", operation: "Eq", values: ["growth"] },
      { key: "size", operation: "Gt", values: [3] },
    ],
    errorText: "refused",
  });
});

Deno.test("parseLogFilter reads every filter", () => {
  const query: Query = {
    level: ["Warning"],
    subjectType: ["Worker"],
    subjectId: ["w-1"],
    attempt: ["2"],
    from: ["2027-01-31T09:00:00Z"],
    to: ["2027-01-31T10:00:00Z"],
    keyword: ["refused"],
  };
  deepStrictEqual(Object.keys(query), LOG_FILTER_PARAMETERS);
  deepStrictEqual(parseLogFilter(query), {
    level: "Warning",
    subjectType: "Worker",
    subjectId: "w-1",
    attempt: 2,
    fromMs: 1_801_386_000_000,
    toMs: 1_801_389_600_000,
    keyword: "refused",
  });
});

Deno.test("parseScheduleFilter reads every filter", () => {
  const query: Query = {
    status: ["Active, Paused", "Completed"],
    type: ["Static"],
    definitionId: ["mail.send"],
    profileId: ["maintenance"],
    failing: ["true"],
  };
  deepStrictEqual(Object.keys(query), SCHEDULE_FILTER_PARAMETERS);
  deepStrictEqual(parseScheduleFilter(query), {
    statuses: ["Active", "Paused", "Completed"],
    type: "Static",
    definitionId: "mail.send",
    profileId: "maintenance",
    failing: true,
  });
  deepStrictEqual(parseScheduleFilter({ failing: ["false"] }), { failing: false });
});

Deno.test("parseScheduleFilter names the parameter, the value and the rule", () => {
  const refused = (query: Query, message: string | RegExp) =>
    refuses(() => parseScheduleFilter(query, ["limit"]), message);
  refused(
    { status: ["active"] },
    /^Cannot use status "active": it must be one of Active, Paused, /,
  );
  refused({ status: ["Active,"] }, /^Cannot use status "": it must be one of Active, /);
  refused({ type: ["static"] }, 'Cannot use type "static": it must be one of Static, Dynamic');
  refused({ type: ["Static", "Static"] }, "Cannot use type 2 times: once");
  refused({ profileId: [""] }, 'Cannot use profileId "": it must be 1 to 500 characters');
  refused({ failing: ["True"] }, 'Cannot use failing "True": it must be one of true, false');
  refused(
    { failing: ["1"], lane: ["mail"] },
    /^Cannot use failing .*; Cannot filter by "lane": the parameters are status, type, definitionId, profileId, failing, limit$/,
  );
});

Deno.test("parsePreviewCount reads 1 to 100, and 5 when nothing is said", () => {
  deepStrictEqual([undefined, "1", "100"].map(parsePreviewCount), [5, 1, 100]);
  for (const count of ["0", "101", "-1", "1.0", "1e1", "", " 5", "9".repeat(20)]) {
    refuses(
      () => parsePreviewCount(count),
      /^Cannot use count .*: it must be a whole number from 1 to 100$/,
    );
  }
});

Deno.test("a filter is empty when nothing is asked, and leaves other parameters to the caller", () => {
  deepStrictEqual(parseJobFilter({}), {});
  deepStrictEqual(parseLogFilter({}), {});
  deepStrictEqual(parseScheduleFilter({}), {});
  deepStrictEqual(parseJobFilter({ limit: ["x"], lane: [""] }, ["limit"]), { lane: "" });
});

Deno.test("a filter names the parameter, the value and the rule", () => {
  refusesJobs({ status: ["Done"] }, /^Cannot use status "Done": it must be one of SavePending, /);
  refusesJobs({ status: ["Failed,"] }, /^Cannot use status "": it must be one of SavePending, /);
  refusesJobs({ priority: ["1"] }, /^Cannot use priority "1": it must be one of VeryLow, /);
  refusesJobs({ definitionId: [""] }, 'Cannot use definitionId "": it must be 1 to 500 characters');
  refusesJobs({ error: ["a\0"] }, 'Cannot use error "a\\u0000": it must be 1 to 500 characters');
  refusesJobs({ workerId: ["w".repeat(501)] }, /^Cannot use workerId "w{78}…: it must be 1 to 500/);
  refusesJobs({ lane: ["a b"] }, /^Cannot use lane "a b": it must be 1 to 25 letters/);
  refusesJobs({ createdTo: ["now"] }, /^Cannot use createdTo "now": it must be an instant/);
  refuses(
    () => parseLogFilter({ level: ["info"] }),
    'Cannot use level "info": it must be one of Debug, Info, Warning, Error, Critical',
  );
  for (const attempt of ["0", "1000001", "1.5", "-1", "1e3", " 1", ""]) {
    refuses(
      () => parseLogFilter({ attempt: [attempt] }),
      `Cannot use attempt "${attempt}": it must be a whole number from 1 to 1000000`,
    );
  }
});

Deno.test("a filter refuses a parameter that comes more than once", () => {
  refusesJobs({ priority: ["Low", "High"] }, "Cannot use priority 2 times: once");
  refusesJobs({ lane: ["a", "a", "b"] }, "Cannot use lane 3 times: once");
  refuses(() => parseLogFilter({ level: ["Info", "Info"] }), "Cannot use level 2 times: once");
});

Deno.test("a filter refuses a parameter it does not know, those of every object included", () => {
  const known = [...JOB_FILTER_PARAMETERS, "limit"].join(", ");
  for (const name of ["Status", "constructor", "__proto__", "hasOwnProperty"]) {
    refuses(
      () => parseJobFilter(JSON.parse(`{"${name}":["1"]}`), ["limit"]),
      `Cannot filter by "${name}": the parameters are ${known}`,
    );
  }
});

Deno.test("a filter reports every problem at once", () => {
  refusesJobs(
    { status: ["Done"], colour: ["red"], createdTo: ["now"] },
    /^Cannot use status .*; Cannot filter by "colour": .*; Cannot use createdTo "now": /,
  );
});

Deno.test("parseJobFilter takes 10 metadata conditions and refuses 11", () => {
  const conditions = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=1`);
  strictEqual(parseJobFilter({ metadata: conditions(10) }).metadata?.length, 10);
  refusesJobs({ metadata: conditions(11) }, "Cannot use more than 10 metadata conditions");
});

Deno.test("parseConditions reads key=value as equality with a typed value", () => {
  const cases: readonly [string, string, unknown][] = [
    ["team=growth", "team", "growth"],
    ["a=b=c", "a", "b=c"],
    ["size=3", "size", 3],
    ["urgent=true", "urgent", true],
    ["zip=01234", "zip", "01234"],
    ["empty=", "empty", ""],
  ];
  for (const [text, key, value] of cases) {
    deepStrictEqual(parseConditions(text), [{ key, operation: "Eq", values: [value] }]);
  }
});

Deno.test("parseConditions reads a JSON array of conditions", () => {
  const text = `[
    {"key":"a","value":"x=y"},
    {"key":"b","operation":"In","values":[1,"2",true]},
    {"key":"c","operation":"StartsWith","value":"x"},
    {"key":"d","operation":"Lte","value":-1.5}
  ]`;
  deepStrictEqual(parseConditions(text), [
    { key: "a", operation: "Eq", values: ["x=y"] },
    { key: "b", operation: "In", values: [1, "2", true] },
    { key: "c", operation: "StartsWith", values: ["x"] },
    { key: "d", operation: "Lte", values: [-1.5] },
  ]);
  deepStrictEqual(parseConditions("[]"), []);
});

Deno.test("parseConditions takes every operation", () => {
  for (const operation of METADATA_OPERATIONS) {
    deepStrictEqual(parseConditions(JSON.stringify([{ key: "k", operation, value: "v" }])), [
      { key: "k", operation, values: ["v"] },
    ]);
  }
});

Deno.test("parseConditions says what would be right when it can read nothing", () => {
  for (const text of ["team", "=growth", "", "{}", '{"key":"a","value":1}', "[", "7", "null"]) {
    refuses(
      () => parseConditions(text),
      `Cannot use metadata ${
        JSON.stringify(text)
      }: it must be key=value, or a JSON array of {"key","operation","value"}`,
    );
  }
});

Deno.test("parseConditions refuses a condition without a key or without a value", () => {
  const wrong = [
    "null",
    "7",
    "{}",
    '{"key":"a"}',
    '{"key":"","value":1}',
    '{"key":1,"value":1}',
    '{"key":"a\\u0000","value":1}',
    `{"key":"${"k".repeat(101)}","value":1}`,
    '{"key":"a","value":null}',
    '{"key":"a","value":{}}',
    '{"key":"a","value":"\\u0000"}',
    '{"key":"a","value":"\\ud800"}',
    '{"key":"a","value":1e999}',
    '{"key":"a","operation":"In","values":[]}',
    `{"key":"a","operation":"In","values":[${Array(101).fill(1)}]}`,
  ];
  for (const item of wrong) {
    refuses(
      () => parseConditions(`[${item}]`),
      /^Cannot use metadata condition .*: it must have a key of 1 to 100 characters and a value/,
    );
  }
  refuses(
    () => parseConditions(`${"k".repeat(101)}=1`),
    /it must have a key of 1 to 100 characters/,
  );
  refuses(() => parseConditions("a=\0"), /^Cannot use metadata condition/);
});

Deno.test("parseConditions refuses what an operation does not compare", () => {
  refuses(
    () => parseConditions('[{"key":"a","operation":"Like","value":1}]'),
    /^Cannot use metadata operation "Like": it must be one of Eq, Neq, In, /,
  );
  refuses(
    () => parseConditions('[{"key":"a","values":[1,2]}]'),
    'Cannot use metadata condition {"key":"a","values":[1,2]}: only "In" takes several values',
  );
  for (const operation of ["Contains", "StartsWith", "EndsWith"]) {
    refuses(
      () => parseConditions(JSON.stringify([{ key: "a", operation, value: 1 }])),
      new RegExp(`^Cannot use metadata condition .*: "${operation}" takes text$`),
    );
  }
});

Deno.test("parseJobSort reads a field, a minus for the other direction, and newest first by default", () => {
  deepStrictEqual(parseJobSort(undefined), { by: "createdAt", direction: "desc" });
  for (const by of JOB_SORT_FIELDS) {
    deepStrictEqual(parseJobSort(by), { by, direction: "asc" });
    deepStrictEqual(parseJobSort(`-${by}`), { by, direction: "desc" });
  }
  for (const sort of ["", "-", "--createdAt", "name", "createdAt,id"]) {
    refuses(
      () => parseJobSort(sort),
      /^Cannot use sort ".*": it must be one of createdAt, scheduledAt, finishedAt$/,
    );
  }
});

Deno.test("parseLimit reads 1 to 200, and 25 by default", () => {
  deepStrictEqual([undefined, "1", "200"].map(parseLimit), [25, 1, 200]);
  for (const limit of ["0", "201", "-1", "1.5", "1e2", "ten", "", "9".repeat(30)]) {
    refuses(
      () => parseLimit(limit),
      `Cannot use limit "${limit}": it must be a whole number from 1 to 200`,
    );
  }
});

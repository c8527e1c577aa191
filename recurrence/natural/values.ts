/**
 * A clause's text to values: which groups there are, and which unit each one has.
 *
 * @module
 */

import type { Unit } from "./ast.ts";
import { type Group, groupsOf, isSpecial, isSuffix } from "./groups.ts";
import { readScalar } from "./scalars.ts";
import { type PlacedValue, readDate, readTime } from "./times.ts";
import { placeOf, type Report, textOf, type Token } from "./token.ts";

/**
 * Reads the values of a text in written order; `null` when there is a problem, which is reported.
 *
 * `unit` is the unit of values that name none; without it a date such as `21st 10 2025` finds its own.
 */
export function readValues(
  tokens: readonly Token[],
  unit: Unit | null,
  report: Report,
): readonly PlacedValue[] | null {
  const groups = groupsOf(tokens);
  const values: PlacedValue[] = [];
  let failed = groups.length === 0;
  for (let index = 0; index < groups.length; index++) {
    const read = readGroup(groups, index, { unit, report });
    if (read === null) {
      failed = true;
      index += partsTornOff(groups, index);
    } else {
      values.push(...read);
    }
  }
  return failed ? null : values;
}

interface Context {
  readonly unit: Unit | null;
  readonly report: Report;
}

function readGroup(
  groups: readonly Group[],
  index: number,
  { unit, report }: Context,
): readonly PlacedValue[] | null {
  const group = groups[index]!;
  const mark = group.find(({ kind }) => kind === "semicolon" || kind === "blank");
  if (mark !== undefined) {
    const name = mark.kind === "semicolon" ? `";"` : "a tab or line break";
    report(mark, `${name} cannot stand in a value`, ["a space or comma"]);
    return null;
  }
  if (group.some(isColon)) {
    return isLoneColon(group) ? torn(group, report) : readTime(group, report);
  }
  if (group.some(({ kind }) => kind === "minus") && !group.some(isSpecial)) {
    return readDate(group, report);
  }
  const next = groups[index + 1];
  if (next !== undefined && isLoneColon(next)) {
    const after = groups[index + 2] ?? [];
    const whole = [group, next, after].map(textOf).join("");
    report(placeOf([...group, ...next, ...after]), "a colon has no spaces around it", [whole]);
    return null;
  }
  const around = { unit: unit ?? impliedUnit(groups, index), next };
  const value = readScalar(group, around, report);
  return value === null ? null : [value];
}

/** The unit of a bare number: month and year follow a day such as `21st`, and a day comes before a time. */
function impliedUnit(groups: readonly Group[], index: number): Unit | null {
  if (isOrdinal(groups[index - 1])) return "month";
  if (isOrdinal(groups[index - 2])) return "year";
  return groups[index + 1]?.some(isColon) === true ? "day" : null;
}

/** Whether it is a day such as `21st`. */
function isOrdinal(group: Group | undefined): boolean {
  return group?.length === 2 && isSuffix(group[1]!);
}

function isColon({ kind }: Token): boolean {
  return kind === "colon";
}

function isLoneColon(group: Group): boolean {
  return group.length === 1 && isColon(group[0]!);
}

function torn(group: Group, report: Report): null {
  report(placeOf(group), "a colon stands between two numbers", ["09:30"]);
  return null;
}

/** How many groups are part of the same mistake as the one before them: `10 hr`, `10 : 30`. */
function partsTornOff(groups: readonly Group[], index: number): number {
  const group = groups[index]!;
  const next = groups[index + 1];
  if (next?.length !== 1) return 0;
  if (isLoneColon(next)) return 2;
  const isScalar = group[0]!.kind === "number" || group[0]!.kind === "bound";
  return isScalar && next[0]!.kind === "unit" && group.every(({ kind }) => kind !== "unit") ? 1 : 0;
}

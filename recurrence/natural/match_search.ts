/**
 * The nearest local time that matches, in either direction.
 *
 * @module
 */

import { dateOf, DAY_SECONDS, daysOf, FIRST_LOCAL, LAST_LOCAL, modulo } from "../civil.ts";
import { MatchTree } from "./calendar.ts";
import type { Level } from "./level.ts";
import type { Model } from "./model.ts";
import { daysInMonth } from "./resolve.ts";

/** Years in a row that are looked at before giving up; the Gregorian calendar repeats after so many. */
const MAX_YEARS = 400;

/** Finds matches of an expression on the wall clock. */
export class MatchSearch {
  /** What the expression matches. */
  readonly tree: MatchTree;

  /** Creates a search. */
  constructor(model: Model) {
    this.tree = new MatchTree(model);
  }

  /** Whether a local time matches every filter. */
  matches(local: number): boolean {
    if (local < FIRST_LOCAL || local > LAST_LOCAL) return false;
    const days = Math.floor(local / DAY_SECONDS);
    return this.tree.matches(dateOf(days), local - days * DAY_SECONDS);
  }

  /**
   * The first match at or after `bound`; `null` when there is none.
   *
   * With an `own` time of day (seconds), each day is first tried at that time and only then at its earliest match.
   */
  first(bound: number, own: number | null): number | null {
    if (bound > LAST_LOCAL) return null;
    const start = Math.max(bound, FIRST_LOCAL);
    const startDays = Math.floor(start / DAY_SECONDS);
    const date = dateOf(startDays);
    let day = date.day;
    let from = start - startDays * DAY_SECONDS;
    let { year, month } = date;
    for (let tried = 0; year <= 9_999 && tried <= MAX_YEARS; year++) {
      if (this.tree.hasYear(year)) tried++;
      else month = 13;
      for (; month <= 12; month++, day = 1, from = 0) {
        const found = firstInMonth(this.tree.month(year, month), day, { from, own });
        if (found !== null) return daysOf(year, month, 1) * DAY_SECONDS + found;
      }
      month = 1;
      day = 1;
      from = 0;
    }
    return null;
  }

  /** The last match at or before `bound`, with `own` as in {@linkcode first}; `null` when there is none. */
  last(bound: number, own: number | null): number | null {
    if (bound < FIRST_LOCAL) return null;
    const start = Math.min(bound, LAST_LOCAL);
    let { year, month, day } = dateOf(Math.floor(start / DAY_SECONDS));
    let upto = modulo(start, DAY_SECONDS);
    for (let tried = 0; year >= 1 && tried <= MAX_YEARS; year--) {
      if (this.tree.hasYear(year)) tried++;
      else month = 0;
      for (; month >= 1; month--, day = 31, upto = DAY_SECONDS - 1) {
        const last = Math.min(day, daysInMonth(year, month));
        const found = lastInMonth(this.tree.month(year, month), last, { upto, own });
        if (found !== null) return daysOf(year, month, 1) * DAY_SECONDS + found;
      }
      month = 12;
      day = 31;
      upto = DAY_SECONDS - 1;
    }
    return null;
  }
}

function firstInMonth(
  days: Level | null,
  firstDay: number,
  { from, own }: { readonly from: number; readonly own: number | null },
): number | null {
  if (days === null) return null;
  for (let day = days.atLeast(firstDay); day !== -1;) {
    const bound = day === firstDay ? from : 0;
    const hours = days.children[day]!;
    const time = own !== null && own >= bound && hasTime(hours, own)
      ? own
      : firstTime(hours, bound);
    if (time !== -1) return (day - 1) * DAY_SECONDS + time;
    day = day + 1 < days.children.length ? days.atLeast(day + 1) : -1;
  }
  return null;
}

function lastInMonth(
  days: Level | null,
  lastDay: number,
  { upto, own }: { readonly upto: number; readonly own: number | null },
): number | null {
  if (days === null) return null;
  for (let day = days.atMost(lastDay); day !== -1; day = days.atMost(day - 1)) {
    const bound = day === lastDay ? upto : DAY_SECONDS - 1;
    const hours = days.children[day]!;
    let time = own === null ? lastTime(hours, bound) : own;
    if (own !== null && (own > bound || !hasTime(hours, own))) {
      time = firstTime(hours, 0);
      if (time > bound) time = -1;
    }
    if (time !== -1) return (day - 1) * DAY_SECONDS + time;
  }
  return null;
}

function hasTime(hours: Level, time: number): boolean {
  const minutes = hours.children[Math.floor(time / 3_600)];
  return !!minutes?.children[Math.floor(time / 60) % 60]?.children[time % 60];
}

function firstTime(hours: Level, from: number): number {
  const fromHour = Math.floor(from / 3_600);
  for (let hour = hours.atLeast(fromHour); hour !== -1; hour = hours.atLeast(hour + 1)) {
    const minutes = hours.children[hour]!;
    const fromMinute = hour === fromHour ? Math.floor(from / 60) % 60 : 0;
    for (let minute = minutes.atLeast(fromMinute); minute !== -1;) {
      const isFirst = hour === fromHour && minute === Math.floor(from / 60) % 60;
      const second = minutes.children[minute]!.atLeast(isFirst ? from % 60 : 0);
      if (second !== -1) return hour * 3_600 + minute * 60 + second;
      minute = minutes.atLeast(minute + 1);
    }
  }
  return -1;
}

function lastTime(hours: Level, upto: number): number {
  const toHour = Math.floor(upto / 3_600);
  const toMinute = Math.floor(upto / 60) % 60;
  for (let hour = hours.atMost(toHour); hour !== -1; hour = hours.atMost(hour - 1)) {
    const minutes = hours.children[hour]!;
    for (let minute = minutes.atMost(hour === toHour ? toMinute : 59); minute !== -1;) {
      const isLast = hour === toHour && minute === toMinute;
      const second = minutes.children[minute]!.atMost(isLast ? upto % 60 : 59);
      if (second !== -1) return hour * 3_600 + minute * 60 + second;
      minute = minutes.atMost(minute - 1);
    }
  }
  return -1;
}

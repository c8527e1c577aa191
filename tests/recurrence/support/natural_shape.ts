/**
 * A natural expression in short, for tables: `2 week@friday=6 hour=9 [week=2; week=6] {day 1..last} tz UTC`.
 *
 * @module
 */

import type {
  Filter,
  NaturalExpression,
  UnitValue,
  Value,
} from "../../../recurrence/natural/ast.ts";

/** Every detail of an expression in one line. */
export function shapeOf({ cadence, filters, timeZone }: NaturalExpression): string {
  const anchor = cadence?.anchor ?? null;
  return [
    ...(cadence === null ? [] : [`${cadence.interval} ${cadence.unit}`]),
    ...(anchor === null ? [] : [`@${anchor.text}=${anchor.value}`]),
    ...filters.map(filterShape),
    ...(timeZone === null ? [] : [`tz ${timeZone}`]),
  ].join(" ");
}

function filterShape(filter: Filter): string {
  if (filter.kind === "point") return pairShape(filter);
  if (filter.kind === "list") {
    return `[${filter.positions.map((values) => values.map(pairShape).join(" ")).join("; ")}]`;
  }
  const ranges = filter.ranges.map((range) =>
    range.map(({ unit, start, end }) => `${unit} ${valueShape(start)}..${valueShape(end)}`)
      .join(" ")
  );
  return `{${ranges.join("; ")}}`;
}

function pairShape({ unit, value }: UnitValue): string {
  return `${unit}=${valueShape(value)}`;
}

function valueShape(value: Value): string {
  if (value.kind === "number") return `${value.number}`;
  if (value.kind === "closest_workday") return `closest:${value.day}`;
  const offset = value.offset === 0 ? "" : value.offset > 0 ? `+${value.offset}` : value.offset;
  if (value.kind === "nth_weekday") return `${value.nth}x${value.weekday}${offset}`;
  if (value.kind === "last_weekday") return `lastx${value.weekday}${offset}`;
  return `${value.kind}${offset}`;
}

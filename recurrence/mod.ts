/**
 * When something happens again: natural language, classic cron patterns, fixed intervals, and languages of your own.
 *
 * Instants come and go as `Temporal.Instant`; nothing here reads a clock.
 *
 * @module
 */

export { cron, CronRecurrence } from "./cron.ts";
export { RecurrenceError, type RecurrenceProblem } from "./error.ts";
export { interval, IntervalRecurrence } from "./interval.ts";
export type {
  Anchor,
  Cadence,
  Filter,
  ListRule,
  NaturalExpression,
  PointRule,
  RangeRule,
  Unit,
  UnitRange,
  UnitValue,
  Value,
  Weekday,
} from "./natural/ast.ts";
export {
  NaturalAnchorBuilder,
  NaturalCronBuilder,
  NaturalRuleBuilder,
  PluralUnits,
  SingularUnits,
} from "./natural/builder.ts";
export {
  type BetweenParts,
  type BuilderState,
  type EndParts,
  NaturalRules,
  type PointParts,
  type RulePair,
  type TimeSpanParts,
} from "./natural/builder_rules.ts";
export type {
  ClockStyle,
  DayHalf,
  DayPosition,
  MonthName,
  NameStyle,
  Nth,
  RuleText,
  TimeParts,
  WeekdayName,
} from "./natural/builder_words.ts";
export type { CronOptions } from "./natural/cron_options.ts";
export { UNITS } from "./natural/ast.ts";
export { NaturalCron, naturalCron } from "./natural/natural.ts";
export type {
  CalendarRecurrence,
  NextOptions,
  PreviousOptions,
  Recurrence,
  RecurrenceType,
} from "./recurrence.ts";
export { recurrenceOf, RecurrenceTypes, type TypedText } from "./types.ts";

/**
 * The part of the builder that every stage has: rules, zone and result.
 *
 * @module
 */

import {
  type ClockStyle,
  clockText,
  dateText,
  type DayHalf,
  type DayPosition,
  type MonthName,
  type NameStyle,
  nameText,
  type Nth,
  nthWeekdayText,
  type RuleText,
  type TimeParts,
  timeText,
  type WeekdayName,
} from "./builder_words.ts";
import { ordinal } from "./words.ts";

/** What a builder has been told so far. Settings hold for the calls that follow. */
export interface BuilderState<T> extends NameStyle {
  /** Makes the result of the text. */
  readonly read: (text: string) => T;
  /** What stands before a rule's word. */
  readonly prefix: "" | "@";
  /** The cadence with its anchor; `null` for none. */
  readonly cadence: string | null;
  /** The other rules in the order of the calls. */
  readonly rules: readonly string[];
  /** The zone's clause; `null` for none. */
  readonly zone: string | null;
}

/** What `at`, `on`, `in` take: texts, a month and its day, or a time of day. */
export type PointParts =
  | readonly [text: RuleText, ...more: RuleText[]]
  | readonly [month: MonthName, day: number]
  | readonly [time: Temporal.PlainTime, ...style: ClockStyle];

/** What `from` and `upto` take: a text, a month and its day, or a time of day. */
export type EndParts =
  | readonly [text: RuleText]
  | readonly [month: MonthName, day: number]
  | readonly [time: Temporal.PlainTime, ...style: ClockStyle];

/** What `between` takes: two texts, two times of day, two months with their days, or several pairs. */
export type BetweenParts =
  | readonly [start: RuleText, end: RuleText]
  | readonly [start: Temporal.PlainTime, end: Temporal.PlainTime, ...style: ClockStyle]
  | readonly [startMonth: MonthName, startDay: number, endMonth: MonthName, endDay: number]
  | readonly [pair: RulePair, ...more: RulePair[]];

/** Start and end of one of several ranges. */
export type RulePair = readonly [start: RuleText, end: RuleText];

/** Two times of day: hours and minutes, or hours, minutes and seconds; then the half of the day of both. */
export type TimeSpanParts =
  | readonly [hour: number, minute: number, endHour: number, endMinute: number, half?: DayHalf]
  | readonly [
    hour: number,
    minute: number,
    second: number,
    endHour: number,
    endMinute: number,
    endSecond: number,
    half?: DayHalf,
  ];

/** Rules, zone and result; `Next` is the stage that a rule leads to. Every call returns another builder. */
export class NaturalRules<T, Next> {
  readonly #state: BuilderState<T>;
  readonly #next: (state: BuilderState<T>) => Next;

  /** Creates a stage; `next` makes the one that follows a rule. */
  constructor(state: BuilderState<T>, next: (state: BuilderState<T>) => Next) {
    this.#state = state;
    this.#next = next;
  }

  /** `At …`: all of the texts as a list, a day of a month, or a time of day. */
  at(...parts: PointParts): Next {
    return this.#rule(`At ${this.#point(parts)}`);
  }

  /** `On …`; the same as {@linkcode NaturalRules.at} in the language. */
  on(...parts: PointParts): Next {
    return this.#rule(`On ${this.#point(parts)}`);
  }

  /** `In …`; the same as {@linkcode NaturalRules.at} in the language. */
  in(...parts: PointParts): Next {
    return this.#rule(`In ${this.#point(parts)}`);
  }

  /** `At 15th`: a day of the month. */
  atDay(day: number): Next {
    return this.#rule(`At ${ordinal(day)}`);
  }

  /** `At LastDay` and its like. */
  atDayPosition(position: DayPosition): Next {
    return this.#rule(`At ${position}`);
  }

  /** `On 2ndFri`: the nth or last such weekday of the month. */
  onNthWeekday(nth: Nth, weekday: WeekdayName): Next {
    return this.#rule(`On ${nthWeekdayText(nth, weekday, this.#state)}`);
  }

  /** `On ClosestWeekdayTo 15th`: the day from Monday to Friday closest to a day of the month. */
  onClosestWeekdayTo(day: number): Next {
    return this.#rule(`On ClosestWeekdayTo ${ordinal(day)}`);
  }

  /** `At 09:30`. */
  atTime(...time: TimeParts): Next {
    return this.#rule(`At ${timeText(time)}`);
  }

  /** `Between … and …`; several pairs make a list of ranges. */
  between(...parts: BetweenParts): Next {
    return this.#rule(`Between ${this.#span(parts)}`);
  }

  /** `Between 09:00 and 17:30`. */
  betweenTime(...parts: TimeSpanParts): Next {
    const half = parts.find((part) => typeof part === "string") as DayHalf | undefined;
    const numbers = parts.filter((part) => typeof part === "number");
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = numbers;
    const [start, end]: readonly [TimeParts, TimeParts] = numbers.length > 4
      ? [[a, b, c, ...optional(half)], [d, e, f, ...optional(half)]]
      : [[a, b, null, ...optional(half)], [c, d, null, ...optional(half)]];
    return this.#rule(`Between ${timeText(start)} and ${timeText(end)}`);
  }

  /** `From …`, up to the last value of its unit. */
  from(...parts: EndParts): Next {
    return this.#rule(`From ${this.#point(parts)}`);
  }

  /** `Upto …`, from the first value of its unit on. */
  upto(...parts: EndParts): Next {
    return this.#rule(`Upto ${this.#point(parts)}`);
  }

  /** `From 10th`. */
  fromDay(day: number): Next {
    return this.#rule(`From ${ordinal(day)}`);
  }

  /** `Upto 10th`. */
  uptoDay(day: number): Next {
    return this.#rule(`Upto ${ordinal(day)}`);
  }

  /** `From 09:00`. */
  fromTime(...time: TimeParts): Next {
    return this.#rule(`From ${timeText(time)}`);
  }

  /** `Upto 17:30`. */
  uptoTime(...time: TimeParts): Next {
    return this.#rule(`Upto ${timeText(time)}`);
  }

  /** `TimeZone Europe/Berlin`; the last call counts. */
  withTimeZone(timeZone: string): Next {
    return this.#next({ ...this.#state, zone: `${this.#state.prefix}TimeZone ${timeZone}` });
  }

  /** Puts `@` before the words of the rules that follow. */
  useAmpersatPrefix(): Next {
    return this.#next({ ...this.#state, prefix: "@" });
  }

  /** Another name of {@linkcode NaturalRules.useAmpersatPrefix}. */
  useAmpersat(): Next {
    return this.useAmpersatPrefix();
  }

  /** Writes `Monday` rather than `Mon` in the calls that follow. */
  useWeekFullName(): Next {
    return this.#next({ ...this.#state, fullWeekdays: true });
  }

  /** Writes `January` rather than `Jan` in the calls that follow. */
  useMonthFullName(): Next {
    return this.#next({ ...this.#state, fullMonths: true });
  }

  /** The text, which is not checked: cadence, rules in the order of the calls, zone. */
  toNaturalExpression(): string {
    const { cadence, rules, zone } = this.#state;
    return [cadence, ...rules, zone].filter((part) => part !== null).join(" ");
  }

  /**
   * What the text means.
   *
   * @throws {RecurrenceError} when the text is no valid expression.
   */
  build(): T {
    return this.#state.read(this.toNaturalExpression());
  }

  #rule(text: string): Next {
    const { prefix, rules } = this.#state;
    return this.#next({ ...this.#state, rules: [...rules, prefix + text] });
  }

  #point(parts: PointParts): string {
    const [first, second] = parts;
    if (typeof first !== "string") {
      const [, ...style] = parts as readonly [Temporal.PlainTime, ...ClockStyle];
      return clockText(first, style);
    }
    if (typeof second === "number") return dateText(first, second, this.#state);
    const texts = (parts as readonly RuleText[]).map((text) => nameText(text, this.#state));
    return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  }

  #span(parts: BetweenParts): string {
    const [start, second, month, day] = parts;
    if (Array.isArray(start)) {
      const pairs = parts as readonly RulePair[];
      const texts = pairs.map((pair) =>
        pair.map((end) => nameText(end, this.#state)).join(" and ")
      );
      return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
    }
    if (start instanceof Temporal.PlainTime) {
      const [, end, ...style] = parts as readonly [
        Temporal.PlainTime,
        Temporal.PlainTime,
        ...ClockStyle,
      ];
      return `${clockText(start, style)} and ${clockText(end, style)}`;
    }
    if (typeof second === "number") {
      const from = dateText(start as MonthName, second, this.#state);
      return `${from} and ${dateText(month as MonthName, day as number, this.#state)}`;
    }
    const ends = [start, second] as readonly RuleText[];
    return ends.map((end) => nameText(end, this.#state)).join(" and ");
  }
}

function optional<T>(value: T | undefined): readonly [] | readonly [T] {
  return value === undefined ? [] : [value];
}

/**
 * Writes natural expressions call by call, with the compiler's help.
 *
 * @module
 */

import type { Unit } from "./ast.ts";
import { type BuilderState, NaturalRules } from "./builder_rules.ts";
import { nameText, type RuleText } from "./builder_words.ts";
import { type NaturalCron, naturalCron } from "./natural.ts";
import { capitalized, ordinal } from "./words.ts";

/** A builder without a cadence so far; it may go without. */
export class NaturalCronBuilder<T> extends NaturalRules<T, NaturalCronBuilder<T>> {
  readonly #state: BuilderState<T>;

  /** Creates a builder; {@linkcode NaturalCronBuilder.start} is shorter. */
  constructor(state: BuilderState<T>) {
    super(state, (next) => new NaturalCronBuilder(next));
    this.#state = state;
  }

  /** Starts an expression; `build()` returns the recurrence. */
  static start(): NaturalCronBuilder<NaturalCron>;
  /** Starts an expression; `build()` returns what `read` makes of its text. */
  static start<T>(read: (text: string) => T): NaturalCronBuilder<T>;
  static start<T>(read: (text: string) => T = naturalCron as never): NaturalCronBuilder<T> {
    return new NaturalCronBuilder({
      read,
      prefix: "",
      fullWeekdays: false,
      fullMonths: false,
      cadence: null,
      rules: [],
      zone: null,
    });
  }

  /** `Every Day`: choose the unit next. */
  every(): SingularUnits<T>;
  /** `Every 5 Days`: choose the units next. */
  every(interval: number): PluralUnits<T>;
  every(interval?: number): SingularUnits<T> | PluralUnits<T> {
    return interval === undefined
      ? new SingularUnits(this.#state)
      : new PluralUnits(this.#state, interval);
  }

  /** Every second. */
  secondly(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Secondly");
  }

  /** Every minute. */
  minutely(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Minutely");
  }

  /** Every hour. */
  hourly(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Hourly");
  }

  /** Every day. */
  daily(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Daily");
  }

  /** Every week. */
  weekly(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Weekly");
  }

  /** Every month. */
  monthly(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Monthly");
  }

  /** Every year. */
  yearly(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Yearly");
  }
}

/** A builder that has its cadence: rules and the zone may follow. */
export class NaturalRuleBuilder<T> extends NaturalRules<T, NaturalRuleBuilder<T>> {
  /** Creates the stage. */
  constructor(state: BuilderState<T>) {
    super(state, (next) => new NaturalRuleBuilder(next));
  }
}

/** A builder right after `every(n).units()`: an anchor may follow, or all that follows a cadence. */
export class NaturalAnchorBuilder<T> extends NaturalRules<T, NaturalRuleBuilder<T>> {
  readonly #state: BuilderState<T>;
  readonly #unit: Unit;

  /** Creates the stage after a cadence of `unit`. */
  constructor(state: BuilderState<T>, unit: Unit) {
    super(state, (next) => new NaturalRuleBuilder(next));
    this.#state = state;
    this.#unit = unit;
  }

  /** Ties the cadence to a weekday, a month, a number, or any text. */
  anchoredOn(anchor: RuleText | number): NaturalRuleBuilder<T> {
    return this.#anchored("AnchoredOn", anchor);
  }

  /** The same as {@linkcode NaturalAnchorBuilder.anchoredOn} in the language. */
  anchoredIn(anchor: RuleText | number): NaturalRuleBuilder<T> {
    return this.#anchored("AnchoredIn", anchor);
  }

  /** The same as {@linkcode NaturalAnchorBuilder.anchoredOn} in the language. */
  anchoredAt(anchor: RuleText | number): NaturalRuleBuilder<T> {
    return this.#anchored("AnchoredAt", anchor);
  }

  #anchored(word: string, anchor: RuleText | number): NaturalRuleBuilder<T> {
    const number = (value: number): string => this.#unit === "day" ? ordinal(value) : `${value}`;
    const text = typeof anchor === "number" ? number(anchor) : nameText(anchor, this.#state);
    const cadence = `${this.#state.cadence} ${word} ${text}`;
    return new NaturalRuleBuilder({ ...this.#state, cadence });
  }
}

/** The unit after `every()`. */
export class SingularUnits<T> {
  readonly #state: BuilderState<T>;

  /** Creates the choice. */
  constructor(state: BuilderState<T>) {
    this.#state = state;
  }

  /** `Every Second`. */
  second(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Second");
  }

  /** `Every Minute`. */
  minute(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Minute");
  }

  /** `Every Hour`. */
  hour(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Hour");
  }

  /** `Every Day`. */
  day(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Day");
  }

  /** `Every Week`. */
  week(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Week");
  }

  /** `Every Month`. */
  month(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Month");
  }

  /** `Every Year`. */
  year(): NaturalRuleBuilder<T> {
    return withCadence(this.#state, "Every Year");
  }
}

/** The units after `every(n)`. */
export class PluralUnits<T> {
  readonly #state: BuilderState<T>;
  readonly #interval: number;

  /** Creates the choice. */
  constructor(state: BuilderState<T>, interval: number) {
    this.#state = state;
    this.#interval = interval;
  }

  /** `Every 5 Seconds`. */
  seconds(): NaturalAnchorBuilder<T> {
    return this.#counted("second");
  }

  /** `Every 5 Minutes`. */
  minutes(): NaturalAnchorBuilder<T> {
    return this.#counted("minute");
  }

  /** `Every 5 Hours`. */
  hours(): NaturalAnchorBuilder<T> {
    return this.#counted("hour");
  }

  /** `Every 5 Days`. */
  days(): NaturalAnchorBuilder<T> {
    return this.#counted("day");
  }

  /** `Every 5 Weeks`. */
  weeks(): NaturalAnchorBuilder<T> {
    return this.#counted("week");
  }

  /** `Every 5 Months`. */
  months(): NaturalAnchorBuilder<T> {
    return this.#counted("month");
  }

  /** `Every 5 Years`. */
  years(): NaturalAnchorBuilder<T> {
    return this.#counted("year");
  }

  #counted(unit: Unit): NaturalAnchorBuilder<T> {
    const plural = this.#interval > 1 ? "s" : "";
    const cadence = `${this.#state.prefix}Every ${this.#interval} ${capitalized(unit)}${plural}`;
    return new NaturalAnchorBuilder({ ...this.#state, cadence }, unit);
  }
}

function withCadence<T>(state: BuilderState<T>, words: string): NaturalRuleBuilder<T> {
  return new NaturalRuleBuilder({ ...state, cadence: state.prefix + words });
}

/**
 * Local times and instants of a time zone, in whole seconds.
 *
 * A zone is a row of segments of constant offset. Temporal is asked once per segment; everything else is arithmetic.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";

/** A time during which a zone keeps its offset. */
export interface Segment {
  /** The first instant, in seconds since the Unix epoch; `-Infinity` for the first segment. */
  readonly start: number;
  /** The instant after the last; `Infinity` for the last segment. */
  readonly end: number;
  /** What the wall clock is ahead of UTC, in seconds. */
  readonly offset: number;
}

/** A stretch of local times that the wall clock skips: from `start` to before `end`. */
export interface Gap {
  /** The first local time that does not exist. */
  readonly start: number;
  /** The local time at which the wall clock goes on. */
  readonly end: number;
}

/** Most segments kept per zone; a zone has about two a year. */
const MAX_SEGMENTS = 1_024;
/** Most zones kept; there are about 600. */
const MAX_ZONES = 700;
/** More than any zone is ahead of or behind UTC. */
const MAX_OFFSET = 16 * 3_600;
/** More than any wall clock was ever set back by. */
const MAX_OVERLAP = 25 * 3_600;
/** Instants that Temporal can answer for, in seconds. */
const MAX_INSTANT = 8.64e12;

const UTC: Segment = { start: -Infinity, end: Infinity, offset: 0 };

/** A time zone. */
export class Zone {
  /** Its IANA name. */
  readonly id: string;
  readonly #segments = new Map<number, Segment>();
  #recent: Segment;
  #sorted: number[] = [];

  /** Creates a zone; throws a `RangeError` for a name that the platform does not know. */
  constructor(id: string) {
    this.id = id;
    const isUtc = id === "UTC";
    this.#recent = isUtc ? UTC : readSegment(id, 0);
  }

  /** The segment that holds an instant. */
  segmentAt(instant: number): Segment {
    const recent = this.#recent;
    if (instant >= recent.start && instant < recent.end) return recent;
    return this.#recent = this.#kept(instant) ?? this.#read(instant);
  }

  /** What the wall clock shows. */
  localOf(instant: number): number {
    return instant + this.segmentAt(instant).offset;
  }

  /** The latest local time that the wall clock has shown up to and including an instant. */
  highWater(instant: number): number {
    let segment = this.segmentAt(instant);
    let highest = instant + segment.offset;
    while (segment.start > instant - MAX_OVERLAP) {
      segment = this.segmentAt(segment.start - 1);
      highest = Math.max(highest, segment.end + segment.offset - 1);
    }
    return highest;
  }

  /**
   * The first instant at which the wall clock shows a local time or a later one.
   *
   * For a local time that occurs twice that is its first occurrence, for one that is skipped the end of the gap.
   */
  instantOf(local: number): number {
    const recent = this.#recent;
    const likely = local - recent.offset;
    const isFarIn = likely >= recent.start + MAX_OVERLAP && likely < recent.end;
    if (isFarIn) return likely;
    let segment = this.segmentAt(local - MAX_OFFSET);
    while (local >= segment.end + segment.offset) segment = this.segmentAt(segment.end);
    return Math.max(segment.start, local - segment.offset);
  }

  /** The gap that ends exactly at an instant; `null` when there is none. */
  gapEndingAt(instant: number): Gap | null {
    const segment = this.segmentAt(instant);
    if (segment.start !== instant) return null;
    const start = instant + this.segmentAt(instant - 1).offset;
    const end = instant + segment.offset;
    return start < end ? { start, end } : null;
  }

  #kept(instant: number): Segment | undefined {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! <= instant) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const segment = this.#segments.get(this.#sorted[low - 1]!)!;
    return instant < segment.end ? segment : undefined;
  }

  #read(instant: number): Segment {
    const segment = readSegment(this.id, instant);
    if (this.#segments.size >= MAX_SEGMENTS) {
      this.#segments.clear();
      this.#sorted = [];
    }
    this.#segments.set(segment.start, segment);
    const place = this.#sorted.findIndex((start) => start > segment.start);
    this.#sorted.splice(place === -1 ? this.#sorted.length : place, 0, segment.start);
    return segment;
  }
}

function readSegment(id: string, instant: number): Segment {
  const seconds = Math.max(-MAX_INSTANT, Math.min(MAX_INSTANT - 1, instant));
  const at = Temporal.Instant.fromEpochMilliseconds(seconds * 1_000).toZonedDateTimeISO(id);
  const after = Temporal.Instant.fromEpochMilliseconds((seconds + 1) * 1_000)
    .toZonedDateTimeISO(id);
  const start = after.getTimeZoneTransition("previous");
  const end = at.getTimeZoneTransition("next");
  return {
    start: start === null ? -Infinity : Math.floor(start.epochMilliseconds / 1_000),
    end: end === null ? Infinity : Math.floor(end.epochMilliseconds / 1_000),
    offset: Math.round(at.offsetNanoseconds / 1e9),
  };
}

const zones = new Map<string, Zone>();

/**
 * The zone of a name, in any case.
 *
 * @throws {JobMasterError} `invalid_request` when the platform knows no zone of that name.
 */
export function zoneOf(id: string): Zone {
  const known = zones.get(id);
  if (known !== undefined) return known;
  const zone = new Zone(canonicalName(id));
  if (zones.size >= MAX_ZONES) zones.clear();
  zones.set(id, zone);
  return zone;
}

function canonicalName(id: string): string {
  try {
    if (typeof id !== "string" || id.length > 100) throw new RangeError("not a name");
    const name = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(id).timeZoneId;
    return /^(etc\/)?(utc|gmt|uct|zulu)$/i.test(name) ? "UTC" : name;
  } catch (cause) {
    const shown = JSON.stringify(String(id).slice(0, 100));
    throw new JobMasterError(
      "invalid_request",
      `Cannot use time zone ${shown}: it must be an IANA name such as "Europe/Lisbon" or "UTC"`,
      { cause },
    );
  }
}

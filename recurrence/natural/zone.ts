/**
 * Asks the platform which time zones there are.
 *
 * @module
 */

/** Most answers that are remembered. */
const MAX_REMEMBERED = 1_000;
/** Longer than any zone's name. */
const MAX_NAME = 50;
/** What a name looks like; an offset such as `+01:00` is none. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

const remembered = new Map<string, string | null>();

/**
 * The name of an IANA time zone as the platform spells it; `null` when there is none of that name.
 *
 * Upper and lower case are the same. An alias stays the alias: `us/eastern` is `US/Eastern`.
 */
export function zoneName(text: string): string | null {
  if (text.length > MAX_NAME || !NAME.test(text)) return null;
  const key = text.toLowerCase();
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const name = askPlatform(text);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, name);
  return name;
}

function askPlatform(text: string): string | null {
  try {
    return new Temporal.ZonedDateTime(0n, text).timeZoneId;
  } catch {
    return null; // no such zone: the caller says what would be right
  }
}

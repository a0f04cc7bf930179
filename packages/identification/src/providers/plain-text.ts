const TAG = /<[!/a-z][^<>]*>/gi;
const TAG_OPENER = /<(?=[!/a-z])/gi;
/** Control characters, and those that reorder or hide text around them. Joiners stay: some scripts need them. */
const INVISIBLE = /[\p{Cc}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+/gu;

/**
 * Returns a provider's text as one line without markup and invisible characters, of at most `maxLength` UTF-16 units;
 * undefined when nothing is left.
 */
export function plainText(value: string | null | undefined, maxLength: number): string | undefined {
  if (!value) return undefined;
  const text = value
    .slice(0, maxLength * 4)
    .toWellFormed()
    .replace(TAG, ' ')
    .replace(TAG_OPENER, '')
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return cut(text, maxLength) || undefined;
}

/** Returns each value as plain text, without empty ones and repetitions, at most `maxItems`. */
export function plainTexts(
  values: readonly string[] | null | undefined,
  maxItems: number,
  maxLength: number,
): string[] {
  const texts = new Set<string>();
  for (const value of values ?? []) {
    if (texts.size === maxItems) break;
    const text = plainText(value, maxLength);
    if (text) texts.add(text);
  }
  return [...texts];
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return text
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}

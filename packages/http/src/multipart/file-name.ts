const MAX_SHOWN = 80;
/** Number of characters that are kept from the end of a long name. */
const TAIL = 16;

/**
 * Returns a client's file name as it may be shown: without a path, and without characters that control a terminal, a
 * log or the direction of writing. The name is not shortened, because each of its endings is checked; slashes at its
 * end hide none. The result is still never used for a path or a header.
 */
export function shownFileName(name: string): string {
  const path = name.replace(/[/\\]+$/, '');
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return withoutControls(path.slice(slash + 1)).trim();
}

/**
 * Whether a name holds control characters (C0, DEL) or overrides the direction of writing (LRO, RLO): both make it
 * look as if it ended in something else. Marks such as U+200E, which WhatsApp puts into names, are only left out where
 * a name is shown.
 */
export function hidesCharacters(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- finds control characters
  return /[\u0000-\u001F\u007F\u202D\u202E]/.test(name);
}

/** Returns a field's name for a message, at most 80 characters. */
export function shownFieldName(name: string): string {
  return shorten(withoutControls(name));
}

/** Removes control (Cc) and format characters (Cf: writing direction, zero width), line and paragraph separators. */
function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

function shorten(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MAX_SHOWN) return text;
  return `${characters.slice(0, MAX_SHOWN - TAIL - 1).join('')}…${characters.slice(-TAIL).join('')}`;
}

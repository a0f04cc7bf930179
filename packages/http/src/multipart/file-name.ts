const MAX_SHOWN = 80;
/** What is kept of a long name's end. */
const TAIL = 16;

/**
 * A client's file name as it may be shown: no path, nothing that controls a terminal, a log or the direction of
 * writing. Not shortened, because each of its endings is looked at; slashes behind them hide none. It is still never used
 * for a path or a header.
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

/** A field's name for a message, at most 80 characters. */
export function shownFieldName(name: string): string {
  return cut(withoutControls(name));
}

/** Control (Cc), format (Cf: writing direction, zero width), line and paragraph separators. */
function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

function cut(text: string): string {
  const signs = Array.from(text);
  if (signs.length <= MAX_SHOWN) return text;
  return `${signs.slice(0, MAX_SHOWN - TAIL - 1).join('')}…${signs.slice(-TAIL).join('')}`;
}

const MAX_SHOWN = 80;
/** What is kept of a long name's end, so that its extension stays. */
const TAIL = 16;

/**
 * A client's file name as it may be shown: no path, nothing that controls a terminal, a log or the direction of
 * writing, at most 80 characters. It is still never used for a path or a header.
 */
export function shownFileName(name: string): string {
  const slash = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\'));
  return cut(withoutControls(name.slice(slash + 1)).trim());
}

/** A field's name for a message. */
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

/** Of a request's target: without the query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** `.` and `..`, also escaped: clients resolve them before they ask, and frameworks after we have looked. */
const STEPS = /[/\\](\.|%2e){1,2}([/\\]|$)/i;

/**
 * Begins with a slash, goes straight to where it leads, and its escapes are UTF-8. Others are an address for a proxy,
 * lead elsewhere than they seem to, or fail somewhere inside a framework.
 */
export function isReadable(path: string): boolean {
  if (!path.startsWith('/') || STEPS.test(path)) return false;
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Of a request's target: without the query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/**
 * Begins with a slash, and its escapes are UTF-8. Others are an address for a proxy, or fail somewhere inside a
 * framework.
 */
export function isReadable(path: string): boolean {
  if (!path.startsWith('/')) return false;
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

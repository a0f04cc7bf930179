/** The host a request was sent to, as `name[:port]` in lower case. */
export function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/** Whether that host is one of ours; ports are not compared. */
export function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

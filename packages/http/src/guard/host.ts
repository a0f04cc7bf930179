/** Returns the host a request was sent to, as `name[:port]` in lower case. */
export function hostOf(request: Request): string {
  return (request.headers.get('host') ?? new URL(request.url).host).toLowerCase();
}

/** Matches labels of letters, digits and hyphens, with or without a final dot. */
const NAME = /^([a-z\d-]+(?:\.[a-z\d-]+)*)\.?(?::\d+)?$/;
const IPV6 = /^(\[[\da-f:.]+\])(?::\d+)?$/;

/**
 * Whether a `Host` header names an allowed host. As in Django, `.plants.example` allows that name and all names below
 * it, and a final dot and the port are not compared.
 * @param allowedHosts in lower case, without final dots, IPv6 addresses in their shortest form without brackets
 */
export function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const name = NAME.exec(host)?.[1] ?? shortestAddress(IPV6.exec(host)?.[1]);
  if (name === undefined) return false;
  return allowedHosts.some((allowed) => (allowed.startsWith('.') ? `.${name}`.endsWith(allowed) : allowed === name));
}

/** Returns the shortest form of an IPv6 address in brackets, without the brackets. */
function shortestAddress(address: string | undefined): string | undefined {
  return address === undefined ? undefined : URL.parse(`http://${address}`)?.hostname.slice(1, -1);
}

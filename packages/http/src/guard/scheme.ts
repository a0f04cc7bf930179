type Scheme = 'http' | 'https';

/**
 * How a request left its client. Only our own proxies are believed: with `proxyHops` of them, the outermost wrote the
 * entry of `X-Forwarded-Proto` that many from the right, or the only one where the others hand it on. Without a proxy,
 * and when they say nothing, it is as our own connection.
 */
export function schemeOf(forwardedProto: string | undefined, isEncrypted: boolean, proxyHops: number): Scheme {
  const ours = isEncrypted ? 'https' : 'http';
  if (proxyHops === 0 || forwardedProto === undefined) return ours;
  const entries = forwardedProto.split(',');
  const told = (entries.at(-proxyHops) ?? entries[0] ?? '').trim().toLowerCase();
  return told === 'https' ? 'https' : 'http';
}

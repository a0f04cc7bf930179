/** Every page's security headers; scripts run only with this request's nonce. */
export function pageHeaders({ nonce, https, development }: { nonce: string; https: boolean; development: boolean }) {
  const scripts = [`'self'`, `'nonce-${nonce}'`, `'strict-dynamic'`];
  // React's development build evaluates strings to rebuild stack traces.
  if (development && process.env.NODE_ENV === 'development') scripts.push(`'unsafe-eval'`);
  const policy = {
    'default-src': [`'self'`],
    'script-src': scripts,
    'style-src': [`'self'`, `'unsafe-inline'`],
    // Reference pictures come from wherever the providers keep them, always over https.
    'img-src': [`'self'`, 'blob:', 'data:', 'https:'],
    'font-src': [`'self'`],
    'connect-src': [`'self'`],
    'object-src': [`'none'`],
    'base-uri': [`'none'`],
    'form-action': [`'self'`],
    'frame-ancestors': [`'none'`],
    ...(https && { 'upgrade-insecure-requests': [] }),
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map(([directive, sources]) => [directive, ...sources].join(' '))
      .join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    'Permissions-Policy': 'camera=(self), geolocation=(self), microphone=()',
    'Cross-Origin-Opener-Policy': 'same-origin',
    ...(https && { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' }),
  };
}

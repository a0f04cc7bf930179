import type { OAuthConfig } from 'next-auth/providers/oauth';
import { z } from 'zod';
import { HTTP_OPTIONS, toUser } from './person.ts';

export const GOOGLE = 'https://accounts.google.com';

const claimsSchema = z.object({
  sub: z.string().min(1),
  name: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.unknown().optional(),
});

/** OpenID Connect with state, PKCE and nonce; all that is believed is in the signed id token. */
export function google({ id, issuer, secret }: { id: string; secret: string; issuer: string }): OAuthConfig<object> {
  return {
    id: 'google',
    name: 'Google',
    type: 'oauth',
    wellKnown: `${issuer}/.well-known/openid-configuration`,
    clientId: id,
    clientSecret: secret,
    checks: ['pkce', 'state', 'nonce'],
    idToken: true,
    httpOptions: HTTP_OPTIONS,
    authorization: { params: { scope: 'openid email profile' } },
    profile(claims) {
      const { email, email_verified: verified, name, sub } = claimsSchema.parse(claims);
      return toUser({
        sub,
        ...(name === undefined ? {} : { name }),
        ...(verified === true && email !== undefined ? { email } : {}),
      });
    },
  };
}

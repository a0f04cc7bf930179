import type { Logger } from '@plantcommunity/telemetry';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { z } from 'zod';
import { type EmailOrProblem, HTTP_OPTIONS, missingPermission, toUser } from './person.ts';

export const GOOGLE = 'https://accounts.google.com';

const claimsSchema = z.object({
  sub: z.string().min(1),
  name: z.string().nullish(),
  email: z.string().nullish(),
  email_verified: z.unknown().optional(),
});

/** Configures OpenID Connect with state, PKCE and nonce. Only the signed id token is trusted. */
export function google(
  { id, issuer, secret }: { id: string; secret: string; issuer: string },
  logger: Logger,
): OAuthConfig<object> {
  const logMissingPermission = missingPermission(
    logger,
    'google',
    'its keys need the scope email, and its id tokens the claims email and email_verified',
  );

  function emailOf({ email, email_verified: verified }: z.output<typeof claimsSchema>): EmailOrProblem {
    if (!email) {
      logMissingPermission();
      return { emailProblem: 'EmailNotShared' };
    }
    return isTrue(verified) ? { email } : { emailProblem: 'EmailNotVerified' };
  }

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
    profile(token) {
      const claims = claimsSchema.parse(token);
      return toUser({ sub: claims.sub, ...(claims.name && { name: claims.name }), ...emailOf(claims) });
    },
  };
}

/** Whether a claim is true. Some issuers write it as text, although OpenID Connect Core, 5.1 has JSON booleans. */
function isTrue(claim: unknown): boolean {
  return claim === true || claim === 'true';
}

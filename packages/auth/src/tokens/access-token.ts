import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@plantcommunity/resilience';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { deriveKeys } from '../keys.ts';
import type { SignedIn } from '../sign-in.ts';

/** Lifetime of an access token, in seconds. */
export const ACCESS_LIFETIME = 3_600;
/** Largest expected difference between the clocks of our instances, in seconds. */
export const CLOCK_SKEW = 60;

/** The content of an access token: the user, the epoch of their sessions, and the sign-in it was issued for. */
export interface AppSession extends SignedIn {
  familyId: string;
}

export interface AccessTokens {
  sign(session: AppSession): Promise<string>;
  /** Undefined for a token that is not our access token, is signed with a removed secret, or is not valid now. */
  verify(token: string): Promise<AppSession | undefined>;
}

const ALGORITHM = 'HS256';
/** Keeps JWTs of other kinds from being accepted (RFC 9068, 2.1; RFC 8725, 3.11). */
const MEDIA_TYPE = 'at+jwt';
const USE = 'access';
/** Our tokens have about 500 characters; a longer one is rejected unread. */
const MAX_LENGTH = 2_048;

const payloadSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  epoch: z.int().nonnegative(),
  typ: z.literal(USE),
});

/** Signed JWTs. The first secret signs; `kid` selects the one that verifies, so that a secret can be replaced in use. */
export function createAccessTokens(secrets: readonly string[], appUrl: URL, clock: Clock): AccessTokens {
  const keys = deriveKeys(secrets, 'access').map((key) => ({ id: keyId(key), key }));
  const [signingKey] = keys;
  if (signingKey === undefined) throw new RangeError('secrets must hold at least one secret');
  const issuer = appUrl.origin;
  const audience = `${appUrl.origin}/api`;

  return {
    sign({ userId, epoch, familyId }) {
      const now = Math.floor(clock.now() / 1_000);
      return new SignJWT({ typ: USE, sid: familyId, epoch })
        .setProtectedHeader({ alg: ALGORITHM, typ: MEDIA_TYPE, kid: signingKey.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + ACCESS_LIFETIME)
        .sign(signingKey.key);
    },

    async verify(token) {
      if (token.length > MAX_LENGTH) return undefined;
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const found = keys.find(({ id }) => id === kid);
            if (found === undefined) throw new errors.JWKSNoMatchingKey();
            return found.key;
          },
          {
            algorithms: [ALGORITHM],
            typ: MEDIA_TYPE,
            issuer,
            audience,
            clockTolerance: CLOCK_SKEW,
            currentDate: new Date(clock.now()),
            requiredClaims: ['exp', 'iat', 'jti', 'nbf'],
          },
        );
        const { data } = payloadSchema.safeParse(payload);
        return data && { userId: data.sub, epoch: data.epoch, familyId: data.sid };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

/** Returns a name of a key that does not reveal it. */
function keyId(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 11);
}

import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@plantcommunity/resilience';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { deriveKeys } from '../keys.ts';
import type { SignedIn } from '../sign-in.ts';

/** In seconds. */
export const ACCESS_LIFETIME = 3_600;
/** How far the clocks of our instances may be apart, in seconds. */
export const CLOCK_SKEW = 60;

/** What an access token says: whose it is, and which sign-in of which run of that user's sessions it came of. */
export interface AppSession extends SignedIn {
  familyId: string;
}

export interface AccessTokens {
  sign(session: AppSession): Promise<string>;
  /** Undefined for whatever we did not sign as an access token, signed with a secret that is gone, or is not of now. */
  open(token: string): Promise<AppSession | undefined>;
}

const ALGORITHM = 'HS256';
/** RFC 9068, 2.1: so that no JWT of another kind is taken for one (RFC 8725, 3.11). */
const MEDIA_TYPE = 'at+jwt';
const USE = 'access';
/** Ours have some 500 characters; a longer one is not looked at. */
const MAX_LENGTH = 2_048;

const payloadSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  epoch: z.int().nonnegative(),
  typ: z.literal(USE),
});

/** Signed JWTs. The first secret signs; all verify, told apart by `kid`, so that a secret can be replaced in use. */
export function createAccessTokens(secrets: readonly string[], appUrl: URL, clock: Clock): AccessTokens {
  const keys = deriveKeys(secrets, 'access').map((key) => ({ id: keyId(key), key }));
  const [signing] = keys;
  if (signing === undefined) throw new RangeError('secrets must hold at least one secret');
  const issuer = appUrl.origin;
  const audience = `${appUrl.origin}/api`;

  return {
    sign({ userId, epoch, familyId }) {
      const now = Math.floor(clock.now() / 1_000);
      return new SignJWT({ typ: USE, sid: familyId, epoch })
        .setProtectedHeader({ alg: ALGORITHM, typ: MEDIA_TYPE, kid: signing.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + ACCESS_LIFETIME)
        .sign(signing.key);
    },

    async open(token) {
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

/** Names a key without telling it. */
function keyId(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 11);
}

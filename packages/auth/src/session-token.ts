import { randomUUID } from 'node:crypto';
import type { Clock } from '@plantcommunity/resilience';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { deriveKeys } from './keys.ts';
import type { SignedIn } from './sign-in.ts';

/** The session of a browser, as its cookie contains it. */
export interface Session extends SignedIn {
  /** New at every sign-in; names the database row that keeps the cookie valid. */
  sessionId: string;
  /** Epoch milliseconds, in whole seconds. */
  expiresAt: number;
}

export interface SessionTokens {
  /** Encrypts a session as a token, valid until its `expiresAt`. */
  seal(session: Session): Promise<string>;
  /**
   * Decrypts a token. Undefined if it is forged, expired or encrypted with a removed secret. Does not ask the database.
   */
  open(token: string): Promise<Session | undefined>;
}

const payloadSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  epoch: z.int().nonnegative(),
  exp: z.int(),
});

/** Encrypted JWTs (`dir`, A256GCM). The first secret seals; all open, so that a secret can be replaced in use. */
export function createSessionTokens(secrets: readonly string[], clock: Clock): SessionTokens {
  const keys = deriveKeys(secrets, 'session');
  const [sealingKey] = keys;
  if (sealingKey === undefined) throw new RangeError('secrets must hold at least one secret');
  return {
    seal({ epoch, expiresAt, sessionId, userId }) {
      const now = Math.floor(clock.now() / 1000);
      return new EncryptJWT({ sid: sessionId, epoch })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'JWT' })
        .setSubject(userId)
        .setIssuedAt(now)
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .setJti(randomUUID())
        .encrypt(sealingKey);
    },
    async open(token) {
      const options = {
        currentDate: new Date(clock.now()),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['sub', 'iat', 'exp'],
      };
      for (const key of keys) {
        try {
          const { payload } = await jwtDecrypt(token, key, options);
          const { data } = payloadSchema.safeParse(payload);
          return data && { userId: data.sub, epoch: data.epoch, sessionId: data.sid, expiresAt: data.exp * 1000 };
        } catch (error) {
          if (error instanceof errors.JWEDecryptionFailed) continue;
          if (error instanceof errors.JOSEError) return undefined;
          throw error;
        }
      }
      return undefined;
    },
  };
}

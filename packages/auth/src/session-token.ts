import { randomUUID } from 'node:crypto';
import type { Clock } from '@plantcommunity/resilience';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { deriveKeys } from './keys.ts';

/** All that a session says: whose it is, and which run of that user's sessions it belongs to. */
export interface Session {
  userId: string;
  epoch: number;
}

export interface SessionTokens {
  seal(session: Session, maxAgeSeconds: number): Promise<string>;
  /** Undefined for whatever we did not seal, sealed with a secret that is gone, or is past its time. */
  open(token: string): Promise<Session | undefined>;
}

const payloadSchema = z.object({ sub: z.string().min(1), epoch: z.int().nonnegative() });

/** Encrypted JWTs (`dir`, A256GCM). The first secret seals; all open, so that a secret can be replaced in use. */
export function createSessionTokens(secrets: readonly string[], clock: Clock): SessionTokens {
  const keys = deriveKeys(secrets, 'session');
  const [sealingKey] = keys;
  if (sealingKey === undefined) throw new RangeError('secrets must hold at least one secret');
  return {
    seal({ userId, epoch }, maxAgeSeconds) {
      const now = Math.floor(clock.now() / 1000);
      return new EncryptJWT({ epoch })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'JWT' })
        .setSubject(userId)
        .setIssuedAt(now)
        .setExpirationTime(now + maxAgeSeconds)
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
          const parsed = payloadSchema.safeParse(payload);
          return parsed.success ? { userId: parsed.data.sub, epoch: parsed.data.epoch } : undefined;
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

import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, type Role, type Tier } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { AuthError } from './auth-error.ts';
import { requireEmail } from './email.ts';
import { hashPassword } from './password.ts';

export interface NewUser {
  email: string;
  /** 10 to 200 characters. */
  password: string;
  name?: string;
  role?: Role;
  tier?: Tier;
}

/** @throws {AuthError} `email_taken`, `invalid_email`, `invalid_password` */
export async function createUser(client: PrismaClient, clock: Clock, user: NewUser): Promise<{ id: string }> {
  const email = requireEmail(user.email);
  const passwordHash = await hashPassword(user.password);
  try {
    return await client.user.create({
      data: {
        id: randomUUID(),
        email,
        name: user.name ?? null,
        passwordHash,
        role: user.role ?? 'user',
        tier: user.tier ?? 'free',
        createdAt: new Date(clock.now()),
      },
      select: { id: true },
    });
  } catch (error) {
    // The e-mail address is all that is unique about a user, apart from an id nobody else has made.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new AuthError('email_taken', 'There is an account with this email address already.', { cause: error });
    }
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, type Role, type Tier } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { AuthError } from './auth-error.ts';
import { requireEmail } from './email.ts';
import { requireName } from './name.ts';
import { hashPassword } from './password.ts';
import { type Principal, principalColumns, toPrincipal } from './principal.ts';

export interface NewUser {
  email: string;
  /** 10 to 200 characters. */
  password: string;
  name?: string;
  role?: Role;
  tier?: Tier;
}

/** @throws {AuthError} `email_taken`, `invalid_email`, `invalid_name`, `invalid_password` */
export async function createUser(client: PrismaClient, clock: Clock, user: NewUser): Promise<Principal> {
  const { role = 'user', tier = 'free' } = user;
  const email = requireEmail(user.email);
  const name = requireName(user.name) ?? null;
  // Before anybody looks whether the address is taken: both answers take as long.
  const passwordHash = await hashPassword(user.password);
  return insertUser(client, clock, { email, name, role, tier, passwordHash });
}

/** @throws {AuthError} `email_taken` */
export async function insertUser(
  client: PrismaClient,
  clock: Clock,
  data: Omit<Prisma.UserCreateInput, 'id' | 'createdAt'>,
): Promise<Principal> {
  try {
    const row = await client.user.create({
      data: { ...data, id: randomUUID(), createdAt: new Date(clock.now()) },
      select: principalColumns,
    });
    return toPrincipal(row);
  } catch (error) {
    // The address is all that is unique about a user with a password, apart from an id nobody else has made.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new AuthError('email_taken', 'There is an account with this email address already.', { cause: error });
    }
    throw error;
  }
}

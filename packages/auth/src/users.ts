import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, type Role, type Tier } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { z } from 'zod';
import { AuthError } from './auth-error.ts';
import { requireName } from './input-rules.ts';
import { generatePassword, hashPassword } from './password.ts';
import { type Principal, principalColumns, toPrincipal } from './principal.ts';

/** RFC 5321, 4.5.3.1.3 without the angle brackets. */
const MAX_EMAIL_LENGTH = 254;
/** `.localhost` belongs to no host on the internet (RFC 6761): no mail to this address ever leaves. */
const DEFAULT_ADMIN_EMAIL = 'admin@plants.localhost';

const emailSchema = z.string().trim().toLowerCase().max(MAX_EMAIL_LENGTH).pipe(z.email());

export interface NewUser {
  email: string;
  /** 10 to 200 characters. */
  password: string;
  name?: string;
  role?: Role;
  tier?: Tier;
}

export interface EnsuredAdmin {
  email: string;
  /** Present only when it was generated now: it cannot be read again. */
  password?: string;
  created: boolean;
}

/** Returns the one spelling under which an account is stored and found; undefined for an invalid address. */
export function normalizeEmail(value: string): string | undefined {
  return emailSchema.safeParse(value).data;
}

/** @throws {AuthError} `invalid_email` */
export function requireEmail(value: string): string {
  const email = normalizeEmail(value);
  if (email === undefined) throw new AuthError('invalid_email');
  return email;
}

/** @throws {AuthError} `email_taken`, `invalid_email`, `invalid_name`, `invalid_password` */
export async function createUser(client: PrismaClient, clock: Clock, user: NewUser): Promise<Principal> {
  const { role = 'user', tier = 'free' } = user;
  const email = requireEmail(user.email);
  const name = requireName(user.name) ?? null;
  // Hash before the database is asked whether the address is taken: both answers take equally long.
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
    // The address is the only unique column that can collide: the id is random.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new AuthError('email_taken', { cause: error });
    }
    throw error;
  }
}

/**
 * Creates the first admin, unless there is one. Safe when several processes do it at once.
 * @throws {AuthError} `email_taken` when the address belongs to a user, who is not made an admin
 */
export async function ensureAdmin(
  client: PrismaClient,
  clock: Clock,
  wanted: { email?: string; password?: string },
): Promise<EnsuredAdmin> {
  const existing = await findAdmin(client);
  if (existing) return existing;
  const email = requireEmail(wanted.email ?? DEFAULT_ADMIN_EMAIL);
  const password = wanted.password ?? generatePassword();
  try {
    await createUser(client, clock, { email, password, name: 'Admin', role: 'admin', tier: 'enterprise' });
    return { email, ...(wanted.password === undefined ? { password } : {}), created: true };
  } catch (error) {
    const other = error instanceof AuthError && error.code === 'email_taken' ? await findAdmin(client) : undefined;
    if (other) return other;
    throw error;
  }
}

/**
 * Gives the first admin a new password, which ends their sessions like every change of a password.
 * @returns address and password; undefined when there is no admin
 */
export async function renewAdminPassword(
  client: PrismaClient,
): Promise<{ email: string; password: string } | undefined> {
  const admin = await findAdmin(client);
  if (!admin) return undefined;
  const password = generatePassword();
  await client.user.update({
    where: { email: admin.email },
    data: { passwordHash: await hashPassword(password), sessionEpoch: { increment: 1 } },
  });
  return { email: admin.email, password };
}

/** Returns the oldest admin, before those that are disabled. */
export async function findAdmin(client: PrismaClient): Promise<EnsuredAdmin | undefined> {
  const admin = await client.user.findFirst({
    where: { role: 'admin' },
    orderBy: [{ disabledAt: { sort: 'asc', nulls: 'first' } }, { createdAt: 'asc' }],
    select: { email: true },
  });
  return admin === null ? undefined : { email: admin.email, created: false };
}

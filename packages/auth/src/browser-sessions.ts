import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Session } from './session-token.ts';
import type { SignedIn } from './sign-in.ts';

const DAY_MS = 86_400_000;
/** A session that is not used for so long ends. In seconds, as next-auth wants it: 30 days. */
export const SESSION_MAX_AGE = 30 * 24 * 60 * 60;
/** However much it is used, a session ends so long after its sign-in. */
const ABSOLUTE_LIFETIME_MS = 90 * DAY_MS;
/** The end is put off in steps of at least this, so that a page that renews often does not write each time. */
const RENEWAL_STEP_MS = DAY_MS;
/** More browsers than a person has: a password that is known to a program would fill the database otherwise. */
const MOST_SESSIONS = 100;
/** Each sign-in adds one row and removes up to this many that are over, so that old rows do not pile up. */
const SWEPT_A_SIGN_IN = 10;

/** Rows of browser sessions, one a sign-in: a cookie is good as long as its row is there. Throws what the database fails with. */
export class BrowserSessions {
  readonly #client: PrismaClient;
  readonly #clock: Clock;

  constructor(client: PrismaClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Begins a session with a new id; undefined when the user was removed meanwhile. The 101st of a user ends their oldest. */
  async begin({ epoch, userId }: SignedIn): Promise<Session | undefined> {
    const now = this.#clock.now();
    const sessionId = randomUUID();
    const expiresAt = expiryAt(now, now);
    try {
      await this.#client.browserSession.create({
        data: { id: sessionId, userId, createdAt: new Date(now), expiresAt: new Date(expiresAt) },
      });
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003') return undefined;
      throw error;
    }
    await this.#removeOld(userId, new Date(now));
    return { userId, epoch, sessionId, expiresAt };
  }

  /** Puts the end of a session off; undefined when it is over. */
  async renew(session: Session): Promise<Session | undefined> {
    const id = session.sessionId;
    const now = this.#clock.now();
    const row = await this.#client.browserSession.findUnique({ where: { id } });
    const kept = row?.expiresAt.getTime() ?? 0;
    if (row === null || kept <= now) return undefined;
    const expiresAt = expiryAt(now, row.createdAt.getTime());
    if (expiresAt - kept < RENEWAL_STEP_MS) return { ...session, expiresAt: kept };
    const { count } = await this.#client.browserSession.updateMany({
      where: { id },
      data: { expiresAt: new Date(expiresAt) },
    });
    return count === 0 ? undefined : { ...session, expiresAt };
  }

  /** Ends a session, if it is not over: every copy of its cookie is worth nothing from now on. */
  async end(sessionId: string): Promise<void> {
    await this.#client.browserSession.deleteMany({ where: { id: sessionId } });
  }

  /** Removes the user's oldest beyond the most, and some that are over; rows another sign-in is removing are left to it. */
  async #removeOld(userId: string, now: Date): Promise<void> {
    await this.#client.$executeRaw`
      DELETE FROM "BrowserSession" WHERE "id" IN (
        SELECT "id" FROM "BrowserSession" WHERE "userId" = ${userId}
        ORDER BY "createdAt" DESC, "id" OFFSET ${MOST_SESSIONS} FOR UPDATE SKIP LOCKED
      )`;
    await this.#client.$executeRaw`
      DELETE FROM "BrowserSession" WHERE "id" IN (
        SELECT "id" FROM "BrowserSession" WHERE "expiresAt" <= ${now}
        ORDER BY "expiresAt" LIMIT ${SWEPT_A_SIGN_IN} FOR UPDATE SKIP LOCKED
      )`;
  }
}

/** When a session that is used `now` ends. Epoch milliseconds, in whole seconds as in its token. */
function expiryAt(now: number, createdAt: number): number {
  return Math.floor(Math.min(now + SESSION_MAX_AGE * 1_000, createdAt + ABSOLUTE_LIFETIME_MS) / 1_000) * 1_000;
}

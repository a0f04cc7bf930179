import { Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { AppSession } from './access-token.ts';

/** The row of a refresh token, with its family and that family's user as they are now. */
export interface StoredToken {
  hash: string;
  spentAt: Date | null;
  /** Null before the exchange, and after an exchange by a release that did not store successors. */
  successorHash: string | null;
  /** Whether `successorHash` has not been exchanged itself. */
  isSuccessorUnused: boolean;
  familyId: string;
  userId: string;
  epoch: number;
  expiresAt: Date;
  disabledAt: Date | null;
  sessionEpoch: number;
}

/**
 * Stores refresh tokens. Every change of a family locks its row first, so that no two changes can deadlock. ARRAY() runs
 * a subquery that locks rows once; in IN () a nested loop would run it again for each row and lock others each time.
 */
export class TokenFamilies {
  readonly #client: PrismaClient;

  constructor(client: PrismaClient) {
    this.#client = client;
  }

  /** Stores a family with its first token; false when the user was deleted meanwhile. */
  async begin({ familyId, userId, epoch }: AppSession, expiresAt: Date, hash: string): Promise<boolean> {
    try {
      await this.#client.tokenFamily.create({
        data: { id: familyId, userId, epoch, expiresAt, tokens: { create: { hash } } },
      });
      return true;
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003') return false;
      throw error;
    }
  }

  async find(hashes: readonly string[]): Promise<StoredToken | undefined> {
    const [token] = await this.#client.$queryRaw<StoredToken[]>`
      SELECT token."hash", token."spentAt", token."successorHash", token."familyId", family."userId", family."epoch",
        family."expiresAt", person."disabledAt", person."sessionEpoch",
        successor."hash" IS NOT NULL AND successor."spentAt" IS NULL AS "isSuccessorUnused"
      FROM ${table('RefreshToken')} token
      LEFT JOIN ${table('RefreshToken')} successor ON successor."hash" = token."successorHash"
      JOIN ${table('TokenFamily')} family ON family."id" = token."familyId"
      JOIN ${table('User')} person ON person."id" = family."userId"
      WHERE token."hash" IN (${Prisma.join([...hashes])})`;
    return token;
  }

  /** Whether a token that is stored under one of the hashes has not been exchanged yet. */
  async hasUnspent(hashes: readonly string[]): Promise<boolean> {
    return (await this.#client.refreshToken.count({ where: { hash: { in: [...hashes] }, spentAt: null } })) > 0;
  }

  /**
   * Spends a token and stores its successor, in one statement: false when the token was spent already or its family
   * has ended. Of concurrent calls one succeeds; the others return when its successor can be found.
   */
  async exchange(token: Pick<StoredToken, 'hash' | 'familyId'>, successorHash: string, at: Date): Promise<boolean> {
    const inserted = await this.#client.$executeRaw`
      WITH family AS (
        SELECT "id" FROM ${table('TokenFamily')} WHERE "id" = ${token.familyId} FOR KEY SHARE
      ), spent AS (
        UPDATE ${table('RefreshToken')} token SET "spentAt" = ${at}, "successorHash" = ${successorHash}
        FROM family
        WHERE token."hash" = ${token.hash} AND token."familyId" = family."id" AND token."spentAt" IS NULL
        RETURNING token."familyId"
      )
      INSERT INTO ${table('RefreshToken')} ("hash", "familyId") SELECT ${successorHash}, "familyId" FROM spent`;
    return inserted === 1;
  }

  /** Ends the family of a token, spent or not. False when there is none. */
  async end(hashes: readonly string[]): Promise<boolean> {
    const { count } = await this.#client.tokenFamily.deleteMany({
      where: { tokens: { some: { hash: { in: [...hashes] } } } },
    });
    return count > 0;
  }

  /** Ends the user's families beyond `max`, those that expire first; skips rows locked by others. */
  async trim(userId: string, max: number): Promise<void> {
    await this.#client.$executeRaw`
      DELETE FROM ${table('TokenFamily')} WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM ${table('TokenFamily')} WHERE "userId" = ${userId}
        ORDER BY "expiresAt" DESC, "id" OFFSET ${max} FOR UPDATE SKIP LOCKED
      ))`;
  }
}

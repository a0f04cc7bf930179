import { Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { AppSession } from './access-token.ts';

/** A refresh token as it is kept, with its family and that family's user as they are now. */
export interface KeptToken {
  hash: string;
  spentAt: Date | null;
  /** Null before the exchange, and after one by an instance of a release that kept no successors. */
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

/** The rows of refresh tokens. Whatever changes a family locks its row first, so that no two ever wait for each other. */
export class TokenFamilies {
  readonly #client: PrismaClient;

  constructor(client: PrismaClient) {
    this.#client = client;
  }

  /** False when the user was removed meanwhile. */
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

  async find(hashes: readonly string[]): Promise<KeptToken | undefined> {
    const [token] = await this.#client.$queryRaw<KeptToken[]>`
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

  /** Whether a token that is kept under one of the hashes has not been exchanged yet. */
  async hasUnspent(hashes: readonly string[]): Promise<boolean> {
    return (await this.#client.refreshToken.count({ where: { hash: { in: [...hashes] }, spentAt: null } })) > 0;
  }

  /**
   * Spends a token and keeps its successor, at once or not at all: false when the token was spent already or its family
   * is gone. Of many at once one succeeds, and the others are answered when its successor can be found.
   */
  async exchange(token: Pick<KeptToken, 'hash' | 'familyId'>, successorHash: string, at: Date): Promise<boolean> {
    const kept = await this.#client.$executeRaw`
      WITH family AS (
        SELECT "id" FROM ${table('TokenFamily')} WHERE "id" = ${token.familyId} FOR KEY SHARE
      ), spent AS (
        UPDATE ${table('RefreshToken')} token SET "spentAt" = ${at}, "successorHash" = ${successorHash}
        FROM family
        WHERE token."hash" = ${token.hash} AND token."familyId" = family."id" AND token."spentAt" IS NULL
        RETURNING token."familyId"
      )
      INSERT INTO ${table('RefreshToken')} ("hash", "familyId") SELECT ${successorHash}, "familyId" FROM spent`;
    return kept === 1;
  }

  /** The family that any of its tokens, spent or not, is of. False when there was none. */
  async end(hashes: readonly string[]): Promise<boolean> {
    const { count } = await this.#client.tokenFamily.deleteMany({
      where: { tokens: { some: { hash: { in: [...hashes] } } } },
    });
    return count > 0;
  }

  /** Ends what a user has more than `most` of, those first that are over first; what another is ending is left to them. */
  async trim(userId: string, most: number): Promise<void> {
    await this.#client.$executeRaw`
      DELETE FROM ${table('TokenFamily')} WHERE "id" IN (
        SELECT "id" FROM ${table('TokenFamily')} WHERE "userId" = ${userId}
        ORDER BY "expiresAt" DESC, "id" OFFSET ${most} FOR UPDATE SKIP LOCKED
      )`;
  }

  /** Removes at most `limit` families that ended before `time`; what another is removing is left to them. */
  async sweep(time: Date, limit: number): Promise<void> {
    await this.#client.$executeRaw`
      DELETE FROM ${table('TokenFamily')} WHERE "id" IN (
        SELECT "id" FROM ${table('TokenFamily')} WHERE "expiresAt" <= ${time}
        ORDER BY "expiresAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )`;
  }
}

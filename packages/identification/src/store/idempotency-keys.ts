import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Identification } from '../types.ts';
import { storedAnswer } from './stored-json.ts';

/** Time for which a key and its answer are kept, in milliseconds since the request arrived. */
const KEPT_MS = 24 * 3_600_000;
/** Time for which a run counts as alive without being extended: so long does the key of a dead process stay taken. */
const ALIVE_MS = 15_000;
/** Number of rows that one statement deletes: few enough that no request waits for it. */
const BATCH_SIZE = 500;
/** Looks at a key whose request was abandoned between two statements; more than one change in between is unlikely. */
const MAX_LOOKS = 3;

/** A request with an Idempotency-Key. */
export interface KeyedRequest {
  /** Hash of the caller and the key. */
  id: string;
  /** Hash of what is asked. */
  fingerprint: string;
}

/** One run of a request with a key. */
export interface KeyedRun {
  id: string;
  /** Random: tells this run from a later one with the same key. */
  runId: string;
}

/** What a key stands for when a request with it arrives. */
export type KeyState =
  /** For nothing so far: the request runs. */
  | { type: 'begun'; run: KeyedRun }
  /** For the same request, which runs. */
  | { type: 'running' }
  /** For another request. */
  | { type: 'mismatch' }
  /** For the same request, which was answered. */
  | { type: 'answered'; answer: Identification };

/** Idempotency keys and the answers to their requests, in PostgreSQL. Methods throw the errors of the database. */
export interface IdempotencyKeys {
  /** Begins a run, unless the key stands for a request that is running on any instance, or was answered. */
  begin(request: KeyedRequest): Promise<KeyState>;
  /** Extends the time for which the process of a run counts as alive; false when the run was counted as lost. */
  extend(run: KeyedRun): Promise<boolean>;
  /** Keeps the answer of a run; false when the run was counted as lost. */
  keep(run: KeyedRun, answer: Identification): Promise<boolean>;
  /** Forgets a run that has no answer, so that the key can be used again. */
  abandon(run: KeyedRun): Promise<void>;
  /** Deletes expired keys with their answers, until `signal` aborts. @returns how many */
  deleteExpired(signal: AbortSignal): Promise<number>;
}

/** Creates the store of keys. Each method is one statement, `begin` at most two unless the key changes meanwhile. */
export function createIdempotencyKeys({ client, clock }: { client: PrismaClient; clock: Clock }): IdempotencyKeys {
  const expiredAt = (now: number) => new Date(now - KEPT_MS);
  const aliveUntil = (now: number) => new Date(now + ALIVE_MS);

  const rowOf = ({ id, runId }: KeyedRun) => ({ id, run: runId });

  /**
   * Takes a key that is free, expired, held by a dead process for the same request, or whose identification is deleted, also
   * while that can still be undone.
   */
  async function take({ fingerprint, id }: KeyedRequest): Promise<KeyedRun | undefined> {
    const runId = randomUUID();
    const now = clock.now();
    const taken = await client.$executeRaw`
      INSERT INTO ${table('IdempotencyKey')} AS kept ("id", "fingerprint", "run", "createdAt", "aliveUntil")
      VALUES (${id}, ${fingerprint}, ${runId}, ${new Date(now)}, ${aliveUntil(now)})
      ON CONFLICT ("id") DO UPDATE SET
        "fingerprint" = excluded."fingerprint", "run" = excluded."run", "createdAt" = excluded."createdAt",
        "aliveUntil" = excluded."aliveUntil", "answer" = NULL, "identificationId" = NULL
      WHERE kept."createdAt" <= ${expiredAt(now)} OR (
        kept."answer" IS NULL AND kept."aliveUntil" <= ${new Date(now)} AND kept."fingerprint" = excluded."fingerprint"
      ) OR EXISTS (
        SELECT 1 FROM ${table('Identification')} identification
        WHERE identification."id" = kept."identificationId" AND identification."deletedAt" IS NOT NULL)`;
    return taken === 1 ? { id, runId } : undefined;
  }

  return {
    async begin(request) {
      for (let look = 1; look <= MAX_LOOKS; look += 1) {
        const run = await take(request);
        if (run !== undefined) return { type: 'begun', run };
        const row = await client.idempotencyKey.findUnique({ where: { id: request.id } });
        // Without a row, the request was abandoned since.
        if (row === null) continue;
        if (row.fingerprint !== request.fingerprint) return { type: 'mismatch' };
        return row.answer === null ? { type: 'running' } : { type: 'answered', answer: storedAnswer.parse(row.answer) };
      }
      return { type: 'running' };
    },
    async extend(run) {
      const { count } = await client.idempotencyKey.updateMany({
        where: rowOf(run),
        data: { aliveUntil: aliveUntil(clock.now()) },
      });
      return count === 1;
    },
    async keep(run, identification) {
      const answer = storedAnswer.parse(identification);
      const { count } = await client.idempotencyKey.updateMany({
        where: rowOf(run),
        data: { answer, identificationId: answer.id ?? null },
      });
      return count === 1;
    },
    async abandon(run) {
      await client.idempotencyKey.deleteMany({ where: { ...rowOf(run), answer: { equals: Prisma.DbNull } } });
    },
    async deleteExpired(signal) {
      let deleted = 0;
      let batch: number;
      do {
        signal.throwIfAborted();
        batch = await client.$executeRaw`
          DELETE FROM ${table('IdempotencyKey')} WHERE "id" = ANY (ARRAY(
            SELECT "id" FROM ${table('IdempotencyKey')} WHERE "createdAt" <= ${expiredAt(clock.now())}
            ORDER BY "createdAt" LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED
          ))`;
        deleted += batch;
      } while (batch === BATCH_SIZE);
      return deleted;
    },
  };
}

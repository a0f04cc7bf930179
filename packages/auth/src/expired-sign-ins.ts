import { type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { ACCESS_LIFETIME, CLOCK_SKEW } from './tokens/access-token.ts';

/** Number of rows that one statement deletes: few enough that no request waits for it. */
const BATCH_SIZE = 500;

/**
 * Deletes the expired sign-ins of browsers and apps. That of an app is kept until the last access token of it has expired.
 * @returns how many were deleted
 * @throws the reason of `signal` between two batches; errors of the database
 */
export async function deleteExpiredSignIns(
  { client, clock }: { client: PrismaClient; clock: Clock },
  signal: AbortSignal,
): Promise<number> {
  const now = clock.now();
  const browsers = await deleteExpired(client, 'BrowserSession', new Date(now), signal);
  const apps = await deleteExpired(
    client,
    'TokenFamily',
    new Date(now - (ACCESS_LIFETIME + CLOCK_SKEW) * 1_000),
    signal,
  );
  return browsers + apps;
}

/** Deletes the rows that expired up to `time`, the oldest first; skips rows locked by others. */
async function deleteExpired(
  client: PrismaClient,
  name: 'BrowserSession' | 'TokenFamily',
  time: Date,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  let batch: number;
  do {
    signal.throwIfAborted();
    batch = await client.$executeRaw`
      DELETE FROM ${table(name)} WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM ${table(name)} WHERE "expiresAt" <= ${time}
        ORDER BY "expiresAt" LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED
      ))`;
    deleted += batch;
  } while (batch === BATCH_SIZE);
  return deleted;
}

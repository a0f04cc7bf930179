import { hash, randomUUID } from 'node:crypto';
import type { PrismaClient } from '@plantcommunity/db';
import { z } from 'zod';
import { withFileDeadline } from './file-deadline.ts';
import type { StoreContext } from './types.ts';

const server = z.tuple([z.object({ server: z.string(), database: z.string() })]);

/**
 * Returns the id of the database, by which the store of the photos knows it. A copy of a database, restored from a dump or a
 * snapshot, gets an id of its own when the app first uses it: it must not delete the photos of the original.
 * @param host host name of the app: a snapshot of a server differs from it in nothing else
 */
export async function databaseId(client: PrismaClient, host: string): Promise<string> {
  const place = await placeOf(client, host);
  const { databaseIdentity } = client;
  const known = await databaseIdentity.findFirstOrThrow();
  if (known.place === place) return known.id;
  // Another instance may do the same: then its id counts.
  const id = known.place === null ? known.id : randomUUID();
  await databaseIdentity.updateMany({ where: { id: known.id, place: known.place }, data: { id, place } });
  return (await databaseIdentity.findFirstOrThrow()).id;
}

async function placeOf(client: PrismaClient, host: string): Promise<string> {
  const [{ database, server: cluster }] = server.parse(
    await client.$queryRaw`
      SELECT system_identifier::text AS "server", oid::text AS "database"
      FROM pg_control_system(), pg_database WHERE datname = current_database()`,
  );
  return hash('sha256', JSON.stringify([cluster, database, host]));
}

/** Whether no other database uses the files of the photos: only then may files be removed. */
export async function usesFilesAlone({
  clock,
  files,
  ownId,
}: Pick<StoreContext, 'clock' | 'files' | 'ownId'>): Promise<boolean> {
  const [own, named] = await Promise.all([ownId(), withFileDeadline(clock, (signal) => files.databases(signal))]);
  return named.every((id) => id === own);
}

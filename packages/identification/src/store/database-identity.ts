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
  // A dump from before the first start of the app has an id, too: any number of copies may come from it.
  await databaseIdentity.updateMany({ where: { id: known.id, place: known.place }, data: { id: randomUUID(), place } });
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

/**
 * Names the database in the store of the photos if that has neither photos nor names of databases: all files to come are
 * its own then. Otherwise only the deletion of files without a row may tell whose the files are.
 */
export async function nameInEmptyStore({ files, ownId }: Pick<StoreContext, 'files' | 'ownId'>): Promise<void> {
  if ((await files.databases()).length > 0) return;
  for await (const found of files.list()) if (found.length > 0) return;
  await files.addDatabase(await ownId());
}

/**
 * Whether the store of the photos names this database, and no other: only then may files be removed. A store without names
 * may be that of an older release, of whose database this one is a copy.
 */
export async function usesFilesAlone({
  clock,
  files,
  ownId,
}: Pick<StoreContext, 'clock' | 'files' | 'ownId'>): Promise<boolean> {
  const [own, named] = await Promise.all([ownId(), withFileDeadline(clock, (signal) => files.databases(signal))]);
  return named.length > 0 && named.every((id) => id === own);
}

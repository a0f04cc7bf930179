import { table } from '@plantcommunity/db';
import { z } from 'zod';
import type { StoreContext } from './types.ts';

const sum = z.tuple([z.object({ bytes: z.coerce.number() })]);

/** Returns the bytes of all photos of an owner's identifications, each photo counted once. */
export async function usedBytes({ client }: Pick<StoreContext, 'client'>, ownerId: string): Promise<number> {
  const rows = await client.$queryRaw`
    SELECT coalesce(sum("bytes"), 0) AS "bytes" FROM ${table('Photo')} WHERE "id" IN (
      SELECT used."photoId" FROM ${table('Identification')} identification
      JOIN ${table('IdentificationPhoto')} used ON used."identificationId" = identification."id"
      WHERE identification."ownerId" = ${ownerId})`;
  const [{ bytes }] = sum.parse(rows);
  return bytes;
}

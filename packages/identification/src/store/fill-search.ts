import { table } from '@plantcommunity/db';
import { searchText } from './search-text.ts';
import { storedResult } from './stored-json.ts';
import type { StoreContext } from './types.ts';

/** Number of rows that one transaction fills. */
const BATCH_SIZE = 200;

const named = storedResult.pick({ suggestions: true });

/**
 * Fills the column `search` of the rows that an older release wrote, a batch at a time. Returns their number. The app does
 * it, and not the migration: what SQL does to case and accents depends on the encoding and the locale of the database.
 */
export async function fillSearch({ client }: Pick<StoreContext, 'client'>, signal: AbortSignal): Promise<number> {
  let filled = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await client.$transaction(async (transaction) => {
      const rows = await transaction.$queryRaw<{ id: string; result: unknown }[]>`
        SELECT "id", "result" FROM ${table('Identification')} WHERE "search" IS NULL
        ORDER BY "id" LIMIT ${BATCH_SIZE} FOR UPDATE`;
      const texts = rows.map(({ result }) => {
        const { data } = named.safeParse(result);
        // An answer that cannot be read has no names, and must not be met again.
        return data === undefined ? '' : searchText(data);
      });
      return transaction.$executeRaw`
        UPDATE ${table('Identification')} old SET "search" = filled."search"
        FROM unnest(${rows.map(({ id }) => id)}::text[], ${texts}::text[]) filled ("id", "search")
        WHERE old."id" = filled."id"`;
    });
    if (count === 0) return filled;
    filled += count;
  }
}
